import { Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTonCodec } from '../../src/adapters/ton/codec.ts';
import { DEFAULT_GAS_PRICES } from '../../src/adapters/ton/fees.ts';
import { readPayload } from '../../src/adapters/ton/payload.ts';
import { readNetworkConfig } from '../../src/adapters/ton/simulation/network-config.ts';
import { simulate } from '../../src/adapters/ton/simulation/simulate.ts';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import { writeWalletMessage } from '../../src/adapters/ton/wallet-message.ts';
import { excessOf } from '../../src/authz/simulation/excess.ts';
import type { SimulationReport } from '../../src/core/chain-adapter.ts';
import type { Effect } from '../../src/core/effect.ts';
import { CastellanError } from '../../src/core/errors.ts';
import type { AccountId, AssetId } from '../../src/core/ids.ts';
import { drainingExtension, eater, fakeJettonWallet, jettonMinter, jettonWalletAddress, refuser } from '../fixtures/ton-contracts.ts';
import { jettonTransferBody, textPayload } from '../fixtures/ton-messages.ts';
import { moody, muteMinter, naive, restless } from './hostile-contracts.ts';
import type { SimulationScene } from './simulation-scene.ts';
import { CHAIN, call, idOf, jettonId, openScene, TON, toAddress } from './simulation-scene.ts';

const ONE = 1_000_000_000n;
const somebody = (byte: number): AccountId => idOf(new Address(0, Buffer.alloc(32, byte)));

const flows = (effects: readonly Effect[], kind: 'outflow' | 'inflow', account: AccountId, asset: AssetId = TON) =>
  effects.flatMap((effect) =>
    effect.kind === kind && effect.account === account && effect.asset === asset ? [[effect.counterparty, effect.amount] as const] : [],
  );
const feeOfReport = ({ effects }: SimulationReport): bigint => effects.reduce((sum, effect) => (effect.kind === 'fee' ? sum + effect.max : sum), 0n);

