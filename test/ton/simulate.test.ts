import { Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import { readPayload } from '../../src/adapters/ton/payload.ts';
import { readNetworkConfig } from '../../src/adapters/ton/simulation/network-config.ts';
import { writeWalletMessage } from '../../src/adapters/ton/wallet-message.ts';
import { CastellanError } from '../../src/core/errors.ts';
import type { AccountId, AssetId } from '../../src/core/ids.ts';
import { drainingExtension, jettonMinter, jettonWalletAddress, refuser } from '../fixtures/ton-contracts.ts';
import { jettonTransferBody, textPayload } from '../fixtures/ton-messages.ts';
import { libraryMinter } from './hostile-contracts.ts';
import type { SimulationScene } from './simulation-scene.ts';
import { CHAIN, call, excessFor, feeOfReport, flows, idOf, openScene, TON, toAddress } from './simulation-scene.ts';

const ONE = 1_000_000_000n;
const somebody = (byte: number): AccountId => idOf(new Address(0, Buffer.alloc(32, byte)));

let scene: SimulationScene;
let asset: AssetId;
beforeAll(async () => {
  scene = await openScene();
  asset = await scene.mint(await jettonMinter({ admin: scene.admin }), 1_000_000n);
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

describe('a simulation shows exactly what the bytes do', () => {
  it('shows a payment and its fee', async () => {
    const { report, excess } = await scene.judge({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9), comment: 'rent' });
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
    const { report, excess, tx } = await scene.judge({ kind: 'transfer', asset, amount: 300n, to: somebody(9) });
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
    const { report, excess } = await scene.judge({ kind: 'calls', calls: [call(wallet, ONE / 5n, body)] });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[somebody(9), ONE / 10n]]);
    expect(flows(report.effects, 'outflow', scene.wallet, asset)).toEqual([[somebody(9), 5n]]);
    expect(excess.unintended).toEqual([]);
  });

  it('shows each payment of a batch', async () => {
    const { report, excess } = await scene.judge({ kind: 'calls', calls: [1, 2, 3].map((n) => call(somebody(n), BigInt(n) * ONE)) });
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
    const lost = before - (await fresh.chain.balance(toAddress(fresh.wallet).toRawString()));
    // Storage of the seconds in between.
    expect([0n, 1n, 2n, 3n]).toContain(lost - paid);
    const second = await fresh.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) }, { slot: 2 });
    expect(await fresh.simulate(second)).toMatchObject({
      success: true,
      caveats: expect.arrayContaining(['earlier_transactions_pending']),
    });
  }, 30_000);

  it('runs an order for a wallet whose first one still waits', async () => {
    await using fresh = await openScene({ deployed: false, seed: 8 });
    const report = await fresh.simulate(await fresh.build({ kind: 'transfer', asset: TON, amount: ONE, to: somebody(9) }, { slot: 1 }));
    expect(report).toMatchObject({ success: true, errors: [], caveats: expect.arrayContaining(['earlier_transactions_pending']) });
  }, 30_000);
});

