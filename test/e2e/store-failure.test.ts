import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import { CastellanError, createSecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { balanceOf, configOf, FREE, fund, type Given, type Hooks, hookedStore, openBench, sentBy, stranger } from './bench.ts';

const MILLI = 10n ** 15n;
const away = () => new CastellanError('STORE_UNAVAILABLE', { message: 'away', retryable: true });
const order = (to: string, id = 'order-1') => ({ id, to, amount: '0.001', asset: 'ETH' });
const KEY = '11'.repeat(32);
const LOOKS_OFTEN = { settleTimeoutMs: 5_000, reconcileMs: 50 };

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** A manager whose store fails at the n-th write of the execution; then a second manager over the same rows. */
async function crashAt(n: number, when: 'before' | 'after'): Promise<boolean> {
  const hooks: Hooks = {};
  const { store, factory } = hookedStore(hooks, { clock: systemClock() });
  const given: Given = { store: factory, keys: { encryptionKey: KEY } };
  const { security, wallet } = await openBench(anvil, given);
  const target = stranger();
  let writes = 0;
  let failed = false;
  const count = (): void => {
    writes += 1;
    if (writes < n) return;
    failed = true;
    throw away();
  };
  hooks[when === 'before' ? 'beforeApply' : 'afterApply'] = count;
  const first = await security
    .agent('a1')
    .execute(order(target))
    .catch((error: unknown) => error);
  delete hooks.beforeApply;
  delete hooks.afterApply;
  await security.shutdown(500);
  if (!failed) {
    expect(first).toMatchObject({ status: 'success' });
    return false;
  }
  const second = createSecurityManager(configOf(anvil, given));
  try {
    await second.start();
    const result = await second.agent('a1').execute(order(target));
    expect(result.status, `write ${n} ${when}: ${JSON.stringify(result.reasons)}`).toBe('success');
    expect([await sentBy(anvil, wallet), await balanceOf(anvil, target)], `write ${n} ${when}`).toEqual([1, MILLI]);
    const [row] = (await store.get([storeKey.request('a1', 'order-1')])) as unknown as RequestRow[];
    expect(row?.state).toBe('final');
    const ledger = (await store.scan('ledger/')).map(({ value }) => value as { inFlight: string; held: unknown[]; total: string });
    expect(ledger.map(({ inFlight, held }) => [inFlight, held.length])).toEqual([['0', 0]]);
    expect(BigInt(ledger[0]?.total ?? '0')).toBe(BigInt(row?.booked?.lines[0]?.amount ?? '-1'));
    expect(await store.scan('open/')).toEqual([]);
    const told = await second.audit.query({ types: ['execution_success'] });
    expect(told.entries.length, 'the settlement is recorded once').toBe(1);
    return true;
  } finally {
    await second.shutdown(500);
  }
}

describe('a store that fails at the n-th write', () => {
  it.each(['before', 'after'] as const)(
    '%s it is made: never two transactions, and the next manager settles what is open',
    async (when) => {
      let n = 1;
      while (await crashAt(n, when)) n += 1;
      expect(n, 'decision, redeem, signed, broadcast, final').toBeGreaterThanOrEqual(6);
    },
  );
});

describe('what a crash or a time-out leaves', () => {
  it('is settled by the reconciler of the next manager, without its agent asking', async () => {
    for (const stage of ['permit.redeem', 'signed', 'broadcast', 'final']) {
      const hooks: Hooks = {};
      const { store, factory } = hookedStore(hooks, { clock: systemClock() });
      const given: Given = { store: factory, keys: { encryptionKey: KEY } };
      const { security, wallet } = await openBench(anvil, given);
      let stopped = false;
      hooks.afterApply = (commands) => {
        stopped ||= commands.some(
          (command) =>
            command.kind === stage || (command.kind === 'ledger.settle' && 'to' in command && command.to === stage && stage !== 'final'),
        );
        if (stopped) throw away();
      };
      hooks.beforeApply = (commands) => {
        if (stopped || commands.some((command) => 'to' in command && command.to === 'final' && stage === 'final')) throw away();
      };
      const result = await security.agent('a1').execute(order(stranger()));
      expect([result.status, result.reasons[0]?.code], stage).toEqual(['execution_failed', 'store_unavailable']);
      delete hooks.afterApply;
      delete hooks.beforeApply;
      await security.shutdown(500);
      const second = createSecurityManager(configOf(anvil, { ...given, execution: LOOKS_OFTEN }));
      await second.start();
      // What the first look hands in again may be mined after it: the next one finds it there.
      await vi.waitFor(
        async () => {
          const [row] = (await store.get([storeKey.request('a1', 'order-1')])) as unknown as RequestRow[];
          expect([row?.state, await sentBy(anvil, wallet)], stage).toEqual(['final', 1]);
        },
        { timeout: 15_000, interval: 100 },
      );
      await second.shutdown(500);
    }
  });

  it('one request that cannot be completed does not keep the others from being settled', async () => {
    const hooks: Hooks = {};
    const { store, factory } = hookedStore(hooks, { clock: systemClock() });
    const given: Given = { store: factory, keys: { encryptionKey: KEY }, agents: { a1: FREE, a2: FREE } };
    const { security } = await openBench(anvil, given);
    const { address } = await security.custody.createWallet('owner', 'a2');
    await fund(anvil, address);
    hooks.beforeApply = (commands) => {
      if (commands.some((command) => 'to' in command && command.to === 'broadcast')) throw away();
    };
    for (const agent of ['a1', 'a2']) await security.agent(agent).execute(order(stranger(), `open-${agent}`));
    delete hooks.beforeApply;
    await security.shutdown(500);
    const key = storeKey.request('a1', 'open-a1');
    const second = createSecurityManager(
      configOf(anvil, {
        ...given,
        execution: LOOKS_OFTEN,
        store: {
          open: () => ({
            ...store,
            get: async (keys) =>
              (await store.get(keys)).map((row, index) => (keys[index] === key ? { ...(row as object), sealed: null } : row) as never),
          }),
        },
      }),
    );
    await second.start();
    await vi.waitFor(
      async () => {
        const [other] = (await store.get([storeKey.request('a2', 'open-a2')])) as unknown as RequestRow[];
        expect(other?.state).toBe('final');
      },
      { timeout: 15_000, interval: 100 },
    );
    await second.shutdown(500);
  });
});
