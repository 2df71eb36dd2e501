import { describe, expect, it } from 'vitest';
import { createMemoryEventStore, type TemporalRuleInput } from '../../src/authz/index.ts';
import type { EventStore, PipelineEvent, PipelineStatus } from '../../src/core/index.ts';
import { BOB, fee, foreign, judgeOnce, NOW, policyOf, ROUTER, send, USDC } from './fixture.ts';
import { counting, toldBy, under } from './temporal-scene.ts';

const HOUR = 3_600_000;
const event = (status: PipelineStatus, age: number, over: Partial<PipelineEvent> = {}): PipelineEvent => ({
  id: `${status}-${age}`,
  timestamp: NOW - age,
  agentId: 'a1',
  chain: 'eip155:1',
  outcome: { status },
  contracts: [],
  spends: [],
  ...over,
});
const filled = (...events: readonly PipelineEvent[]): EventStore => {
  const store = createMemoryEventStore();
  for (const one of events) void store.record(one);
  return store;
};
const RULES: readonly TemporalRuleInput[] = [
  { predicate: { kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 2 }, consequence: 'reject' },
  { predicate: { kind: 'approval_flood', windowMs: HOUR, threshold: 2 }, consequence: 'reject' },
  { predicate: { kind: 'consecutive_failures', count: 4 }, consequence: 'reject' },
  { predicate: { kind: 'spend_velocity', windowMs: HOUR, maxAmount: 100, token: 'USDC' }, consequence: 'reject' },
];
async function judged(eventStore: EventStore, rules = RULES, layerTimeoutMs = 5_000) {
  return judgeOnce(
    {
      policy: policyOf(under(...rules)),
      rows: counting({ [`velocity|${USDC}/${HOUR}`]: 0 }),
      effects: [fee(), send(1_000_000n, BOB, USDC)],
      request: foreign({ type: 'transaction' }),
    },
    { settings: { eventStore, layerTimeoutMs } },
  );
}

