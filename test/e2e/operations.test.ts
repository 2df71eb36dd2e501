import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { CastellanError, createSecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, CHAIN, configOf, FREE, fund, type Hooks, hookedStore, openBench, sentBy } from './bench.ts';

const pay = (id: string) => ({ id, to: BOB, amount: '0.001', asset: 'ETH' });
const away = () => new CastellanError('STORE_UNAVAILABLE', { message: 'away', retryable: true });
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('a dry run', () => {
  it('writes nothing: no row, no entry, no room', async () => {
    const hooks: Hooks = {};
    const { store, factory } = hookedStore(hooks, { clock: systemClock() });
    await using bench = await openBench(anvil, { store: factory });
    const { security } = bench;
    await security.agent('a1').execute({ ...pay('asks'), narrow: { requireApproval: true } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = JSON.stringify([await store.scan(''), await store.logHead()]);
    const writes: string[] = [];
    hooks.beforeApply = (commands) => void writes.push(...commands.map(({ kind }) => kind).filter((kind) => kind !== 'doc.put'));
    const agent = security.agent('a1');
    const runs = [
      pay('a'),
      { ...pay('b'), amount: '4' },
      { ...pay('c'), amount: 'x' },
      { ...pay('d'), narrow: { requireApproval: true } },
      { ...pay('asks'), narrow: { requireApproval: true } },
      { ...pay('asks'), amount: '0.2' },
      { nonsense: 1 },
    ];
    const outcomes = [];
    for (const request of runs) outcomes.push(await agent.dryRun(request as never));
    expect(outcomes.map(({ wouldProceed, approvalRequired, blockers }) => [wouldProceed, approvalRequired, blockers[0]?.code])).toEqual([
      [true, false, undefined],
      [false, false, 'per_transaction_limit'],
      [false, false, 'request_malformed'],
      [false, true, undefined],
      [false, true, undefined],
      [false, false, 'request_id_reused'],
      [false, false, 'request_malformed'],
    ]);
    expect((await security.agent('nobody').dryRun(pay('x'))).blockers[0]?.code).toBe('agent_unknown');
    expect(writes).toEqual([]);
    expect(JSON.stringify([await store.scan(''), await store.logHead()])).toBe(before);
  });
});

describe('health', () => {
  it('answers with a dead chain and with a dead store', async () => {
    const hooks: Hooks = {};
    const { factory } = hookedStore(hooks, { clock: systemClock() });
    const security = createSecurityManager({
      ...configOf(anvil, { store: factory }),
      chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1, timeoutMs: 200 }] })],
    });
    const dead = await security.getHealth();
    expect([dead.status, dead.chains[0]?.reachable, dead.store.reachable]).toEqual(['degraded', false, true]);
    hooks.beforeGet = () => {
      throw away();
    };
    const gone = await security.getHealth();
    expect([gone.status, gone.killSwitch, gone.store.reachable]).toEqual(['halted', 'unreadable', false]);
    hooks.beforeGet = () => new Promise<void>(() => {});
    const hung = await security.getHealth();
    expect([hung.status, hung.killSwitch, hung.store.reachable]).toEqual(['halted', 'unreadable', false]);
    delete hooks.beforeGet;
    await security.shutdown(100);
  });
});

