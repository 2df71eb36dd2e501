import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import {
  createMemoryEventStore,
  createSecurityManager,
  type EventStore,
  type ExecutionResult,
  type PipelineEvent,
  type SecurityManager,
  signApproval,
  type TemporalRuleInput,
} from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, configOf, FREE, fund, openBench, person, registered, sentBy } from './bench.ts';

const HOUR = 3_600_000;
const VELOCITY = { kind: 'spend_velocity', windowMs: HOUR, maxAmount: '0.3', token: 'ETH' } as const;
const under = (...temporalRules: readonly TemporalRuleInput[]) => ({ ...FREE, temporalRules });
const pay = (id: string, amount = '0.1') => ({ id, to: BOB, amount, asset: 'ETH' });
const codes = ({ reasons }: ExecutionResult): readonly string[] => reasons.map(({ code }) => code);
/** More than the wallet has: the simulation says so. */
const tooMuch = async (security: SecurityManager, id: string): Promise<ExecutionResult> => security.agent('a1').execute(pay(id, '0.9'));

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('temporal rules', () => {
  it('let as much leave as they say, however many wallets pay at once', async () => {
    await using bench = await openBench(anvil, { agents: { a1: under({ predicate: VELOCITY, consequence: 'reject' }) } });
    // Each has a sequence of its own: nothing but the counter makes them wait for each other.
    const others = await Promise.all(Array.from({ length: 7 }, () => bench.security.custody.createWallet('owner', 'a1')));
    const wallets = [bench.wallet, ...others];
    for (const { address } of others) await fund(anvil, address);
    const results = await Promise.all(
      wallets.map(({ account }, at) => bench.security.agent('a1').execute({ ...pay(`p${at}`), wallet: account })),
    );
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(2);
    for (const result of results.filter(({ status }) => status !== 'success')) expect(codes(result)).toContain('temporal_rule_triggered');
    const sent = await Promise.all(wallets.map((wallet) => sentBy(anvil, wallet)));
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('ask a person about the one too many of several at once, and about no more than that', async () => {
    await using bench = await openBench(anvil, { agents: { a1: under({ predicate: VELOCITY, consequence: 'require_approval' }) } });
    const others = await Promise.all(Array.from({ length: 4 }, () => bench.security.custody.createWallet('owner', 'a1')));
    for (const { address } of others) await fund(anvil, address);
    const wallets = [bench.wallet, ...others];
    const results = await Promise.all(
      wallets.map(({ account }, at) => bench.security.agent('a1').execute({ ...pay(`p${at}`), wallet: account })),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual([
      'approval_pending',
      'approval_pending',
      'approval_pending',
      'success',
      'success',
    ]);
  });

  it('hold two managers over one store to one history, and outlive both', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-temporal-'));
    try {
      const agents = { a1: under({ predicate: VELOCITY, consequence: 'reject' }) };
      const given = { agents, store: sqliteStore({ path: join(folder, 'db') }), keys: { encryptionKey: 'ab'.repeat(32) } };
      const one = createSecurityManager(configOf(anvil, given));
      const wallet = await one.custody.createWallet('owner', 'a1');
      await fund(anvil, wallet.address);
      const two = createSecurityManager(configOf(anvil, given));
      const results = await Promise.all(
        [one, two].flatMap((security, at) => [0, 1].map((n) => security.agent('a1').execute(pay(`${at}-${n}`)))),
      );
      expect(results.filter(({ status }) => status === 'success')).toHaveLength(2);
      await Promise.all([one.shutdown(2_000), two.shutdown(2_000)]);
      const after = createSecurityManager(configOf(anvil, given));
      expect(codes(await after.agent('a1').execute(pay('later')))[0]).toBe('temporal_rule_triggered');
      await after.shutdown(2_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('see what the simulation denied, and not their own denials', async () => {
    const rule = { predicate: { kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 2 }, consequence: 'reject' } as const;
    const inARow = { predicate: { kind: 'consecutive_failures', count: 2 }, consequence: 'reject' } as const;
    await using bench = await openBench(anvil, { agents: { a1: under(rule, inARow) } });
    await anvil.rpc('anvil_setBalance', [bench.wallet.address, `0x${(5n * 10n ** 17n).toString(16)}`]);
    expect((await tooMuch(bench.security, 'f1')).status).not.toBe('success');
    expect((await bench.security.agent('a1').execute(pay('ok', '0.01'))).status).toBe('success');
    expect((await tooMuch(bench.security, 'f2')).status).not.toBe('success');
    for (let at = 0; at < 3; at += 1) {
      const denied = await bench.security.agent('a1').execute(pay(`d${at}`, '0.01'));
      expect(codes(denied)[0]).toBe('temporal_rule_triggered');
      expect(denied.reasons.map(({ rule: id, requested }) => `${id} ${requested}`)).toEqual(['temporal.simulation_failure_rate 2']);
    }
    // A dry run is no event.
    expect((await bench.security.agent('a1').dryRun(pay('dry', '0.9'))).wouldProceed).toBe(false);
    expect((await bench.security.agent('a1').execute(pay('d9', '0.01'))).reasons[0]?.requested).toBe('2');
  });

  it('ask a person, whose yes lets one success end a row of failures', async () => {
    const ann = person('ann');
    const rule = { predicate: { kind: 'consecutive_failures', count: 2 }, consequence: { kind: 'require_approval' } } as const;
    await using bench = await openBench(anvil, { agents: { a1: under(rule) }, registry: { keys: [registered(ann, 'approver')] } });
    await anvil.rpc('anvil_setBalance', [bench.wallet.address, `0x${(5n * 10n ** 17n).toString(16)}`]);
    await tooMuch(bench.security, 'f1');
    await tooMuch(bench.security, 'f2');
    const asked = await bench.security.agent('a1').execute(pay('asked', '0.01'));
    expect(asked.status).toBe('approval_pending');
    const record = await bench.security.approvals.get(asked.approvalId ?? '');
    if (record === undefined) throw new Error('nobody was asked');
    await bench.security.approvals.answer(signApproval(ann, record.request, 'approve'));
    expect((await bench.security.agent('a1').execute(pay('asked', '0.01'))).status).toBe('success');
    expect((await bench.security.agent('a1').execute(pay('next', '0.01'))).status).toBe('success');
  });

  it('count approvals that nobody gave in time', async () => {
    const rule = { predicate: { kind: 'approval_flood', windowMs: HOUR, threshold: 2 }, consequence: 'reject' } as const;
    const agents = { a1: { ...under(rule), requireApprovalAbove: '0.05', humanApprovalTimeoutMs: 1_000 } };
    await using bench = await openBench(anvil, { agents });
    const asked = await Promise.all(['w1', 'w2'].map((id) => bench.security.agent('a1').execute(pay(id))));
    expect(asked.map(({ status }) => status)).toEqual(['approval_pending', 'approval_pending']);
    expect((await bench.security.agent('a1').execute(pay('small', '0.01'))).status).toBe('success');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (const { approvalId } of asked) await bench.security.approvals.wait(approvalId ?? '', 1);
    expect(codes(await bench.security.agent('a1').execute(pay('after', '0.01')))[0]).toBe('temporal_rule_triggered');
  });

  it('open one item for a person that counts, and that a person closes', async () => {
    const rule = { predicate: VELOCITY, consequence: 'flag_for_review', label: 'fast' } as const;
    await using bench = await openBench(anvil, { agents: { a1: under(rule) } });
    const events: string[] = [];
    bench.security.onEvent(({ type }) => void events.push(type));
    for (let at = 0; at < 4; at += 1) expect((await bench.security.agent('a1').execute(pay(`p${at}`))).status).toBe('success');
    const [item, ...more] = await bench.security.reviews.list('a1');
    expect(more).toEqual([]);
    expect(item).toMatchObject({
      agentId: 'a1',
      rule: 'temporal.fast',
      limit: '300000000000000000',
      found: '400000000000000000',
      times: 2,
    });
    expect(events.filter((type) => type === 'anomaly_detected')).toHaveLength(2);
    expect(await bench.security.reviews.close('a1', 'temporal.fast', { by: 'ann', notes: 'a payroll' })).toBe(true);
    expect(await bench.security.reviews.close('a1', 'temporal.fast', { by: 'ann' })).toBe(false);
    expect(await bench.security.reviews.list()).toEqual([]);
    await bench.security.agent('a1').execute(pay('again'));
    expect((await bench.security.reviews.list())[0]?.times).toBe(1);
    await expect(bench.security.reviews.close('a/1', 'x', { by: 'ann' })).rejects.toThrow('cannot be read');
  });

  it('deny what they count until they have counted for their window, where they came later', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    expect((await security.agent('a1').execute(pay('before'))).status).toBe('success');
    await security.policy.updateAgent('a1', { temporalRules: [{ predicate: { ...VELOCITY, windowMs: 1_500 }, consequence: 'reject' }] });
    const early = await security.agent('a1').execute(pay('early'));
    expect(early.reasons[0]).toMatchObject({ code: 'temporal_history_unavailable', retryable: true });
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect((await security.agent('a1').execute(pay('late'))).status).toBe('success');
  });
});

describe('an event store of one’s own', () => {
  it('is told how requests end, and its eventStore gaps count against it', async () => {
    const seen: PipelineEvent[] = [];
    let isDown = false;
    const memory = createMemoryEventStore();
    const eventStore: EventStore = {
      ...memory,
      record(event) {
        if (isDown) throw new Error('down');
        seen.push(event);
        return memory.record(event);
      },
    };
    const rule = { predicate: { kind: 'approval_flood', windowMs: HOUR, threshold: 9 }, consequence: 'reject' } as const;
    await using bench = await openBench(anvil, { agents: { a1: under(rule) }, authorization: { eventStore } });
    await anvil.rpc('anvil_setBalance', [bench.wallet.address, `0x${(5n * 10n ** 17n).toString(16)}`]);
    expect((await bench.security.agent('a1').execute(pay('p1', '0.01'))).status).toBe('success');
    await tooMuch(bench.security, 'f1');
    await expect.poll(() => seen.map(({ outcome }) => outcome.status)).toEqual(['success', 'simulation_failed']);
    expect(seen[0]).toMatchObject({ agentId: 'a1', chain: 'eip155:31337', spends: [{ amount: 10n ** 16n }] });
    isDown = true;
    expect((await bench.security.agent('a1').execute(pay('p2', '0.01'))).status).toBe('success');
    await expect
      .poll(async () => codes(await bench.security.agent('a1').execute(pay(`p${Math.random()}`, '0.01')))[0], { timeout: 5_000 })
      .toBe('temporal_history_unavailable');
  });
});
