import { encodeAbiParameters, keccak256 } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectibleAsset, type Effect } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import type { Deployed } from '../fixtures/evm-contracts.ts';
import { deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, CHAIN, calling, connect, NATIVE, on, signer } from './chain-fixture.ts';

const MAX = 2n ** 256n - 1n;
const alice = signer(1);
const bob = signer(2);
const thief = signer(0);
let anvil: Anvil;
let token: Deployed;
let silent: Deployed;
let drainer: Deployed;
let collectible: Deployed;
let reverter: Deployed;
let chain: ReturnType<typeof connect>;

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  silent = await deploy(anvil, 'SilentToken');
  drainer = await deploy(anvil, 'Drainer');
  collectible = await deploy(anvil, 'Collectible');
  reverter = await deploy(anvil, 'Reverter');
  await token.send('mint', [alice.address, 1_000_000n]);
  await silent.send('mint', [alice.address, 500n]);
  await collectible.send('mint', [alice.address, 7n]);
  chain = connect(anvil, {
    tokens: [
      { symbol: 'USD', address: token.address, decimals: 6 },
      { symbol: 'HUSH', address: silent.address, decimals: 0 },
    ],
  });
});
afterAll(async () => {
  await chain?.node.close();
  await anvil?.stop();
});

async function simulated(action: Parameters<typeof calling> | Parameters<typeof chain.build>[1]) {
  const tx = await chain.build(
    alice,
    Array.isArray(action) ? calling(...(action as Parameters<typeof calling>)) : (action as Parameters<typeof chain.build>[1]),
  );
  return chain.node.simulate(tx, {});
}
const of = (effects: readonly Effect[], account: string): readonly Effect[] =>
  effects.filter((effect) => ('account' in effect ? effect.account : 'owner' in effect ? effect.owner : null) === account);
const itemOf = (address: string, id: bigint) => collectibleAsset(CHAIN, 'erc721', on(address), id);
const sim = { leaf: '0', source: 'simulation' } as const;

describe('ordinary transactions', () => {
  it('a native transfer', async () => {
    const report = await simulated({ kind: 'transfer', asset: NATIVE, amount: 5n, to: bob.wallet });
    expect(report).toMatchObject({
      success: true,
      wouldRevert: false,
      coverageLevel: 'deep',
      gasEstimate: '21000',
      caveats: ['state_may_diverge'],
      errors: [],
      warnings: [],
    });
    expect(report.effects).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: bob.wallet, asset: NATIVE, amount: 5n, ...sim },
      { kind: 'inflow', account: bob.wallet, counterparty: alice.wallet, asset: NATIVE, amount: 5n, ...sim },
    ]);
  });

  it('a token transfer', async () => {
    const report = await simulated({ kind: 'transfer', asset: assetOf(token.address), amount: 9n, to: bob.wallet });
    expect(report).toMatchObject({ success: true, warnings: [] });
    expect(report.effects).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: bob.wallet, asset: assetOf(token.address), amount: 9n, ...sim },
      { kind: 'inflow', account: bob.wallet, counterparty: alice.wallet, asset: assetOf(token.address), amount: 9n, ...sim },
    ]);
  });

  it('an approval, measured', async () => {
    const report = await simulated({ kind: 'approve', asset: assetOf(token.address), amount: 'unlimited', spender: bob.wallet });
    expect(report.effects).toEqual([
      {
        kind: 'allowance',
        owner: alice.wallet,
        spender: bob.wallet,
        asset: assetOf(token.address),
        amount: 'unlimited',
        expiresAtMs: null,
        ...sim,
      },
    ]);
  });

  it('an operator and an item', async () => {
    const all = await simulated([collectible.address, collectible.data('setApprovalForAll', [bob.address, true])]);
    expect(all.effects).toEqual([
      { kind: 'operator', owner: alice.wallet, operator: bob.wallet, collection: on(collectible.address), approved: true, ...sim },
    ]);
    const moved = await simulated([collectible.address, collectible.data('transferFrom', [alice.address, bob.address, 7n])]);
    expect(of(moved.effects, alice.wallet)).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: bob.wallet, asset: itemOf(collectible.address, 7n), amount: 1n, ...sim },
    ]);
    expect(moved.warnings).toContain(`item_moved:${collectible.address}:7`);
    const one = await simulated([collectible.address, collectible.data('approve', [bob.address, 7n])]);
    expect(one.effects).toMatchObject([
      { kind: 'allowance', owner: alice.wallet, spender: bob.wallet, asset: itemOf(collectible.address, 7n), amount: 1n },
    ]);
  });
});

