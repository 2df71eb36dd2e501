import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createSecurityManager, type ExecutionResult, replay, type SecurityManager, type TemporalRuleInput } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from '../store/postgres.ts';
import { BOB, configOf, FREE, fund } from './bench.ts';

const here = await hasPostgres();
const schemas = { velocity: newSchema('velocity'), failures: newSchema('failures') };
const HOUR = 3_600_000;
const VELOCITY: TemporalRuleInput = {
  predicate: { kind: 'spend_velocity', windowMs: HOUR, maxAmount: '0.3', token: 'ETH' },
  consequence: 'reject',
};
const FAILING: TemporalRuleInput = { predicate: { kind: 'consecutive_failures', count: 2 }, consequence: 'reject' };

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
  if (here) await dropSchemas(...Object.values(schemas));
});

const managerOn = (name: keyof typeof schemas, rule: TemporalRuleInput): SecurityManager =>
  createSecurityManager(
    configOf(anvil, {
      agents: { a1: { ...FREE, temporalRules: [rule] } },
      store: postgresStore({ url: POSTGRES_URL, schema: schemas[name] }),
      keys: { encryptionKey: 'ab'.repeat(32) },
    }),
  );
const pay = (security: SecurityManager, id: string, amount = '0.1'): Promise<ExecutionResult> =>
  security.agent('a1').execute({ id, to: BOB, amount, asset: 'ETH' }, { settleTimeoutMs: 20_000 });
const codes = ({ reasons }: ExecutionResult): readonly string[] => reasons.map(({ code }) => code);

describe.skipIf(!here)(`rules over history on PostgreSQL${here ? '' : ' (skipped: no server answers)'}`, { timeout: 120_000 }, () => {
  it('hold two managers over one schema to one velocity, outlive both, and replay from the log', async () => {
    const one = managerOn('velocity', VELOCITY);
    const { address } = await one.custody.createWallet('owner', 'a1');
    await fund(anvil, address);
    const two = managerOn('velocity', VELOCITY);
    await two.ready();
    const results = await Promise.all([one, two].flatMap((security, at) => [0, 1].map((n) => pay(security, `${at}-${n}`))));
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(2);
    for (const result of results.filter(({ status }) => status !== 'success')) expect(codes(result)).toContain('temporal_rule_triggered');
    await Promise.all([one.shutdown(5_000), two.shutdown(5_000)]);
    await using after = managerOn('velocity', VELOCITY);
    expect(codes(await pay(after, 'later'))[0]).toBe('temporal_rule_triggered');
    const { entries } = await after.audit.query({ limit: 500 });
    const report = await replay({ entries: entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event) });
    expect([report.judged >= 5, report.same, report.indeterminate]).toEqual([true, report.judged, []]);
  });

  it('count failures that another manager saw, and a success that it saw, too', async () => {
    await using one = managerOn('failures', FAILING);
    const { address } = await one.custody.createWallet('owner', 'a1');
    await anvil.rpc('anvil_setBalance', [address, `0x${(5n * 10n ** 17n).toString(16)}`]);
    await using two = managerOn('failures', FAILING);
    // More than the wallet has: the simulation says so.
    expect((await pay(one, 'f1', '0.9')).status).not.toBe('success');
    expect((await pay(two, 'ok', '0.01')).status).toBe('success');
    expect((await pay(one, 'f2', '0.9')).status).not.toBe('success');
    expect((await pay(two, 'f3', '0.9')).status).not.toBe('success');
    for (const security of [one, two]) {
      const denied = await pay(security, `late-${security === one ? 1 : 2}`, '0.01');
      expect(denied.reasons.map(({ code, requested }) => `${code} ${requested}`)[0]).toBe('temporal_rule_triggered 2');
    }
  });
});
