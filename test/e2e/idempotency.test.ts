import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { CastellanError, createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import {
  type Bench,
  BOB,
  balanceOf,
  byFetch,
  CHAIN,
  configOf,
  FREE,
  fund,
  type Given,
  type Hooks,
  hookedStore,
  openBench,
  sentBy,
  stranger,
} from './bench.ts';

const MILLI = 10n ** 15n;
const _away = () => new CastellanError('STORE_UNAVAILABLE', { message: 'away', retryable: true });
const order = (to: string, id = 'order-1') => ({ id, to, amount: '0.001', asset: 'ETH' });
const KEY = '11'.repeat(32);

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

async function usingBench<T>(given: Given, run: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await openBench(anvil, given);
  try {
    return await run(bench);
  } finally {
    await bench.security.shutdown(2_000);
  }
}

describe('one request id', () => {
  it('twenty times at once is one transaction and one answer', () =>
    usingBench({}, async ({ security, wallet }) => {
      const target = stranger();
      const results = await Promise.all(Array.from({ length: 20 }, () => security.agent('a1').execute(order(target))));
      expect(new Set(results.map(({ status, txHash, decision }) => `${status} ${txHash} ${decision.id}`)).size).toBe(1);
      expect(results[0]?.status).toBe('success');
      expect([await sentBy(anvil, wallet), await balanceOf(anvil, target)]).toEqual([1, MILLI]);
      const again = await security.agent('a1').execute(order(target));
      expect(again.receipt).toEqual(results[0]?.receipt);
    }));

  it('with another body is refused, whatever became of the first, and spoils nothing', () =>
    usingBench({}, async ({ security, wallet }) => {
      const agent = security.agent('a1');
      const first = agent.execute(order(BOB));
      const second = agent.execute({ ...order(BOB), amount: '0.002' });
      expect((await second).reasons[0]?.code).toBe('request_id_reused');
      expect((await first).status).toBe('success');
      expect((await agent.execute({ ...order(BOB), narrow: { requireApproval: true } })).reasons[0]?.code).toBe('request_id_reused');
      expect((await agent.execute(order(BOB))).txHash).toBe((await first).txHash);
      expect(await sentBy(anvil, wallet)).toBe(1);
    }));

  it('of a denied request stays denied, and is another agent’s to use', () =>
    usingBench({ agents: { a1: FREE, a2: FREE } }, async ({ security }) => {
      const tooMuch = { ...order(BOB), amount: '5' };
      const first = await security.agent('a1').execute(tooMuch);
      expect((await security.agent('a1').execute(tooMuch)).decision.id).toBe(first.decision.id);
      const { address } = await security.custody.createWallet('owner', 'a2');
      await fund(anvil, address);
      expect((await security.agent('a2').execute(order(BOB))).status).toBe('success');
    }));

  it('in two managers over one file is one transaction', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
    const given: Given = { keys: { encryptionKey: KEY }, store: sqliteStore({ path: join(folder, 's.sqlite') }) };
    const one = await openBench(anvil, given);
    const two = createSecurityManager(configOf(anvil, given));
    try {
      await two.ready();
      const target = stranger();
      for (let round = 0; round < 6; round++) {
        const results = await Promise.all(
          [one.security, two, one.security, two].map((security) => security.agent('a1').execute(order(target, `shared-${round}`))),
        );
        expect(
          results.map(({ status }) => status),
          JSON.stringify(results.map(({ reasons }) => reasons)),
        ).toEqual(Array(4).fill('success'));
        expect(new Set(results.map(({ txHash }) => txHash)).size).toBe(1);
      }
      expect([await sentBy(anvil, one.wallet), await balanceOf(anvil, target)]).toEqual([6, 6n * MILLI]);
      const told = await one.security.audit.query({ types: ['execution_success'] });
      expect(told.entries.length, 'each settlement is recorded once').toBe(6);
    } finally {
      await one.security.shutdown(2_000);
      await two.shutdown(2_000);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a request that another process takes on meanwhile', () => {
  it('is settled and told once, also where both come to its end at the same moment', async () => {
    const hooks: Hooks = {};
    const { store, factory } = hookedStore(hooks, { clock: systemClock() });
    const given: Given = { store: factory, keys: { encryptionKey: KEY } };
    const one = await openBench(anvil, given);
    const two = createSecurityManager(configOf(anvil, given));
    await two.ready();
    const target = stranger();
    let arrived = 0;
    let other: Promise<unknown> | undefined;
    hooks.beforeApply = async (commands) => {
      if (!commands.some((command) => 'to' in command && command.to === 'final')) return;
      arrived += 1;
      other ??= two.agent('a1').execute(order(target));
      while (arrived < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // A payment that is included and fails teaches no profile, whose version would otherwise tell the two apart.
    hooks.afterApply = async (commands) => {
      if (commands.some((command) => 'to' in command && command.to === 'signed'))
        await anvil.rpc('anvil_setCode', [target, '0x60006000fd']);
    };
    const results = [await one.security.agent('a1').execute(order(target)), await other];
    expect(results).toMatchObject(Array(2).fill({ status: 'execution_failed', receipt: { success: false } }));
    expect((await two.audit.query({ types: ['execution_failed'] })).entries).toHaveLength(1);
    const [ledger] = (await store.scan('ledger/')).map(({ value }) => value as { inFlight: string; total: string });
    expect([ledger?.inFlight, BigInt(ledger?.total ?? 0) < MILLI]).toEqual(['0', true]);
    await one.security.shutdown(500);
    await two.shutdown(500);
  });

  it('is not called refused by the process that cannot reach its chain', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const given: Given = { store: factory, keys: { encryptionKey: KEY } };
    const one = await openBench(anvil, given);
    const target = stranger();
    let paid: Promise<unknown> | undefined;
    const cutOff: typeof fetch = async () => {
      paid ??= one.security.agent('a1').execute(order(target));
      await paid;
      throw new TypeError('fetch failed');
    };
    const two = createSecurityManager({
      ...configOf(anvil, given),
      chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }], fetch: cutOff as never })],
    });
    const result = await two.agent('a1').execute(order(target));
    const { txHash } = await one.security.agent('a1').execute(order(target));
    expect(result).toMatchObject({ status: 'execution_failed', pending: true, txHash });
    expect([await sentBy(anvil, one.wallet), await balanceOf(anvil, target)]).toEqual([1, MILLI]);
    await one.security.shutdown(500);
    await two.shutdown(500);
  });
});