describe('what is simulated is what happens', () => {
  it('for random transfers of coin and token, to the wei', async () => {
    const random = createSeededRandom('simulate-equals-execution');
    const balance = async (address: string, asset: string): Promise<bigint> =>
      asset === NATIVE
        ? BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string)
        : BigInt((await anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [address]) }, 'latest'])) as string);
    for (let round = 0; round < 12; round += 1) {
      const asset = round % 2 === 0 ? NATIVE : assetOf(token.address);
      const amount = BigInt(random.bytes(2).reduce((sum, byte) => sum * 256 + byte, 1));
      const to = signer(3 + (round % 4));
      const tx = await chain.build(alice, { kind: 'transfer', asset, amount, to: to.wallet });
      const report = await chain.node.simulate(tx, {});
      const before = [await balance(alice.address, asset), await balance(to.address, asset)] as const;
      const signed = await chain.sign(alice, tx);
      await chain.node.broadcast(signed);
      const settled = await chain.node.settle(signed, { timeoutMs: 5_000 });
      if (settled.status !== 'final') throw new Error(settled.status);
      const after = [await balance(alice.address, asset), await balance(to.address, asset)] as const;
      const fee = asset === NATIVE ? settled.receipt.feePaid : 0n;
      expect(report.effects).toEqual([
        { kind: 'outflow', account: alice.wallet, counterparty: to.wallet, asset, amount: before[0] - after[0] - fee, ...sim },
        { kind: 'inflow', account: to.wallet, counterparty: alice.wallet, asset, amount: after[1] - before[1], ...sim },
      ]);
      expect(report.gasEstimate).toBe(settled.receipt.gasUsed);
      expect(settled.receipt.effects.slice(1)).toEqual([{ ...report.effects[0], source: 'chain' }]);
    }
  });
});

describe('contracts that take more than they say', () => {
  it('an old allowance is used behind a harmless name', async () => {
    await token.send('approve', [drainer.address, MAX], { from: alice.address });
    const report = await simulated([drainer.address, drainer.data('claimRewards', [token.address])]);
    expect(report.success).toBe(true);
    expect(of(report.effects, alice.wallet)).toMatchObject([
      { kind: 'outflow', counterparty: thief.wallet, asset: assetOf(token.address) },
    ]);
    expect(of(report.effects, thief.wallet)).toMatchObject([{ kind: 'inflow', asset: assetOf(token.address) }]);
    await token.send('approve', [drainer.address, 0n], { from: alice.address });
  });

  it('coin that a contract passes on is seen where it ends', async () => {
    const report = await simulated([drainer.address, drainer.data('deposit'), 100n]);
    expect(report.effects).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: on(drainer.address), asset: NATIVE, amount: 100n, ...sim },
      { kind: 'inflow', account: thief.wallet, counterparty: on(drainer.address), asset: NATIVE, amount: 100n, ...sim },
    ]);
  });

  it('a contract that looks at the fee recipient does not see a dry run', async () => {
    const report = await simulated([drainer.address, drainer.data('stake'), 100n]);
    expect(of(report.effects, alice.wallet)).toMatchObject([{ kind: 'outflow', asset: NATIVE, amount: 100n }]);
  });

  it('a contract that behaves on every other block is unstable, and its worse side is shown', async () => {
    const report = await simulated([drainer.address, drainer.data('gamble'), 100n]);
    expect(report).toMatchObject({ success: false, errors: ['simulation_unstable'] });
    expect(of(report.effects, alice.wallet)).toMatchObject([{ kind: 'outflow', asset: NATIVE, amount: 100n }]);
  });

  it('coin that leaves by self-destruction is missing from the wallet', async () => {
    const report = await simulated([drainer.address, drainer.data('vanish'), 100n]);
    expect(of(report.effects, alice.wallet)).toMatchObject([{ kind: 'outflow', asset: NATIVE, amount: 100n }]);
  });

  it('a token without events is seen because it is watched', async () => {
    const report = await simulated([silent.address, silent.data('claimAirdrop')]);
    expect(of(report.effects, alice.wallet)).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: null, asset: assetOf(silent.address), amount: 500n, ...sim },
    ]);
    const blind = connect(anvil);
    const tx = await chain.build(alice, calling(silent.address, silent.data('claimAirdrop')));
    expect((await blind.node.simulate(tx, {})).effects).toEqual([]);
    expect((await blind.node.simulate(tx, { watch: [assetOf(silent.address)] })).effects).toMatchObject([
      { kind: 'outflow' },
      { kind: 'unknown' },
    ]);
    await blind.node.close();
  });

  it('events about nothing are warnings, not effects', async () => {
    const report = await simulated([drainer.address, drainer.data('pretend', [bob.address, 1_000_000n])]);
    expect(report.effects).toEqual([]);
    expect(report.warnings).toEqual([`unverified_event:${drainer.address}`, `event_without_effect:${drainer.address}`]);
  });
});

