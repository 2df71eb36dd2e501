import { describe, expect, it } from 'vitest';
import type { TemporalRuleInput } from '../../../src/authz/index.ts';
import { isMeterAccount, temporalCounters, temporalState, windowOf } from '../../../src/authz/temporal/meters.ts';
import { sinceOf } from '../../../src/authz/temporal/read-meters.ts';
import { storeKey } from '../../../src/core/index.ts';
import { policyOf, ROUTER, USDC } from '../fixture.ts';
import { under } from '../temporal-scene.ts';

const HOUR = 3_600_000;
const rule = (predicate: object, over: object = {}): TemporalRuleInput =>
  ({ predicate, consequence: 'reject', ...over }) as TemporalRuleInput;
const fast = (maxAmount: bigint | number, over: object = {}, of: object = {}) =>
  rule({ kind: 'spend_velocity', windowMs: HOUR, maxAmount, token: 'USDC', ...of }, over);
const often = (threshold: number, over: object = {}) =>
  rule({ kind: 'contract_call_frequency', windowMs: HOUR, contractAddress: ROUTER, threshold }, over);
const VELOCITY = `velocity|${USDC}`;
const CALLS = `calls:${ROUTER}|calls`;

describe('the counters of temporal rules', () => {
  const policyOfRules = (...rules: readonly TemporalRuleInput[]) => policyOf(under(...rules));

  it('have an account a counter, a window a rule, and the rows of both', () => {
    const policy = policyOfRules(
      fast(100),
      fast(5, { label: 'long' }, { windowMs: 2 * HOUR }),
      often(2),
      rule({ kind: 'approval_flood', windowMs: 5, threshold: 1 }),
    );
    const { meters, keys, readsOutcomes } = temporalState(policy, 'a1' as never);
    const velocity = {
      account: `agent:a1:${VELOCITY}`,
      unit: USDC,
      counter: VELOCITY,
      headKey: storeKey.ledger(`agent:a1:${VELOCITY}`),
      windows: [HOUR, 2 * HOUR],
      windowKeys: [HOUR, 2 * HOUR].map((windowMs) => storeKey.ledgerWindow(`agent:a1:${VELOCITY}`, windowMs)),
    };
    const calls = {
      account: `agent:a1:${CALLS}`,
      unit: 'calls',
      counter: CALLS,
      headKey: storeKey.ledger(`agent:a1:${CALLS}`),
      windows: [HOUR],
      windowKeys: [storeKey.ledgerWindow(`agent:a1:${CALLS}`, HOUR)],
    };
    // What triggers at its bound lets one less pass, what triggers above it the bound.
    expect(meters.map(({ rule: { id }, most, at, window }) => [id, most, at, window])).toEqual([
      ['temporal.spend_velocity', 99_999_999n, velocity, 0],
      ['temporal.long', 4_999_999n, velocity, 1],
      ['temporal.contract_call_frequency', 2n, calls, 0],
    ]);
    expect(readsOutcomes).toBe(true);
    expect(keys).toEqual([
      storeKey.outcomes('a1' as never),
      storeKey.doc('policy/a1'),
      velocity.headKey,
      ...velocity.windowKeys,
      calls.headKey,
      ...calls.windowKeys,
    ]);
    expect(temporalState(policy, 'a1' as never)).toBe(temporalState(policy, 'a1' as never));
    expect(temporalState(policy, 'a2' as never).keys).not.toEqual(keys);
  });

  it('read no more than their rules need', () => {
    expect(temporalState(policyOfRules(), 'a1' as never)).toEqual({ meters: [], keys: [], readsOutcomes: false });
    expect(temporalState(policyOfRules(rule({ kind: 'approval_flood', windowMs: 5, threshold: 1 })), 'a1' as never)).toEqual({
      meters: [],
      keys: [storeKey.outcomes('a1' as never)],
      readsOutcomes: true,
    });
    expect(temporalState(policyOfRules(often(2)), 'a1' as never)).toMatchObject({ readsOutcomes: false });
  });

  it('are named by what they count and over how long', () => {
    const { temporal } = policyOfRules(
      fast(100),
      fast(5, { label: 'again' }),
      often(2),
      rule({ kind: 'approval_flood', windowMs: 5, threshold: 1 }),
    );
    expect(temporalCounters({ temporal })).toEqual([`${VELOCITY}/${HOUR}`, `${CALLS}/${HOUR}`]);
    expect(temporal.flatMap(({ when }) => when.map(windowOf))).toEqual([
      `${VELOCITY}/${HOUR}`,
      `${VELOCITY}/${HOUR}`,
      `${CALLS}/${HOUR}`,
      undefined,
    ]);
  });

  it('are known by the names of their accounts', () => {
    expect(
      [`agent:a1:${VELOCITY}`, `agent:a1:${CALLS}`, 'agent:long-name:velocity|x', 'agent:a:calls:x|calls'].map(isMeterAccount),
    ).toEqual([true, true, true, true]);
    for (const other of [
      'agent:a1',
      'agent:a1|x',
      `xagent:a1:${VELOCITY}`,
      'agent::velocity|x',
      'agent:a|b:velocity|x',
      'agent:a1:calls:|calls',
      `agent:a1:${CALLS}x`,
      'agent:a1:x',
      'agent:a/b:velocity|x',
    ])
      expect(isMeterAccount(other), other).toBe(false);
  });

  it('count since a whole number of ms, or nobody knows since when', () => {
    expect([sinceOf({ a: 0 }, 'a'), sinceOf({ a: 5 }, 'a')]).toEqual([0, 5]);
    for (const kept of [
      null,
      undefined,
      5,
      'a',
      {},
      { b: 5 },
      { a: -1 },
      { a: 1.5 },
      { a: '5' },
      { a: 2 ** 53 },
      { a: null },
      Object.create({ a: 5 }),
    ])
      expect(sinceOf(kept, 'a')).toBeNull();
  });
});
