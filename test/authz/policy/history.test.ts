import { describe, expect, it } from 'vitest';
import { createMemoryEventStore, type TemporalRuleInput } from '../../../src/authz/index.ts';
import { isMeterAccount } from '../../../src/authz/temporal/meters.ts';

import { type Effect, type EventStore, type Outcome, storeKey } from '../../../src/core/index.ts';
import { allow, BOB, call, ETH, EVE, ether, fee, foreign, judgeOnce, NOW, policyOf, ROUTER, send, USDC, WALLET } from '../fixture.ts';
import { counting, judged, outcomes, toldBy, under } from '../temporal-scene.ts';
import { policyReasons } from './judged-policy.ts';

const HOUR = 3_600_000;
const rule = (predicate: object, over: object = {}): TemporalRuleInput =>
  ({ predicate, consequence: 'reject', ...over }) as TemporalRuleInput;
const fast = (maxAmount: bigint | number, over: object = {}, of: object = {}) =>
  rule({ kind: 'spend_velocity', windowMs: HOUR, maxAmount, token: 'USDC', ...of }, over);
const often = (threshold: number, over: object = {}) =>
  rule({ kind: 'contract_call_frequency', windowMs: HOUR, contractAddress: ROUTER, threshold }, over);
const VELOCITY = `velocity|${USDC}`;
const CALLS = `calls:${ROUTER}|calls`;
const SINCE = counting({ [`${VELOCITY}/${HOUR}`]: 0, [`${CALLS}/${HOUR}`]: 0, [`${VELOCITY}/${2 * HOUR}`]: 0 });
const times = (outcome: Outcome, ...ages: readonly number[]) => ages.map((age) => [outcome, NOW - age] as const);
const paid = (amount: bigint): readonly Effect[] => [fee(), send(amount, BOB, USDC)];
const place = (over: object) => ({ isCancel: false, lines: [], ...over }) as never;

describe('what a transaction adds to a counter', () => {
  it('is its spending of the token alone, and its calls of the contract alone, each once', async () => {
    const lines = async (effects: readonly Effect[], over: object = {}) =>
      (await judged({ rules: [fast(100), often(2)], rows: SINCE, effects, over }))?.lines
        .filter(({ account }) => isMeterAccount(account))
        .map(({ account, amount }) => [account.slice('agent:a1:'.length), amount]);
    expect(await lines([...paid(5n), send(ether('1'), BOB, ETH, '1')])).toEqual([[VELOCITY, '5']]);
    expect(
      await lines([
        fee(),
        allow(7n, ROUTER),
        call(ROUTER),
        call(ROUTER, '0xaaaaaaaa'),
        call(ROUTER, '0x12345678', 'm', '1'),
        call(EVE, '0x12345678', 'm', '2'),
      ]),
    ).toEqual([
      [VELOCITY, '7'],
      [CALLS, '2'],
    ]);
    expect(await lines([fee(), allow('unlimited', ROUTER, ETH), send(5n, BOB, USDC)])).toEqual([[VELOCITY, '5']]);
    expect(await lines([fee(), send(ether('1'), BOB, ETH)])).toEqual([]);
  });

  it('is what it takes beyond another transaction in its place', async () => {
    const rules = [fast(100)];
    const taken = (amount: string) => ({ place: place({ lines: [{ account: `agent:a1:${VELOCITY}`, amount }] }) });
    const line = async (amount: string) =>
      (await judged({ rules, rows: SINCE, effects: paid(50n), over: taken(amount) })).lines.find(({ account }) => isMeterAccount(account))
        ?.amount;
    expect([await line('20'), await line('49'), await line('50'), await line('51')]).toEqual(['30', '1', undefined, undefined]);
  });

  it('is nothing of a cancelling transaction', async () => {
    const rules = [rule({ kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 1 })];
    const rows = outcomes(...times('simulation_failed', 1));
    const effects = [fee(), send(0n, WALLET)];
    expect(toldBy(await judged({ rules, rows, effects, over: { place: place({ isCancel: true }) } }))).toEqual([]);
    expect(toldBy(await judged({ rules, rows, effects, over: { place: place({}) } }))).toHaveLength(1);
  });
});