describe('a simulation runs older wallets and borrowed code', () => {
  it.each(['v4r2', 'v3r2'] as const)(
    'shows what a wallet %s pays',
    async (version) => {
      await using old = await openScene({ version, seed: 9 });
      const calls = [call(somebody(1), ONE), call(somebody(2), 2n * ONE, textPayload('rent'))];
      const tx = await old.build({ kind: 'calls', calls });
      const report = await old.simulate(tx);
      expect(report).toMatchObject({ success: true, errors: [], coverageLevel: 'deep' });
      const before = await old.chain.balance(toAddress(old.wallet).toRawString());
      await old.send(tx);
      const lost = before - (await old.chain.balance(toAddress(old.wallet).toRawString()));
      expect([0n, 1n, 2n, 3n]).toContain(lost - feeOfReport(report) - 3n * ONE);
      expect(await old.simulate(tx)).toMatchObject({ errors: ['slot_behind'] });
      const ahead = await old.build({ kind: 'calls', calls }, { slot: 5 });
      expect(await old.simulate(ahead)).toMatchObject({ success: true, caveats: expect.arrayContaining(['earlier_transactions_pending']) });
    },
    30_000,
  );

  it('reads the masterchain library that a token account’s code stands for', async () => {
    const { minter, library } = await libraryMinter(scene.admin);
    await scene.client.request('dev_addLibrary', { boc: library.toBoc().toString('base64') });
    const token = await scene.mint(minter, 1_000n);
    const { report } = await scene.judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(report).toMatchObject({ success: true, errors: [] });
    expect(flows(report.effects, 'outflow', scene.wallet, token)).toEqual([[somebody(9), 300n]]);
  });

  it('goes no further where such a library is missing', async () => {
    const { minter, library } = await libraryMinter(scene.admin, 'missing');
    await scene.client.request('dev_addLibrary', { boc: library.toBoc().toString('base64') });
    const token = await scene.mint(minter, 1_000n);
    const tx = await scene.build({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    const request: typeof scene.client.request = async (method, params, signal) =>
      method === 'getLibraries' ? { result: [] } : scene.client.request(method, params, signal);
    const report = await scene.simulate(tx, [], { ...scene.client, request });
    expect(report.success).toBe(false);
    expect(report.errors).toContain('library_missing');
  });
});

describe('a simulation shows what goes wrong', () => {
  it('tells of a payment that bounces', async () => {
    const target = await scene.deploy(await refuser());
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report).toMatchObject({ success: false, wouldRevert: true, errors: [`bounced: ${target} exit_code: 888`] });
    expect(flows(report.effects, 'outflow', scene.wallet)[0]?.[1]).toBeLessThan(ONE / 100n);
  });

  it('tells of a payment that the wallet skips without a word', async () => {
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: 1_000n * ONE, to: somebody(9) });
    expect(report).toMatchObject({ success: false, wouldRevert: false, errors: ['insufficient_funds', 'action_skipped'] });
  });

  it('tells of a batch of which only a part is sent', async () => {
    const { report } = await scene.judge({ kind: 'calls', calls: [call(somebody(1), 60n * ONE), call(somebody(2), 60n * ONE)] });
    expect(report.errors).toEqual(['insufficient_funds', 'action_skipped']);
  });

  it('tells of more jettons than there are', async () => {
    const { report } = await scene.judge({ kind: 'transfer', asset, amount: 2_000_000n, to: somebody(9) });
    expect(report.success).toBe(false);
    expect(report.errors).toEqual([expect.stringMatching(/^bounced: .* exit_code: 706$/), 'recipient_not_credited']);
  });

  it('shows that mode 128 takes everything along', async () => {
    const { report, excess } = await scene.judge({ kind: 'calls', calls: [call(somebody(9), ONE, null, { mode: '130' })] });
    const [[to, amount] = [null, 0n]] = flows(report.effects, 'outflow', scene.wallet);
    expect(to).toBe(somebody(9));
    expect(amount).toBeGreaterThan(90n * ONE);
    expect(excess.unintended.length).toBeGreaterThan(0);
  });

  it('shows a destroyed wallet', async () => {
    const { excess } = await scene.judge({ kind: 'calls', calls: [call(somebody(9), ONE, null, { mode: '162' })] });
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
    const { facts = [] } = base;
    const adopted = { ...scene.adopt(payload), facts };
    const decoded = scene.decode(adopted);
    const report = await scene.simulate(adopted);
    expect(report.errors).toEqual([]);
    expect(report.effects).toContainEqual(
      expect.objectContaining({ kind: 'control', account: scene.wallet, aspect: 'module', to: idOf(extension.address) }),
    );
    expect(excessFor(scene.wallet, decoded.effects, report).unintended).toEqual([]);
    const hidden = decoded.effects.filter(({ kind }) => kind !== 'control');
    expect(excessFor(scene.wallet, hidden, report).unintended).toEqual(['a change of module that the bytes do not show']);
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
      const report = await without({ client: scene.client, clock: scene.clock, tx, decoded: scene.decode(tx), watch: [] });
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
    const counting = {
      ...scene.client,
      request: (...all: Parameters<typeof scene.client.request>) => {
        asked += 1;
        return scene.client.request(...all);
      },
    };
    await readNetworkConfig(counting, scene.clock);
    await readNetworkConfig(counting, scene.clock);
    expect(asked).toBe(1);
  });
});