describe('state that changes without a word', () => {
  it('is named by contract and slot: the silent token also lets its maker take more, later', async () => {
    const report = await simulated([silent.address, silent.data('claimAirdrop')]);
    const [hidden] = report.effects.filter(({ kind }) => kind === 'unknown');
    expect(hidden).toMatchObject({ kind: 'unknown', contract: on(silent.address), selector: null });
    // allowance[alice][thief], behind place 1.
    const inner = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [alice.address, 1n]));
    const slot = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [thief.address, inner]));
    expect(hidden?.kind === 'unknown' ? hidden.detail : '').toContain(slot);
  });

  it('is none where a token without events does what it should', async () => {
    const paid = await simulated({ kind: 'transfer', asset: assetOf(silent.address), amount: 3n, to: bob.wallet });
    expect(paid).toMatchObject({
      success: true,
      effects: [
        { kind: 'outflow', amount: 3n },
        { kind: 'inflow', amount: 3n },
      ],
    });
  });
});

describe('what cannot work', () => {
  it.each([
    ['withReason', [], 'reverted: "not today"'],
    ['withPanic', [0n], 'reverted: panic 18: division by zero'],
    ['silently', [], 'reverted: no reason given'],
    ['burn', [], 'reverted: no reason given'],
  ] as const)('%s', async (name, args, error) => {
    const report = await simulated([reverter.address, reverter.data(name, args)]);
    expect(report).toMatchObject({ success: false, wouldRevert: true, coverageLevel: 'basic', errors: [error], effects: [] });
  });

  it('a custom error is named by its selector', async () => {
    const report = await simulated([reverter.address, reverter.data('withCustom')]);
    expect(report.errors[0]).toMatch(/^reverted: custom error 0x[0-9a-f]{8} with 0{24}70997970/);
  });

  it('more than the wallet has, counting the fee', async () => {
    const balance = BigInt((await anvil.rpc('eth_getBalance', [alice.address, 'latest'])) as string);
    const tx = await chain.build(alice, { kind: 'transfer', asset: NATIVE, amount: balance - 21_000n, to: bob.wallet });
    expect(await chain.node.simulate(tx, {})).toMatchObject({ success: false, errors: ['insufficient_funds'] });
  });

  it('a used nonce, and a price that the next block will not take', async () => {
    const action = { kind: 'transfer', asset: NATIVE, amount: 1n, to: bob.wallet } as const;
    const fee = await chain.node.quote(action, alice.wallet, {});
    const context = { chain: alice.wallet.slice(0, 12) as never, wallet: alice.wallet, fee, validUntilMs: null };
    const used = chain.adapter.codec.build(action, { ...context, slot: 0 });
    expect(await chain.node.simulate(used, {})).toMatchObject({ success: false, errors: ['slot_behind'] });
    const cheap = { ...fee, ceiling: 30_000n, params: { gas: '30000', maxFeePerGas: '1', maxPriorityFeePerGas: '1' } };
    const { next: slot } = await chain.node.sequence(alice.wallet);
    const tx = chain.adapter.codec.build(action, { ...context, fee: cheap, slot });
    expect(await chain.node.simulate(tx, {})).toMatchObject({ success: false, errors: ['fee_below_base_fee'] });
  });
});