describe('an event store of one’s own', () => {
  it('is looked at beside the store’s history, within each window', async () => {
    const spent = { spends: [{ asset: USDC, amount: 99_000_000n }] };
    expect(toldBy(await judged(filled()))).toEqual([]);
    expect(toldBy(await judged(filled(event('simulation_failed', 5), event('simulation_failed', HOUR))))).toEqual([]);
    expect(toldBy(await judged(filled(event('simulation_failed', 5), event('simulation_failed', HOUR - 1))))).toHaveLength(1);
    expect(toldBy(await judged(filled(event('approval_timeout', 5), event('approval_timeout', 4))))).toHaveLength(1);
    expect(toldBy(await judged(filled(event('success', 5, spent))))).toEqual(['temporal.spend_velocity: temporal_rule_triggered']);
    expect(toldBy(await judged(filled(event('execution_failed', 5, spent))))).toEqual([]);
    expect(toldBy(await judged(filled(event('success', 5, { ...spent, agentId: 'a2' }))))).toEqual([]);
    const row = [9, 8, 7, 6].map((age) => event('policy_rejected', age));
    expect(toldBy(await judged(filled(...row)))).toEqual(['temporal.consecutive_failures: temporal_rule_triggered']);
    expect(toldBy(await judged(filled(...row, event('success', 5))))).toEqual([]);
  });

  it('counts calls and droughts as the store does', async () => {
    const calls: readonly TemporalRuleInput[] = [
      { predicate: { kind: 'success_drought', windowMs: HOUR, threshold: 2, warmUpMs: 10, minOutcomes: 2 }, consequence: 'reject' },
    ];
    expect(toldBy(await judged(filled(event('failed' as PipelineStatus, 11), event('success', 5)), calls))).toHaveLength(1);
    expect(toldBy(await judged(filled(event('execution_failed', 9), event('success', 5)), calls))).toEqual([]);
    expect(toldBy(await judged(filled(event('success', 11)), calls))).toEqual([]);
  });

  it('know an agent that is no longer new by what lies before every window, and by what is lost', async () => {
    const drought: readonly TemporalRuleInput[] = [
      { predicate: { kind: 'success_drought', windowMs: HOUR, threshold: 2, minOutcomes: 2 }, consequence: 'reject' },
    ];
    const failing = [event('execution_failed', 9), event('success', 5)];
    expect(toldBy(await judged(filled(...failing), drought))).toEqual([]);
    expect(toldBy(await judged(filled(event('success', HOUR + 1), ...failing), drought))).toHaveLength(1);
    expect(toldBy(await judged(filled(event('success', HOUR), ...failing), drought))).toHaveLength(1);
    expect(toldBy(await judged(filled(event('success', HOUR - 1), ...failing.slice(0, 1)), drought))).toEqual([]);
    const lost = createMemoryEventStore({ maxWindowMs: HOUR });
    for (const one of [event('success', HOUR + 9), ...failing]) void lost.record(one);
    expect((await lost.query({ agentId: 'a1' })).length).toBe(2);
    expect(toldBy(await judged(lost, drought))).toHaveLength(1);
    // What is lost of another is not lost of this agent.
    const others = createMemoryEventStore({ maxWindowMs: HOUR });
    for (const one of [event('success', HOUR + 9, { agentId: 'a2' }), ...failing]) void others.record(one);
    expect(toldBy(await judged(others, drought))).toEqual([]);
  });

  const odd: readonly (readonly [string, Partial<Record<keyof EventStore, unknown>>])[] = [
    [
      'throws',
      {
        query: () => {
          throw new Error('down');
        },
      },
    ],
    ['rejects', { query: async () => Promise.reject(new Error('down')) }],
    ['answers no list', { query: () => 'all' }],
    ['answers no events', { recent: () => [{}] }],
    ['answers with events of others', { query: () => [event('success', 1, { agentId: 'a2' })] }],
    ['answers amounts below zero', { query: () => [event('success', 1, { spends: [{ asset: USDC, amount: -5n }] })] }],
    ['cannot say how far back it reaches', { coveredFromMs: () => undefined }],
    ['says so oddly', { coveredFromMs: () => Number.NaN }],
    ['reaches back not far enough', { coveredFromMs: () => NOW - HOUR + 1 }],
  ];
  it.each(odd)('denies where it %s', async (_, over) => {
    const found = await judged({ ...createMemoryEventStore(), ...over } as EventStore);
    expect(found.verdict).toBe('denied');
    expect(toldBy(found)).toContain('temporal.simulation_failure_rate: temporal_history_unavailable');
  });

  it('denies where it is late', async () => {
    const store = { ...createMemoryEventStore(), query: () => new Promise<never>(() => undefined) };
    const { createManualClock } = await import('../../src/testing/manual-clock.ts');
    const { createDeadlines } = await import('../../src/core/index.ts');
    const { createJudge } = await import('../../src/authz/index.ts');
    const { input } = await import('./fixture.ts');
    const clock = createManualClock(NOW);
    const judge = createJudge({ clock, deadlines: createDeadlines(clock), settings: { eventStore: store, layerTimeoutMs: 1_000 } });
    const waiting = judge.judge(input({ policy: policyOf(under(...RULES)), request: foreign({ type: 'transaction' }) }));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    expect((await waiting).reasons[0]?.code).toBe('layer_timed_out');
  });

  it('is not asked where no rule looks back', async () => {
    const store = {
      ...createMemoryEventStore(),
      query: () => {
        throw new Error('down');
      },
    };
    expect((await judged(store, [])).verdict).toBe('approved');
  });
});

