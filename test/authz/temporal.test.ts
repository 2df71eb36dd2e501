import { describe, expect, it } from 'vitest';
import type { TemporalRuleInput } from '../../src/authz/index.ts';
import { type Outcome, storeKey } from '../../src/core/index.ts';
import { allow, BOB, call, ETH, ether, fee, NOW, ROUTER, report, request, send, simulated, USDC } from './fixture.ts';
import { counting, judged, outcomes, toldBy } from './temporal-scene.ts';

const HOUR = 3_600_000;
const rule = (
  predicate: TemporalRuleInput['predicate'],
  kind: 'reject' | 'require_approval' | 'flag_for_review' = 'reject',
  label?: string,
) => ({ predicate, consequence: { kind }, ...(label === undefined ? {} : { label }) }) satisfies TemporalRuleInput;
const times = (outcome: Outcome, ...ages: readonly number[]) => ages.map((age) => [outcome, NOW - age] as const);
const VELOCITY = `velocity|${USDC}`;
const SINCE_VELOCITY = `${VELOCITY}/${HOUR}`;
const CALLS = `calls:${ROUTER}|calls`;
const SINCE_CALLS = `${CALLS}/${HOUR}`;
const paid = (amount: bigint) => [fee(), send(amount, BOB, USDC)];
const booked = (account: string, amount: string, windowMs: number, inFlight = '0') => ({
  [storeKey.ledger(`agent:a1:${account}`)]: { inFlight, held: [], total: amount, windows: [windowMs] },
  [storeKey.ledgerWindow(`agent:a1:${account}`, windowMs)]: {
    buckets: [[Math.floor((NOW - 1_000) / Math.ceil(windowMs / 256)), amount]],
    sum: amount,
  },
});

describe('rules over how requests ended', () => {
  const failing = rule({ kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 3 });

  it('trigger at their threshold, within their window, to the millisecond', async () => {
    const old = times('simulation_failed', HOUR, 5, 1);
    const young = times('simulation_failed', HOUR - 1, 5, 1);
    expect((await judged({ rules: [failing], rows: outcomes(...old) })).verdict).toBe('approved');
    const denied = await judged({ rules: [failing], rows: outcomes(...young) });
    expect(denied.verdict).toBe('denied');
    expect(denied.reasons[0]).toMatchObject({
      code: 'temporal_rule_triggered',
      rule: 'temporal.simulation_failure_rate',
      limit: '3',
      requested: '3',
      retryable: true,
    });
  });

  it('count other failures as none of theirs', async () => {
    const rows = outcomes(...times('failed', 9, 8, 7), ...times('approval_timeout', 6, 5, 4));
    expect((await judged({ rules: [failing], rows })).verdict).toBe('approved');
    const flood = rule({ kind: 'approval_flood', windowMs: HOUR, threshold: 3 });
    expect(toldBy(await judged({ rules: [failing, flood], rows }))).toEqual(['temporal.approval_flood: temporal_rule_triggered']);
  });

  it('see failures in a row whatever their age, and with a window those in it', async () => {
    const streak = rule({ kind: 'consecutive_failures', count: 3 });
    const windowed = rule({ kind: 'consecutive_failures', count: 3, windowMs: HOUR }, 'reject', 'lately');
    const rows = outcomes(...times('failed', 90 * HOUR, 80 * HOUR), ...times('simulation_failed', 70 * HOUR));
    expect(toldBy(await judged({ rules: [streak, windowed], rows }))).toEqual(['temporal.consecutive_failures: temporal_rule_triggered']);
    const mended = outcomes(...times('failed', 9, 8), ...times('success', 7), ...times('failed', 6, 5));
    expect((await judged({ rules: [streak], rows: mended })).verdict).toBe('approved');
  });

  it('see a drought after the warm-up, and where enough has ended to say so', async () => {
    const dry = rule({ kind: 'success_drought', windowMs: HOUR, threshold: 2 });
    const verdict = async (...ended: ReturnType<typeof times>) => (await judged({ rules: [dry], rows: outcomes(...ended) })).verdict;
    expect(await verdict()).toBe('approved');
    expect(await verdict(...times('failed', HOUR - 1, 5, 4, 3))).toBe('approved');
    expect(await verdict(...times('failed', HOUR + 1, 5, 4, 3))).toBe('denied');
    expect(await verdict(...times('failed', HOUR + 1, 5))).toBe('approved');
    expect(await verdict(...times('success', HOUR + 1), ...times('success', 5, 4), ...times('failed', 3))).toBe('approved');
  });

  it('are scoped by agent', async () => {
    const rows = outcomes(...times('simulation_failed', 3, 2, 1));
    expect((await judged({ rules: [failing], rows, agent: 'a2' })).verdict).toBe('approved');
  });

  it('deny where the row cannot be read', async () => {
    const garbled = {
      sinceMs: 1,
      streak: 1,
      trails: { success: '', failure: '', simulation_failure: '!'.repeat(9), approval_timeout: '' },
    };
    for (const odd of [
      garbled,
      {},
      { sinceMs: 1, streak: -1, trails: {} },
      { sinceMs: 1, streak: 1, trails: { success: 'x' } },
      'text',
      7,
    ]) {
      const found = await judged({ rules: [failing], rows: { [storeKey.outcomes('a1')]: odd } });
      expect(toldBy(found)).toEqual(['temporal.simulation_failure_rate: temporal_history_unavailable']);
      expect(found.verdict).toBe('denied');
    }
  });
});