let scene: SimulationScene;
let asset: AssetId;
beforeAll(async () => {
  scene = await openScene();
  asset = await scene.mint(await jettonMinter({ admin: scene.admin }), 1_000_000n);
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

/** Simulates, and compares with what the bytes show as layer 8 does. */
async function judge(action: Parameters<SimulationScene['build']>[0]) {
  const tx = await scene.build(action);
  const report = await scene.simulate(tx);
  const decoded = codecOf().decode(tx);
  const excess = excessOf(decoded.effects, report.effects, {
    wallet: scene.wallet,
    declared: { asset: null, amount: null, to: null } as never,
  });
  return { tx, report, decoded, excess };
}

function codecOf() {
  const tokens = { chain: CHAIN, globalId: -3 as const, native: { asset: TON, symbol: 'TON', decimals: 9 }, jettons: [] };
  return createTonCodec(new Map([[CHAIN, { tokens, prices: DEFAULT_GAS_PRICES, validForMs: 120_000, jettonGas: 50_000_000n }]]));
}

describe('a simulation shows exactly what the bytes do', () => {
  it('shows a payment and its fee', async () => {
    const { report, excess } = await judge({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9), comment: 'rent' });
    expect(report).toMatchObject({ success: true, wouldRevert: false, coverageLevel: 'deep', errors: [], warnings: [] });
    expect(report.caveats).toEqual(expect.arrayContaining(['state_may_diverge', 'storage_fees_understated']));
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[somebody(9), ONE]]);
    expect(flows(report.effects, 'inflow', somebody(9))).toEqual([[scene.wallet, ONE]]);
    expect(feeOfReport(report)).toBeGreaterThan(2_000_000n);
    expect(BigInt(report.gasEstimate)).toBeGreaterThan(4_000n);
    expect(report.block.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(excess).toEqual({ effects: [], unintended: [] });
  });

  it('shows a jetton transfer: the tokens as the minter confirms them, the attached coins as fee', async () => {
    const { report, excess, tx } = await judge({ kind: 'transfer', asset, amount: 300n, to: somebody(9) });
    expect(report).toMatchObject({ success: true, coverageLevel: 'deep', errors: [] });
    expect(flows(report.effects, 'outflow', scene.wallet, asset)).toEqual([[somebody(9), 300n]]);
    expect(flows(report.effects, 'inflow', somebody(9), asset)).toEqual([[scene.wallet, 300n]]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([]);
    expect(feeOfReport(report)).toBeLessThan(tx.fee.ceiling);
    expect(excess.unintended).toEqual([]);
  });

  it('shows coins that a jetton transfer passes on to the recipient', async () => {
    const wallet = idOf(jettonWalletAddress(await jettonMinter({ admin: scene.admin }), toAddress(scene.wallet)));
    const body = jettonTransferBody({
      amount: 5n,
      to: toAddress(somebody(9)),
      responseTo: toAddress(scene.wallet),
      forwardAmount: ONE / 10n,
      forwardPayload: textPayload('order 7'),
    });
    const { report, excess } = await judge({ kind: 'calls', calls: [call(wallet, ONE / 5n, body)] });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[somebody(9), ONE / 10n]]);
    expect(flows(report.effects, 'outflow', scene.wallet, asset)).toEqual([[somebody(9), 5n]]);
    expect(excess.unintended).toEqual([]);
  });

  it('shows each payment of a batch', async () => {
    const { report, excess } = await judge({ kind: 'calls', calls: [1, 2, 3].map((n) => call(somebody(n), BigInt(n) * ONE)) });
    expect(report.success).toBe(true);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([1, 2, 3].map((n) => [somebody(n), BigInt(n) * ONE]));
    expect(excess.unintended).toEqual([]);
  });

  it('deploys the wallet with the first order', async () => {
    await using fresh = await openScene({ deployed: false, seed: 7 });
    const tx = await fresh.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) });
    expect(tx.slot).toBe(0);
    const report = await fresh.simulate(tx);
    expect(report).toMatchObject({ success: true, errors: [] });
    const paid = feeOfReport(report) + ONE;
    const before = await fresh.chain.balance(toAddress(fresh.wallet).toRawString());
    await fresh.send(tx);
    expect(before - (await fresh.chain.balance(toAddress(fresh.wallet).toRawString()))).toBe(paid);
    const second = await fresh.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) }, { slot: 2 });
    expect(await fresh.simulate(second)).toMatchObject({ success: true, caveats: expect.arrayContaining(['earlier_transactions_pending']) });
  }, 30_000);

  it('runs an order for a wallet whose first one still waits', async () => {
    await using fresh = await openScene({ deployed: false, seed: 8 });
    const report = await fresh.simulate(await fresh.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) }, { slot: 1 }));
    expect(report).toMatchObject({ success: true, errors: [], caveats: expect.arrayContaining(['earlier_transactions_pending']) });
  }, 30_000);
});

