import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager, type ExecutionResult, replay, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, FREE, KEYS } from '../manager/fixture.ts';
import { configOf, fund } from './bench.ts';

let anvil: Anvil;
const directory = mkdtempSync(join(tmpdir(), 'castellan-rollout-'));
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
  rmSync(directory, { recursive: true, force: true });
});

const managerOn = (path: string): SecurityManager =>
  createSecurityManager(configOf(anvil, { keys: KEYS, store: sqliteStore({ path }), agents: {} }));
const pay = (security: SecurityManager, id: string): Promise<ExecutionResult> =>
  security.agent('a1').execute({ id, to: BOB, amount: '0.01', asset: 'ETH' }, { settleTimeoutMs: 20_000 });
/** Runs what is asked for at once, and again under the same id until the chain has spoken, as a careful agent does. */
async function paid(security: () => SecurityManager, ids: readonly string[]): Promise<readonly ExecutionResult[]> {
  return Promise.all(
    ids.map(async (id) => {
      for (let turn = 0; ; turn += 1) {
        const result = await pay(security(), id).catch((error: unknown) => error as { readonly code: string });
        const isOver =
          'status' in result && (result.status === 'success' || (result.pending !== true && result.status === 'policy_rejected'));
        if (isOver) return result;
        if (turn > 40) throw new Error(`${id} did not end: ${JSON.stringify(result).slice(0, 300)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }),
  );
}
const received = async (): Promise<bigint> => {
  const response = await fetch(anvil.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [BOB, 'latest'] }),
  });
  return BigInt(((await response.json()) as { readonly result: string }).result);
};
const idsOf = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${name}-${index}`);
const reasonless = (results: readonly ExecutionResult[]): readonly ExecutionResult[] =>
  results.filter(({ status, reasons }) => status !== 'success' && reasons.length === 0);

describe('a policy is rolled out while payments are under way', () => {
  it('payments in flight end, none is paid twice, and no denial is without a reason', { timeout: 120_000 }, async () => {
    await using security = managerOn(join(directory, 'rollout.sqlite'));
    await security.policy.createAgent('a1', FREE);
    const { address } = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, address);
    const before = await received();
    const first = paid(() => security, idsOf('before', 4));
    // Each change voids the permits that are not redeemed yet: those payments are decided again, by the new rules.
    await security.policy.updateAgent('a1', { limits: { ...FREE.limits, daily: 40 } });
    const second = paid(() => security, idsOf('during', 4));
    await security.policy.updateAgent('a1', { allowedDestinations: [BOB] });
    const results = [...(await first), ...(await second), ...(await paid(() => security, idsOf('after', 2)))];
    expect(results.map(({ status }) => status)).toEqual(new Array(10).fill('success'));
    expect(reasonless(results)).toEqual([]);
    expect((await received()) - before).toBe(10n * 10n ** 16n);
    // The next version closes everything: what it denies says so.
    await security.policy.updateAgent('a1', { capabilities: { transfers: { enabled: false } } });
    const [denied] = await paid(() => security, ['closed']);
    expect([denied?.status, denied?.reasons[0]?.code]).toEqual(['policy_rejected', 'capability_disabled']);
    const { entries } = await security.audit.query({ limit: 500 });
    const events = entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event);
    const report = await replay({ entries: events });
    expect([report.judged > 10, report.same]).toEqual([true, report.judged]);
  });
});

describe('one manager takes over from another on the same store', () => {
  it('blue hands over to green: in flight ends, nothing is paid twice, nothing is denied without a reason', {
    timeout: 120_000,
  }, async () => {
    const path = join(directory, 'blue-green.sqlite');
    const blue = managerOn(path);
    await blue.policy.createAgent('a1', FREE);
    const { address } = await blue.custody.createWallet('owner', 'a1');
    await fund(anvil, address);
    const before = await received();
    let serving: SecurityManager = blue;
    const ids = idsOf('swap', 6);
    const asked = paid(() => serving, ids);
    await using green = managerOn(path);
    await green.start();
    serving = green;
    const left = await blue.shutdown(10_000);
    expect(left).toBeDefined();
    const results = await asked;
    expect(results.map(({ status }) => status)).toEqual(new Array(6).fill('success'));
    // The same ids again, at the one that took over: the same transactions, and no second payment.
    const again = await paid(() => green, ids);
    expect(again.map(({ txHash }) => txHash)).toEqual(results.map(({ txHash }) => txHash));
    expect(new Set(again.map(({ txHash }) => txHash)).size).toBe(6);
    expect((await received()) - before).toBe(6n * 10n ** 16n);
    expect(reasonless([...results, ...again])).toEqual([]);
  });
});