describe('rules over what was spent and called', () => {
  const fast = rule({ kind: 'spend_velocity', windowMs: HOUR, maxAmount: 100n, token: 'USDC' });
  const often = rule({ kind: 'contract_call_frequency', windowMs: HOUR, contractAddress: ROUTER, threshold: 2 });
  const since = counting({ [SINCE_VELOCITY]: 0, [SINCE_CALLS]: 0 });

  it('count history, what is on its way, and the request at hand; the bound itself triggers', async () => {
    const rows = { ...since, ...booked(VELOCITY, '60000000', HOUR, '30000000') };
    const below = await judged({ rules: [fast], rows, effects: paid(9_999_999n) });
    expect(below.verdict).toBe('approved');
    expect(below.lines).toContainEqual({ account: `agent:a1:${VELOCITY}`, amount: '9999999' });
    const met = await judged({ rules: [fast], rows, effects: paid(10_000_000n) });
    expect(met.reasons[0]).toMatchObject({ code: 'temporal_rule_triggered', limit: '100000000', requested: '100000000', unit: USDC });
  });

  it('are taken under the bound that was judged, and under none where a person answered', async () => {
    const rows = { ...since, ...booked(VELOCITY, '99000000', HOUR) };
    const cap = ({ caps }: Awaited<ReturnType<typeof judged>>) => caps.find(({ account }) => account.endsWith(VELOCITY))?.windows;
    expect(cap(await judged({ rules: [fast], rows, effects: paid(1n) }))).toEqual([
      { windowMs: HOUR, limit: '99999999', rule: 'temporal.spend_velocity' },
    ]);
    const asked = rule({ kind: 'spend_velocity', windowMs: HOUR, maxAmount: 100n, token: 'USDC' }, 'require_approval');
    const answered = await judged({
      rules: [asked],
      rows,
      effects: paid(5_000_000n),
      over: { satisfied: new Set(['temporal_rule_triggered']) },
    });
    expect(answered.verdict).toBe('approved');
    expect(cap(answered)?.[0]?.limit).toBe('9'.repeat(90));
    expect(answered.lines).toContainEqual({ account: `agent:a1:${VELOCITY}`, amount: '5000000' });
  });

  it('count allowances as spending, and an unlimited one as all of it', async () => {
    const rules = [fast];
    expect(toldBy(await judged({ rules, rows: since, effects: [fee(), allow(100_000_000n, ROUTER)] }))).toHaveLength(1);
    expect(toldBy(await judged({ rules, rows: since, effects: [fee(), allow(99_999_999n, ROUTER)] }))).toHaveLength(0);
    expect(toldBy(await judged({ rules, rows: since, effects: [fee(), allow('unlimited', ROUTER)] }))).toHaveLength(1);
  });

  it('let as many calls pass as they say, in one transaction or in several', async () => {
    const calls = (count: number) => [fee(), ...Array.from({ length: count }, (_, at) => call(ROUTER, '0x12345678', 'swap', String(at)))];
    const rules = [often];
    expect((await judged({ rules, rows: since, effects: calls(2) })).verdict).toBe('approved');
    expect(toldBy(await judged({ rules, rows: since, effects: calls(3) }))).toHaveLength(1);
    const rows = { ...since, ...booked(CALLS, '1', HOUR) };
    expect((await judged({ rules, rows, effects: calls(1) })).verdict).toBe('approved');
    expect(toldBy(await judged({ rules, rows, effects: calls(2) }))).toHaveLength(1);
  });

  it('say nothing of transactions that add nothing', async () => {
    const rows = { ...since, ...booked(VELOCITY, '500000000', HOUR), ...booked(CALLS, '9', HOUR) };
    expect((await judged({ rules: [fast, often], rows, effects: [fee(), send(ether('1'), BOB, ETH)] })).verdict).toBe('approved');
  });

  it('deny where nobody knows since when they count, or not for long enough', async () => {
    const effects = paid(1n);
    for (const rows of [{}, counting({}), counting({ [SINCE_VELOCITY]: Number.NaN }), counting({ [SINCE_VELOCITY]: -1 })])
      expect(toldBy(await judged({ rules: [fast], rows, effects }))).toEqual(['temporal.spend_velocity: temporal_history_unavailable']);
    const young = await judged({ rules: [fast], rows: counting({ [SINCE_VELOCITY]: NOW - HOUR + 1 }), effects });
    expect(young.reasons[0]).toMatchObject({ code: 'temporal_history_unavailable', resetsAtMs: NOW + 1, retryable: true });
    expect((await judged({ rules: [fast], rows: counting({ [SINCE_VELOCITY]: NOW - HOUR }), effects })).verdict).toBe('approved');
  });
});