describe('a simulation shows what goes wrong', () => {
  it('tells of a payment that bounces', async () => {
    const target = await scene.deploy(await refuser());
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report).toMatchObject({ success: false, wouldRevert: true, errors: [`bounced: ${target} exit_code: 888`] });
    expect(flows(report.effects, 'outflow', scene.wallet)[0]?.[1]).toBeLessThan(ONE / 100n);
  });

  it('tells of a payment that the wallet skips without a word', async () => {
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: 1_000n * ONE, to: somebody(9) });
    expect(report).toMatchObject({ success: false, wouldRevert: true, errors: ['insufficient_funds', 'action_skipped'] });
  });

  it('tells of a batch of which only a part is sent', async () => {
    const { report } = await judge({ kind: 'calls', calls: [call(somebody(1), 60n * ONE), call(somebody(2), 60n * ONE)] });
    expect(report.errors).toEqual(['insufficient_funds', 'action_skipped']);
  });

  it('tells of more jettons than there are', async () => {
    const { report } = await judge({ kind: 'transfer', asset, amount: 2_000_000n, to: somebody(9) });
    expect(report.success).toBe(false);
    expect(report.errors).toEqual([expect.stringMatching(/^bounced: .* exit_code: 706$/), 'recipient_not_credited']);
  });

  it('shows that mode 128 takes everything along', async () => {
    const { report, excess } = await judge({ kind: 'calls', calls: [call(somebody(9), ONE, null, { mode: '130' })] });
    const [[to, amount] = [null, 0n]] = flows(report.effects, 'outflow', scene.wallet);
    expect(to).toBe(somebody(9));
    expect(amount).toBeGreaterThan(90n * ONE);
    expect(excess.unintended.length).toBeGreaterThan(0);
  });

  it('shows a destroyed wallet', async () => {
    const { excess } = await judge({ kind: 'calls', calls: [call(somebody(9), ONE, null, { mode: '162' })] });
    expect(excess.unintended).toContain('something that the simulation cannot explain');
  });

  it('refuses slots of the past and expired orders without running them', async () => {
    const next = await scene.slot();
    const action = { kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) } as const;
    const behind = await scene.simulate(await scene.build(action, { slot: next - 1 }));
    expect(behind).toMatchObject({ success: false, errors: ['slot_behind'], effects: [], coverageLevel: 'basic' });
    const expired = await scene.simulate(await scene.build(action, { validUntilMs: Date.now() - 1_000 }));
    expect(expired).toMatchObject({ success: false, errors: ['expired'] });
    const ahead = await scene.simulate(await scene.build(action, { slot: next + 3 }));
    expect(ahead).toMatchObject({ success: true, caveats: expect.arrayContaining(['earlier_transactions_pending']) });
  });

  it('shows an extension that is added, and misses none that the bytes hide', async () => {
    const extension = await drainingExtension(toAddress(scene.wallet), toAddress(somebody(66)));
    const base = await scene.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) });
    const { message } = readPayload(base.payload, CHAIN);
    const added = { kind: 'add_extension', account: idOf(extension.address) } as const;
    const payload = writeBoc(writeWalletMessage({ ...message, extended: [added] }, CHAIN));
    const adopted = { ...codecOf().adopt(payload, CHAIN, scene.wallet, scene.publicKey), ...(base.facts === undefined ? {} : { facts: base.facts }) };
    const decoded = codecOf().decode(adopted);
    const { client, clock } = scene;
    const report = await simulate({ client, clock, tx: adopted, decoded, watch: [] });
    expect(report.errors).toEqual([]);
    expect(report.effects).toContainEqual(
      expect.objectContaining({ kind: 'control', account: scene.wallet, aspect: 'module', to: idOf(extension.address) }),
    );
    const request = { wallet: scene.wallet, declared: { asset: null, amount: null, to: null } as never };
    expect(excessOf(decoded.effects, report.effects, request).unintended).toEqual([]);
    const hidden = decoded.effects.filter(({ kind }) => kind !== 'control');
    expect(excessOf(hidden, report.effects, request).unintended).toEqual(['a change of module that the bytes do not show']);
  });
});