describe('what the chain says, or does not say', () => {
  const unreachable = async <T>(run: () => Promise<T>): Promise<T> => {
    const original = globalThis.fetch;
    globalThis.fetch = async () => {
      throw new TypeError('fetch failed');
    };
    return run().finally(() => {
      globalThis.fetch = original;
    });
  };

  it('a chain that is away never makes a payment look failed for good', () =>
    usingBench(byFetch(anvil), async ({ security, wallet }) => {
      const agent = security.agent('a1');
      const { txHash } = await agent.execute(order(BOB));
      const asked = await unreachable(() => agent.execute(order(BOB)));
      expect(asked).toMatchObject({ status: 'execution_failed', pending: true, txHash });
      expect((await agent.execute(order(BOB))).status).toBe('success');
      const held = await agent.authorize(order(BOB, 'cut-off'));
      expect(held.approved, JSON.stringify(held.reasons)).toBe(true);
      const cut = await unreachable(() => agent.execute(order(BOB, 'cut-off'), { settleTimeoutMs: 50 }));
      expect(cut).toMatchObject({ status: 'execution_failed', pending: true, txHash: expect.stringMatching(/^0x/) });
      expect((await agent.execute(order(BOB, 'cut-off'))).txHash).toBe(cut.txHash);
      expect(await sentBy(anvil, wallet)).toBe(2);
    }));

  it('another transaction in our place frees the room, is told once, and the id pays no more', async () => {
    const hooks: Hooks = {};
    const { store, factory } = hookedStore(hooks, { clock: systemClock() });
    await usingBench({ store: factory }, async ({ security, wallet }) => {
      hooks.afterApply = async (commands) => {
        if (!commands.some((command) => 'to' in command && command.to === 'signed')) return;
        delete hooks.afterApply;
        await anvil.rpc('anvil_impersonateAccount', [wallet.address]);
        await anvil.rpc('eth_sendTransaction', [{ from: wallet.address, to: BOB, value: '0x1' }]);
        await expect.poll(() => sentBy(anvil, wallet)).toBe(1);
      };
      const result = await security.agent('a1').execute(order(BOB));
      expect([result.status, result.reasons[0]?.code, result.pending]).toEqual(['execution_failed', 'slot_taken', false]);
      expect((await security.agent('a1').execute(order(BOB))).status).toBe('execution_failed');
      const ledger = (await store.scan('ledger/')).map(({ value }) => value as { inFlight: string; total: string });
      expect(ledger.map(({ inFlight, total }) => [inFlight, total])).toEqual([['0', '0']]);
      expect((await security.audit.query({ types: ['execution_failed'] })).entries).toHaveLength(1);
      expect(await sentBy(anvil, wallet)).toBe(1);
      // Somebody else has the key, or the store is an old copy: everything stops.
      expect(security.emergency.isKillSwitchActive()).toBe(true);
      await anvil.rpc('anvil_stopImpersonatingAccount', [wallet.address]);
    });
  });
});