describe('what follows', () => {
  const failed = outcomes(...times('simulation_failed', 3, 2, 1));
  const three = { kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 3 } as const;

  it('tells all rules that match, whichever of them decides', async () => {
    const rules = [
      rule(three, 'require_approval', 'ask'),
      rule(three, 'reject', 'stop'),
      rule(three, 'flag_for_review', 'look'),
      rule({ ...three, threshold: 4 }, 'reject', 'more'),
    ];
    const found = await judged({ rules, rows: failed });
    expect(toldBy(found)).toEqual(['temporal.stop: temporal_rule_triggered', 'temporal.ask: temporal_rule_triggered']);
    expect(found.reviews).toMatchObject([{ rule: 'temporal.look', found: '3', limit: '3' }]);
    expect(found.verdict).toBe('denied');
  });

  it('asks a person, whose yes answers it', async () => {
    const rules = [rule(three, 'require_approval')];
    expect((await judged({ rules, rows: failed })).verdict).toBe('escalated');
    const over = { satisfied: new Set(['temporal_rule_triggered'] as const) };
    expect((await judged({ rules, rows: failed, over })).verdict).toBe('approved');
    expect((await judged({ rules: [rule(three)], rows: failed, over })).verdict).toBe('denied');
  });

  it('lets it pass and leaves an item where it is only flagged, and teaches nothing by it', async () => {
    const found = await judged({ rules: [rule(three, 'flag_for_review')], rows: failed });
    expect(found.verdict).toBe('approved');
    expect(found.reviews).toHaveLength(1);
    expect(found.signals).toEqual([
      { type: 'anomaly_detected', details: { type: 'review', rule: 'temporal.simulation_failure_rate', found: '3', limit: '3' } },
    ]);
  });

  it('looks again where the simulation shows more than the bytes', async () => {
    const rules = [rule({ kind: 'spend_velocity', windowMs: HOUR, maxAmount: 100n, token: 'USDC' })];
    const swapping = async (amount: bigint) =>
      judged({
        rules,
        rows: counting({ [SINCE_VELOCITY]: 0 }),
        effects: [fee(), call()],
        request: request({ type: 'contract_call', declared: { asset: USDC, amount: amount.toString(), destination: null } }),
        over: { simulate: async () => report([simulated(amount, ROUTER, USDC)]) },
      });
    const below = await swapping(99_999_999n);
    expect(below.lines).toContainEqual({ account: `agent:a1:${VELOCITY}`, amount: '99999999' });
    expect(toldBy(below)).toEqual([]);
    expect(toldBy(await swapping(100_000_000n))).toEqual(['temporal.spend_velocity: temporal_rule_triggered']);
  });
});