describe('hostile contracts do not fool a simulation', () => {
  it('believes no token account that its minter does not know', async () => {
    const minter = await jettonMinter({ admin: scene.admin });
    const fake = await scene.deploy(await fakeJettonWallet({ victim: toAddress(scene.wallet), minter, balance: 9_999n }));
    const body = jettonTransferBody({ amount: 5n, to: toAddress(somebody(9)), responseTo: toAddress(scene.wallet) });
    const { report, decoded } = await judge({ kind: 'calls', calls: [call(fake, ONE / 10n, body)] });
    expect(decoded.complete).toBe(false);
    expect(report.effects.filter((effect) => 'asset' in effect && effect.asset === asset)).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[fake, ONE / 10n]]);
    expect(report.warnings).toEqual([`unconfirmed_token_account: ${fake}`]);
  });

  it.each(['half-jetton-wallet', 'silent-jetton-wallet'] as const)('finds a recipient who gets less: %s', async (wallet) => {
    const minter = await jettonMinter({ admin: scene.admin, wallet, content: wallet });
    const token = await scene.mint(minter, 1_000n);
    const { report } = await judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(report).toMatchObject({ success: false, errors: ['recipient_not_credited'] });
  });

  it('finds tokens that leave beside the transfer', async () => {
    const minter = await jettonMinter({ admin: scene.admin, wallet: 'greedy-jetton-wallet', content: 'greedy' });
    const token = await scene.mint(minter, 1_000n);
    const { report, excess } = await judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet, token)).toEqual([
      [somebody(9), 300n],
      [idOf(minter.address), 700n],
    ]);
    expect(excess.unintended).toContain(`${token} leaves that the bytes do not show`);
  });

  it('takes a token account that falls silent for one that credited nobody', async () => {
    const token = await scene.mint(await muteMinter(scene.admin), 1_000n);
    const odd = await judge({ kind: 'transfer', asset: token, amount: 301n, to: somebody(9) });
    expect(odd.report.errors).toEqual(['recipient_not_credited']);
    const even = await judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(even.report.errors).toEqual([]);
  });

  it('finds a contract that acts by the time', async () => {
    const target = await scene.deploy(await moody(true));
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.success).toBe(false);
    expect(report.errors).toContain('simulation_unstable');
    expect(flows(report.effects, 'outflow', scene.wallet).length).toBe(2);
  });

  it('finds a contract that throws dice', async () => {
    const target = await scene.deploy(await moody(false));
    const found: boolean[] = [];
    // Two dice agree half of the time.
    for (let amount = ONE; amount < ONE + 12n; amount += 1n)
      found.push((await judge({ kind: 'transfer', asset: TON, amount, to: target })).report.errors.includes('simulation_unstable'));
    expect(found).toContain(true);
  });

  it('pretends the wallet’s own signature and no other', async () => {
    const target = await scene.deploy(await naive());
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[target, ONE]]);
  });

  it('ends a trace that would not end', async () => {
    const target = await scene.deploy(await restless());
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: 50n * ONE, to: target });
    expect(report).toMatchObject({ success: false, coverageLevel: 'basic' });
    expect(report.errors).toContain('trace_too_long');
  });

  it('accepts what a contract that takes payments keeps', async () => {
    const target = await scene.deploy(await eater());
    const { report } = await judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[target, ONE]]);
  });
});

describe('a simulation that cannot run says so', () => {
  it('is unavailable without the package', async () => {
    vi.resetModules();
    vi.doMock('@ton/sandbox', () => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    try {
      const { simulate: without } = await import('../../src/adapters/ton/simulation/simulate.ts');
      const tx = await scene.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) });
      const report = await without({ client: scene.client, clock: scene.clock, tx, decoded: codecOf().decode(tx), watch: [] });
      expect(report).toMatchObject({ success: false, errors: ['simulation_unavailable'], effects: [], coverageLevel: 'basic' });
    } finally {
      vi.doUnmock('@ton/sandbox');
      vi.resetModules();
    }
  });

  it('has no configuration but the network’s own', async () => {
    const dead = { ...scene.client, request: () => Promise.reject(new CastellanError('CHAIN_UNAVAILABLE', { message: 'gone' })) };
    await expect(readNetworkConfig(dead, scene.clock)).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    const empty = { ...scene.client, request: async () => ({ config: { bytes: beginCell().endCell().toBoc().toString('base64') } }) };
    await expect(readNetworkConfig(empty, scene.clock)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    let asked = 0;
    const counting = { ...scene.client, request: (...all: Parameters<typeof scene.client.request>) => { asked += 1; return scene.client.request(...all); } };
    await readNetworkConfig(counting, scene.clock);
    await readNetworkConfig(counting, scene.clock);
    expect(asked).toBe(1);
  });
});