describe('what a temporal rule tells', () => {
  it('is its figure, its bound and its window', async () => {
    const reasons = policyReasons(await judged({ rules: [fast(100, { label: 'fast' })], rows: SINCE, effects: paid(100_000_000n) }));
    expect(reasons).toEqual([
      {
        code: 'temporal_rule_triggered',
        rule: 'temporal.fast',
        limit: '100000000',
        requested: '100000000',
        unit: USDC,
        retryable: true,
        facts: { predicate: 'spend_velocity', windowMs: HOUR },
      },
    ]);
    const unlimited = policyReasons(await judged({ rules: [fast(100)], rows: SINCE, effects: [fee(), allow('unlimited', BOB)] }));
    expect(unlimited.find(({ code }) => code === 'temporal_rule_triggered')).toMatchObject({ requested: 'unlimited' });
    const streak = rule({ kind: 'consecutive_failures', count: 1 });
    const [failing] = policyReasons(await judged({ rules: [streak], rows: outcomes(...times('failed', 5)) }));
    // Time alone does not mend what has no window.
    expect(failing).toMatchObject({ retryable: false, requested: '1', facts: { predicate: 'consecutive_failures', windowMs: null } });
    expect(failing).not.toHaveProperty('unit');
  });

  it('is told once where a name means several things', async () => {
    const both = [fee(), send(200_000_000n, BOB, USDC), allow(1n, BOB)];
    expect(toldBy(await judged({ rules: [fast(100)], rows: SINCE, effects: both }))).toHaveLength(1);
  });

  it('is that the history is missing, with the counter and when it will do', async () => {
    const [young] = policyReasons(
      await judged({ rules: [fast(100)], rows: counting({ [`${VELOCITY}/${HOUR}`]: NOW - 1 }), effects: paid(1n) }),
    );
    expect(young).toEqual({
      code: 'temporal_history_unavailable',
      rule: 'temporal.spend_velocity',
      retryable: true,
      resetsAtMs: NOW - 1 + HOUR,
      facts: { counter: VELOCITY },
    });
    const [never] = policyReasons(await judged({ rules: [fast(100)], rows: {}, effects: paid(1n) }));
    expect(never).toEqual({
      code: 'temporal_history_unavailable',
      rule: 'temporal.spend_velocity',
      retryable: false,
      facts: { counter: VELOCITY },
    });
    const [odd] = policyReasons(
      await judged({
        rules: [rule({ kind: 'approval_flood', windowMs: HOUR, threshold: 1 })],
        rows: { [storeKey.outcomes('a1' as never)]: 'odd' },
      }),
    );
    expect(odd).toEqual({ code: 'temporal_history_unavailable', rule: 'temporal.approval_flood', retryable: true });
  });

  it('bounds each counter by its own rules in the deciding step', async () => {
    const { caps, facts } = await judged({ rules: [fast(100), often(2)], rows: SINCE, effects: [...paid(5n), call(ROUTER)] });
    expect(caps.filter(({ account }) => isMeterAccount(account))).toEqual([
      { account: `agent:a1:${VELOCITY}`, windows: [{ windowMs: HOUR, limit: '99999999', rule: 'temporal.spend_velocity' }] },
      { account: `agent:a1:${CALLS}`, windows: [{ windowMs: HOUR, limit: '2', rule: 'temporal.contract_call_frequency' }] },
    ]);
    expect(facts).toMatchObject({
      [`temporal.used.${VELOCITY}.${HOUR}`]: ['0'],
      [`temporal.since.${VELOCITY}/${HOUR}`]: 0,
    });
  });

  it('tells reviews as signals, and none where there are none', async () => {
    const dry = rule(
      { kind: 'success_drought', windowMs: HOUR, threshold: 2, warmUpMs: 1_000, minOutcomes: 1 },
      { consequence: 'flag_for_review' },
    );
    const at = async (age: number) => (await judged({ rules: [dry], rows: outcomes(...times('failed', age)) })).signals;
    expect([await at(999), await at(1_000)]).toEqual([
      [],
      [{ type: 'anomaly_detected', details: { type: 'review', rule: 'temporal.success_drought', found: '0', limit: '2' } }],
    ]);
  });

  it('asks nobody where something else denies', async () => {
    const asks = rule({ kind: 'approval_flood', windowMs: HOUR, threshold: 1 }, { consequence: 'require_approval' });
    const rows = { ...SINCE, ...outcomes(...times('approval_timeout', 5)) };
    const rules = { rules: [{ id: 'ask', conditions: [], action: 'escalate' as const }] };
    const both = async (effects: readonly Effect[], more: object) =>
      policyReasons(
        await judgeOnce({ policy: policyOf({ ...under(asks, fast(100)), ...rules, ...more }), rows, effects, request: foreign() }),
      ).map(({ rule: id }) => id);
    expect(await both(paid(1n), {})).toEqual(['ask', 'temporal.approval_flood']);
    // A denial by a rule over time puts aside what the others would ask, and keeps what the rules over time would.
    expect(await both(paid(100_000_000n), {})).toEqual(['temporal.spend_velocity', 'temporal.approval_flood']);
  });
});

describe('the deployment’s own event store', () => {
  const told = (store: EventStore | undefined, rules: readonly TemporalRuleInput[], effects = paid(1n)) =>
    judgeOnce(
      { policy: policyOf(under(...rules)), rows: SINCE, effects, request: foreign() },
      { settings: store === undefined ? {} : { eventStore: store } },
    );
  const holding = (spent: bigint, failures = 0): EventStore => {
    const store = createMemoryEventStore();
    const base = { agentId: 'a1', chain: 'eip155:1', contracts: [ROUTER], spends: [{ asset: USDC, amount: spent }] };
    void store.record({ id: 's', timestamp: NOW - 5, outcome: { status: 'success' }, ...base } as never);
    for (let at = 0; at < failures; at += 1)
      void store.record({
        id: `f${at}`,
        timestamp: NOW - 4,
        outcome: { status: 'simulation_failed' },
        ...base,
        contracts: [],
        spends: [],
      } as never);
    return store;
  };

  it('counts where it knows more than the store’s own, and not on top of it', async () => {
    expect(toldBy(await told(holding(99_999_998n), [fast(100)]))).toEqual([]);
    const [reason] = policyReasons(await told(holding(99_999_999n), [fast(100)]));
    expect(reason).toMatchObject({ requested: '100000000' });
    const [failing] = policyReasons(await told(holding(0n, 2), [rule({ kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 2 })]));
    expect(failing).toMatchObject({ requested: '2', limit: '2' });
  });

  it('that cannot say denies, also for what is counted', async () => {
    const silent: EventStore = {
      ...holding(0n),
      query: () => {
        throw new Error('down');
      },
    } as never;
    const down = await told(silent, [fast(100), rule({ kind: 'approval_flood', windowMs: HOUR, threshold: 1 })]);
    expect(toldBy(down)).toEqual([
      'temporal.approval_flood: temporal_history_unavailable',
      'temporal.spend_velocity: temporal_history_unavailable',
    ]);
  });
});