describe('createMemoryEventStore', () => {
  it('drops the oldest beyond its bounds, and says how far back it reaches', async () => {
    const store = createMemoryEventStore({ maxEvents: 3, maxWindowMs: 100, sinceMs: 7 });
    expect(await store.coveredFromMs('a1')).toBe(7);
    for (const age of [90, 60, 30, 10]) void store.record(event('success', age));
    expect((await store.query()).map(({ timestamp }) => NOW - timestamp)).toEqual([60, 30, 10]);
    expect(await store.coveredFromMs('a1')).toBe(NOW - 89);
    void store.record(event('failed' as PipelineStatus, -50));
    expect((await store.query()).map(({ timestamp }) => NOW - timestamp)).toEqual([30, 10, -50]);
    void store.prune(NOW - 10);
    expect((await store.recent(9)).map(({ timestamp }) => NOW - timestamp)).toEqual([10, -50]);
    expect(await store.coveredFromMs('a1')).toBe(NOW - 29);
  });

  it('lets no agent drive out what others did: whoever floods it loses its own, and is denied for that', async () => {
    const store = createMemoryEventStore({ maxEvents: 100 });
    for (let age = 50; age > 40; age -= 1) void store.record(event('simulation_failed', age));
    for (let age = 500; age > 0; age -= 1) void store.record(event('policy_rejected', age, { agentId: 'flood', timestamp: NOW - 30 }));
    expect((await store.query()).length).toBe(100);
    expect((await store.query({ agentId: 'a1' })).length).toBe(10);
    expect([await store.coveredFromMs('a1'), await store.coveredFromMs('new'), await store.coveredFromMs('flood')]).toEqual([
      0,
      0,
      NOW - 29,
    ]);
    expect(toldBy(await judged(store))).toEqual([
      'temporal.simulation_failure_rate: temporal_rule_triggered',
      'temporal.consecutive_failures: temporal_rule_triggered',
    ]);
    // One who says little finds room with whoever has the most, and many who came and went are told apart from nobody.
    void store.record(event('success', 1, { agentId: 'quiet' }));
    expect([(await store.query({ agentId: 'quiet' })).length, (await store.query({ agentId: 'flood' })).length]).toEqual([1, 89]);
    for (let agent = 0; agent < 500; agent += 1)
      void store.record(event('success', -2 * 86_400_000 - agent, { agentId: `agent-${agent}` }));
    expect((await store.query()).length).toBe(100);
    expect(await store.coveredFromMs('never seen')).toBeGreaterThan(0);
  });

  it('keeps the order of time, and filters', async () => {
    const store = createMemoryEventStore();
    void store.record(event('success', 5, { contracts: [ROUTER] }));
    void store.record(event('simulation_failed', 9, { chain: null }));
    void store.record(event('success', 7, { agentId: 'a2' }));
    const ages = async (filter: Parameters<EventStore['query']>[0]) => (await store.query(filter)).map(({ timestamp }) => NOW - timestamp);
    expect(await ages({})).toEqual([9, 7, 5]);
    expect(await ages({ agentId: 'a1' })).toEqual([9, 5]);
    expect(await ages({ status: 'success', contractAddress: ROUTER, chain: 'eip155:1' })).toEqual([5]);
    expect(await ages({ from: NOW - 7, to: NOW - 6 })).toEqual([7]);
    expect((await store.recent(1, { agentId: 'a1' })).map(({ timestamp }) => NOW - timestamp)).toEqual([5]);
    expect(await store.recent(0)).toEqual([]);
  });

  it('refuses bounds that are none', () => {
    for (const wrong of [{ maxEvents: 0 }, { maxEvents: 1e9 }, { maxWindowMs: -1 }, { sinceMs: Number.NaN }])
      expect(() => createMemoryEventStore(wrong)).toThrow('positive whole numbers');
  });

  it('takes 200,000 events in bounded memory without slowing down', () => {
    const store = createMemoryEventStore({ maxEvents: 1_000 });
    for (let at = 0; at < 200_000; at += 1) void store.record(event('success', 200_000 - at));
    expect(store.query()).toHaveLength(1_000);
  });
});