describe('a permit that was not redeemed', () => {
  const held = async (security: SecurityManager, target: string) =>
    expect((await security.agent('a1').authorize(order(target))).approved).toBe(true);

  it('is decided again once its policy has changed', () =>
    usingBench({}, async ({ security, wallet }) => {
      const target = stranger();
      await held(security, target);
      await security.policy.createAgent('a1', { ...FREE, limits: { ...FREE.limits, daily: 40 } });
      const result = await security.agent('a1').execute(order(target));
      expect(result.status, JSON.stringify(result.reasons)).toBe('success');
      expect(await sentBy(anvil, wallet)).toBe(1);
    }));

  it('is denied once the new policy says no, and frees its room and its place', () =>
    usingBench({}, async ({ security, wallet }) => {
      await held(security, BOB);
      await security.policy.createAgent('a1', { ...FREE, capabilities: { transfers: { enabled: false } } });
      expect((await security.agent('a1').execute(order(BOB))).status).toBe('policy_rejected');
      await security.policy.createAgent('a1', FREE);
      expect((await security.agent('a1').execute(order(BOB, 'next'))).status).toBe('success');
      expect(await sentBy(anvil, wallet)).toBe(1);
    }));

  it('expires: afterwards the same id is decided anew and pays once', async () => {
    const system = systemClock();
    let ahead = 0;
    const clock = { ...system, nowMs: () => system.nowMs() + ahead, monotonicMs: () => system.monotonicMs() + ahead };
    await usingBench({ clock }, async ({ security, wallet }) => {
      const target = stranger();
      await held(security, target);
      ahead = 70_000;
      const result = await security.agent('a1').execute(order(target));
      expect(result.status, JSON.stringify(result.reasons)).toBe('success');
      expect([await sentBy(anvil, wallet), await balanceOf(anvil, target)]).toEqual([1, MILLI]);
    });
  });

  it('does not outlive the notAfter of its request', async () => {
    const system = systemClock();
    let ahead = 0;
    const clock = { ...system, nowMs: () => system.nowMs() + ahead, monotonicMs: () => system.monotonicMs() + ahead };
    await usingBench({ clock }, async ({ security, wallet }) => {
      const request = { ...order(BOB), notAfter: system.nowMs() + 10_000 };
      expect((await security.agent('a1').authorize(request)).approved).toBe(true);
      ahead = 20_000;
      const result = await security.agent('a1').execute(request);
      expect(result.status).not.toBe('success');
      expect(await sentBy(anvil, wallet)).toBe(0);
    });
  });

  it('authorized and then executed many times over is one transaction', () =>
    usingBench({}, async ({ security, wallet }) => {
      await held(security, BOB);
      const results = await Promise.all(
        [1, 2, 3].flatMap(() => [security.agent('a1').execute(order(BOB)), security.agent('a1').authorize(order(BOB))]),
      );
      expect(results.filter((result) => 'status' in result && result.status === 'success')).toHaveLength(3);
      expect(await sentBy(anvil, wallet)).toBe(1);
    }));
});

describe('many requests at once', () => {
  it('of one wallet are neither taken for a bypass nor lost', () =>
    usingBench({}, async ({ security, wallet }) => {
      const results = await Promise.all(
        Array.from({ length: 24 }, (_, index) => security.agent('a1').execute(order(BOB, `many-${index}`))),
      );
      expect(results.map(({ status, reasons }) => `${status} ${reasons[0]?.code ?? ''}`)).toEqual(Array(24).fill('success '));
      expect(await sentBy(anvil, wallet)).toBe(24);
      expect(security.emergency.isKillSwitchActive()).toBe(false);
    }));
});
