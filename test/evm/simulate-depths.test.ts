import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMIT2 } from '../../src/adapters/evm/events.ts';
import { collectibleAsset } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import type { Deployed } from '../fixtures/evm-contracts.ts';
import { deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, CHAIN, calling, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { lyingEndpoint } from './endpoint-fixture.ts';

const alice = signer(1);
const bob = signer(2);
const sim = { leaf: '0', source: 'simulation' } as const;
let anvil: Anvil;
let token: Deployed;
let items: Deployed;
let batcher: Deployed;
let desk: Deployed;
let chain: ReturnType<typeof connect>;

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  items = await deploy(anvil, 'Items');
  batcher = await deploy(anvil, 'Batcher');
  desk = await deploy(anvil, 'PermitDesk');
  await token.send('mint', [batcher.address, 50n]);
  for (const id of [1n, 2n]) await items.send('mint', [alice.address, id, 10n]);
  await anvil.rpc('anvil_setCode', [PERMIT2, await anvil.rpc('eth_getCode', [desk.address, 'latest'])]);
  chain = connect(anvil, { tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }] });
});
afterAll(async () => {
  await chain?.node.close();
  await anvil?.stop();
});

const simulated = async (to: string, data: string, value = 0n) =>
  chain.node.simulate(await chain.build(alice, calling(to, data, value)), {});

describe('batches', () => {
  it('bytes and dry run agree on whose things move through a batching contract', async () => {
    const calls = [
      { target: token.address, allowFailure: false, value: 0n, callData: token.data('transfer', [bob.address, 30n]) },
      { target: bob.address, allowFailure: false, value: 6n, callData: '0x' },
    ];
    const tx = await chain.build(alice, calling(batcher.address, batcher.data('aggregate3Value', [calls]), 6n));
    const decoded = chain.adapter.codec.decode(tx);
    const report = await chain.node.simulate(tx, {});
    expect(decoded.complete).toBe(true);
    expect(decoded.effects.filter(({ kind }) => kind === 'outflow')).toMatchObject([
      { account: alice.wallet, asset: NATIVE, amount: 6n },
      { account: on(batcher.address), asset: assetOf(token.address), amount: 30n },
      { account: on(batcher.address), asset: NATIVE, amount: 6n },
    ]);
    const by = (account: string) => report.effects.filter((effect) => 'account' in effect && effect.account === account);
    expect(by(alice.wallet)).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: on(batcher.address), asset: NATIVE, amount: 6n, ...sim },
    ]);
    expect(by(bob.wallet)).toMatchObject([
      { kind: 'inflow', asset: assetOf(token.address), amount: 30n },
      { kind: 'inflow', asset: NATIVE, amount: 6n },
    ]);
    // What came in and went on leaves nothing behind: only the token is missing from the contract.
    expect(by(on(batcher.address))).toMatchObject([{ kind: 'outflow', asset: assetOf(token.address), amount: 30n }]);
    expect(report.success).toBe(true);
  });
});

describe('other kinds of property', () => {
  it('single and batched items', async () => {
    const item = (id: bigint) => collectibleAsset(CHAIN, 'erc1155', on(items.address), id);
    const one = await simulated(items.address, items.data('safeTransferFrom', [alice.address, bob.address, 1n, 3n, '0x']));
    expect(one.effects).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: bob.wallet, asset: item(1n), amount: 3n, ...sim },
      { kind: 'inflow', account: bob.wallet, counterparty: alice.wallet, asset: item(1n), amount: 3n, ...sim },
    ]);
    const both = await simulated(
      items.address,
      items.data('safeBatchTransferFrom', [alice.address, bob.address, [1n, 2n], [4n, 5n], '0x']),
    );
    expect(both.effects.filter(({ kind }) => kind === 'outflow')).toMatchObject([
      { asset: item(1n), amount: 4n },
      { asset: item(2n), amount: 5n },
    ]);
    expect(both.changes).toContainEqual({ account: alice.wallet, asset: item(1n), before: 10n, after: 6n, delta: -4n });
    expect(both.warnings).toEqual([`item_moved:${items.address}:1`, `item_moved:${items.address}:2`]);
  });

  it('an allowance behind Permit2, with its end', async () => {
    const most = 2n ** 160n - 1n;
    const report = await simulated(PERMIT2, desk.data('approve', [token.address, bob.address, most, 2_000_000_000]));
    expect(report.effects).toEqual([
      {
        kind: 'allowance',
        owner: alice.wallet,
        spender: bob.wallet,
        asset: assetOf(token.address),
        amount: 'unlimited',
        expiresAtMs: 2_000_000_000_000,
        ...sim,
      },
    ]);
    const elsewhere = await simulated(desk.address, desk.data('approve', [token.address, bob.address, most, 2_000_000_000]));
    expect(elsewhere.effects).toEqual([]);
  });

  it('a lowered allowance shows where it ends', async () => {
    await token.send('approve', [bob.address, 100n], { from: alice.address });
    const report = await simulated(token.address, token.data('approve', [bob.address, 40n]));
    expect(report.effects).toMatchObject([{ kind: 'allowance', spender: bob.wallet, amount: 40n }]);
    await token.send('approve', [bob.address, 0n], { from: alice.address });
  });
});

describe('an endpoint that falsifies the dry run', () => {
  type Results = { calls: { logs: unknown[]; status: string; returnData: string }[] }[];
  async function deceived(change: (results: Results) => unknown) {
    await using liar = await lyingEndpoint(anvil.rpcUrl, ({ method }, result) =>
      method === 'eth_simulateV1' ? change(result as Results) : undefined,
    );
    const victim = connect(liar);
    const tx = await chain.build(alice, { kind: 'transfer', asset: NATIVE, amount: 10n ** 18n, to: bob.wallet });
    try {
      return await victim.node.simulate(tx, {});
    } finally {
      await victim.node.close();
    }
  }

  it('by leaving out transfers of the coin: the measured balance tells', async () => {
    const report = await deceived((results) => {
      for (const block of results) for (const call of block.calls) call.logs = [];
      return results;
    });
    expect(report.warnings).toContain('coin_unexplained');
    const [loss] = report.effects.filter((effect) => effect.kind === 'outflow' && effect.account === alice.wallet);
    // All but what the fee could at most have been.
    expect(loss?.kind === 'outflow' ? loss.amount : 0n).toBeGreaterThan(99n * 10n ** 16n);
  });

  it('in one pass only: unstable', async () => {
    let answers = 0;
    const report = await deceived((results) => {
      answers += 1;
      if (answers <= 2) for (const block of results) for (const call of block.calls) call.logs = [];
      return results;
    });
    expect(report).toMatchObject({ success: false, errors: ['simulation_unstable'] });
  });

  it.each([
    ['no calls', (results: Results) => results.map((block) => ({ ...block, calls: [] }))],
    ['no block', () => []],
    [
      'another status',
      (results: Results) => results.map((block) => ({ ...block, calls: block.calls.map((call) => ({ ...call, status: '0x2' })) })),
    ],
    [
      'no status',
      (results: Results) => results.map((block) => ({ ...block, calls: block.calls.map(({ status: _status, ...call }) => call) })),
    ],
    [
      'odd return data',
      (results: Results) => results.map((block) => ({ ...block, calls: block.calls.map((call) => ({ ...call, returnData: '0x1' })) })),
    ],
    ['null', () => null],
  ])('with %s: a broken answer', async (_name, change) => {
    await expect(deceived(change)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
  });
});