describe('shutting down', () => {
  it('refuses new work, drains what is under way, and reports; twice is once', async () => {
    const { security, wallet } = await openBench(anvil);
    const running = Array.from({ length: 5 }, (_, index) => security.agent('a1').execute(pay(`drain-${index}`)));
    const first = security.shutdown(5_000);
    const second = security.shutdown();
    for (const work of [
      () => security.agent('a1').execute(pay('late')),
      () => security.ready(),
      () => security.start(),
      () => security.custody.createWallet('owner', 'a1'),
      () => security.emergency.resumeAgent('a1', { approvedBy: 'x', notes: '' }),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    }
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array(5).fill('success'));
    expect(await first).toEqual({ completed: 5, abandoned: 0 });
    expect(await second).toEqual(await first);
    expect(await sentBy(anvil, wallet)).toBe(5);
    for (const work of [() => security.getHealth(), () => security.emergency.activateKillSwitch({ reason: 'x', triggeredBy: 'x' })])
      await expect(work()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('in the middle of a wait for finality lets go in time, and the next manager settles it', async () => {
    await using still = await startAnvil({ automine: false });
    const { factory } = hookedStore({}, { clock: systemClock() });
    const given = { store: factory, keys: { encryptionKey: '55'.repeat(32) }, execution: { settleTimeoutMs: 60_000 } };
    const { security, wallet } = await openBench(still, given);
    const running = security.agent('a1').execute(pay('waits'));
    await expect.poll(async () => Number(await still.rpc('eth_getTransactionCount', [wallet.address, 'pending']))).toBe(1);
    const startMs = performance.now();
    expect(await security.shutdown(50)).toEqual({ completed: 0, abandoned: 1 });
    expect(await running).toMatchObject({ status: 'execution_failed', pending: true });
    expect(performance.now() - startMs).toBeLessThan(2_000);
    await still.rpc('evm_mine', []);
    const next = createSecurityManager(configOf(still, given));
    await next.start();
    expect((await next.agent('a1').execute(pay('waits'))).status).toBe('success');
    await next.shutdown(500);
  });

  it('a start over a transaction that is not mined yet does not wait for it', async () => {
    await using still = await startAnvil({ automine: false });
    const { factory } = hookedStore({}, { clock: systemClock() });
    const given = { store: factory, keys: { encryptionKey: '66'.repeat(32) }, execution: { settleTimeoutMs: 60_000 } };
    const { security } = await openBench(still, given);
    await security.agent('a1').execute(pay('open'), { settleTimeoutMs: 20 });
    await security.shutdown(100);
    const next = createSecurityManager(configOf(still, given));
    const startMs = performance.now();
    await next.start();
    expect(performance.now() - startMs).toBeLessThan(2_000);
    await next.shutdown(100);
  });

  it('before anything was opened, or while it is being opened, leaves nothing', async () => {
    const unopened = createSecurityManager(configOf(anvil));
    expect(await unopened.shutdown()).toEqual({ completed: 0, abandoned: 0 });
    await expect(unopened.ready()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    let closed = 0;
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    void factory;
    const opening = createSecurityManager(
      configOf(anvil, {
        store: {
          open: async () => {
            await new Promise((resolve) => setTimeout(resolve, 100));
            return { ...store, close: async () => void (closed += 1) };
          },
        },
      }),
    );
    const ready = opening.ready().catch((error: unknown) => error);
    await opening.shutdown(10);
    expect(await ready).toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect.poll(() => closed).toBe(1);
  });

  it('disposes by itself, and leaves no timer, handle or listener behind', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
    for (let round = 0; round < 5; round++) {
      await using security = createSecurityManager(
        configOf(anvil, { keys: { encryptionKey: '77'.repeat(32) }, store: sqliteStore({ path: join(folder, 's.sqlite') }) }),
      );
      await security.start();
      if (round === 0) await fund(anvil, (await security.custody.createWallet('owner', 'a1')).address);
      expect((await security.agent('a1').execute(pay(`round-${round}`))).status).toBe('success');
    }
    rmSync(folder, { recursive: true });
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThanOrEqual(before);
  });
});

describe('a failed boot', () => {
  it('closes what it opened, each time, and can be tried again', async () => {
    let opened = 0;
    let closed = 0;
    let broken = true;
    const { store } = hookedStore({}, { clock: systemClock() });
    const factory = {
      open: () => {
        opened += 1;
        return {
          ...store,
          get: async (keys: readonly string[]) => {
            if (broken && keys.some((key) => key.startsWith('doc/agent/'))) throw away();
            return store.get(keys);
          },
          close: async () => void (closed += 1),
        };
      },
    };
    const security = createSecurityManager(configOf(anvil, { store: factory, keys: { encryptionKey: '88'.repeat(32) } }));
    await expect(security.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(security.ready()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([opened, closed]).toEqual([2, 2]);
    broken = false;
    await security.start();
    expect([opened, closed, (await security.getHealth()).started]).toEqual([3, 2, true]);
    await security.shutdown();
    expect(closed).toBe(3);
  });
});

describe('many agents', () => {
  it('one whose chain hangs holds up neither another, nor the reconciler', async () => {
    const hung = 'eip155:31338';
    const fetchHung: typeof fetch = () => new Promise(() => {});
    const security = createSecurityManager({
      ...configOf(anvil, { agents: { a1: FREE, slow: { ...FREE, limits: { ...FREE.limits, unit: `${hung}/slip44:60` } } } }),
      chains: [
        evm({ chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }] }),
        evm({
          chains: [{ chain: hung, rpcUrl: 'http://127.0.0.1:9', confirmations: 1, timeoutMs: 700, nativeSymbol: 'SLOW' }],
          fetch: fetchHung as never,
        }),
      ],
    });
    await security.custody.createWallet('owner', 'slow', { chain: hung });
    const { address } = await security.custody.createWallet('owner', 'a1', { chain: CHAIN });
    await fund(anvil, address);
    const stuck = security.agent('slow').execute({ to: BOB, amount: '0.001', asset: 'SLOW' });
    const startMs = performance.now();
    expect((await security.agent('a1').execute(pay('quick'))).status).toBe('success');
    expect(performance.now() - startMs).toBeLessThan(600);
    expect((await stuck).reasons[0]?.code).toBe('chain_unavailable');
    await security.shutdown(500);
  });
});
