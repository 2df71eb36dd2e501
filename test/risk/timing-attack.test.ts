import { describe, expect, it } from 'vitest';
import type { Effect, Json } from '../../src/core/index.ts';
import { assessRisk, emptyProfile, type Profile, parseProfile, type RiskInput, trainProfile } from '../../src/risk/index.ts';
import { market, unknown } from './any-input.ts';
import { account, allowance, DAY, dueAfter, HOUR, habitual, input, MONDAY, outflow, payment } from './fixtures.ts';

const warm = habitual();
/** Nine in the morning; this agent pays from nine to eleven. */
const nine = dueAfter();
const at = (hour: number, change: Partial<RiskInput> = {}) => {
  const nowMs = nine + (hour - 9) * HOUR;
  return assessRisk(input({ profile: warm, nowMs, market: { ...market, atMs: nowMs }, ...change }));
};
const match = (hour: number, change: Partial<RiskInput> = {}) => at(hour, change).patterns.find(({ id }) => id === 'timing_attack');
/** One payment a day, at these hours in turn. */
const daily = (count: number, ...hours: readonly number[]): Profile =>
  Array.from({ length: count }, (_, day) => payment({ atMs: MONDAY + day * DAY + (hours[day % hours.length] ?? 0) * HOUR })).reduce(
    trainProfile,
    emptyProfile(),
  );

describe('timing_attack', () => {
  it('monitors a payment in the middle of the agent’s night, and says what it goes by', () => {
    const found = match(22);
    expect(found).toMatchObject({ recommendedAction: 'monitor', reason: null, evidence: { hourUtc: 22, usualShare: 0, payments: 240 } });
    expect(found?.confidence).toBeCloseTo(240 / 270, 6);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('leaves the agent’s hours alone, and three before and after', () => {
    const quiet = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => match(hour) !== undefined);
    expect(quiet).toEqual([0, 1, 2, 3, 4, 5, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('goes round midnight', () => {
    const owl = daily(60, 23);
    const seen = [20, 21, 23, 24, 26].map((hour) => match(hour, { profile: owl }));
    expect(seen).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(match(30, { profile: owl })?.evidence['hourUtc']).toBe(6);
  });

  it('scores a little; alone it neither denies nor asks a person', () => {
    const [day, night] = [at(9), at(22)];
    expect(night).toMatchObject({ level: 'low', vetoes: [] });
    expect(night.score).toBeGreaterThan(day.score);
    const alone = at(22, { weights: { transaction: 1, behavioral: 0, market: 0 } }).score;
    expect(alone).toBeGreaterThan(0);
    expect(alone).toBeLessThan(30);
  });

  it('waits for thirty payments, and finds nothing unusual where there is no rhythm', () => {
    expect(match(22, { profile: undefined })).toBeUndefined();
    expect(match(22, { profile: daily(29, 9) })).toBeUndefined();
    expect(match(22, { profile: daily(30, 9) })).toBeDefined();
    const always = daily(240, ...Array.from({ length: 24 }, (_, hour) => hour));
    for (let hour = 0; hour < 24; hour += 1) expect(match(hour, { profile: always })).toBeUndefined();
  });

  it('one payment that got through excuses no other; a new habit becomes usual', () => {
    let profile = warm;
    const passed: boolean[] = [];
    for (let night = 0; night < 8; night += 1) {
      passed.push(match(22, { profile }) === undefined);
      profile = trainProfile(profile, payment({ atMs: nine + night * DAY + 13 * HOUR }));
    }
    expect(passed).toEqual([false, false, false, false, false, true, true, true]);
  });

  it('one payment in fifty makes an hour usual, one in fifty-one does not', () => {
    const withOneAt22 = (count: number) => trainProfile(daily(count - 1, 9), payment({ atMs: MONDAY + 22 * HOUR }));
    expect(match(22, { profile: withOneAt22(50) })).toBeUndefined();
    expect(match(22, { profile: withOneAt22(51) })?.confidence).toBeLessThan(0.05);
  });

  it('after years it goes by the payments that the hours still hold', () => {
    const nights = Array.from({ length: 25 }, (_, night) => payment({ atMs: MONDAY + night * DAY + 22 * HOUR }));
    const profile = nights.reduce(trainProfile, daily(7 * 300, 9));
    const held = profile.hours.reduce((sum, count) => sum + count, 0);
    expect([25 < profile.count / 50, 25 > held / 50]).toEqual([true, true]);
    expect(match(22, { profile })).toBeUndefined();
  });

  it('still sees it after years, when the oldest counts were halved', () => {
    const old = daily(7 * 300, 9);
    expect(Math.max(...old.hours)).toBeLessThan(255);
    const found = match(22, { profile: old });
    expect(found?.evidence['payments']).toBe(old.hours.reduce((sum, count) => sum + count, 0));
    expect(found?.evidence['payments']).toBeLessThan(2_100);
  });

  it('watches over rights as over money, and not over what gives nothing away', () => {
    const leaf = { leaf: '0', source: 'bytes' } as const;
    const operator = (approved: boolean): Effect => ({
      ...leaf,
      kind: 'operator',
      owner: input().wallet,
      operator: account(1),
      collection: account(2),
      approved,
    });
    const effects: readonly [boolean, Effect][] = [
      [true, outflow(account(1), 5n)],
      [true, outflow(null, 5n)],
      [true, allowance(account(1), 'unlimited')],
      [false, allowance(account(1), 0n)],
      [true, operator(true)],
      [false, operator(false)],
      [true, { ...leaf, kind: 'delegation', account: input().wallet, delegate: account(1), scope: 'all' }],
      [true, { ...leaf, kind: 'control', account: input().wallet, aspect: 'owner', to: account(1) }],
      [true, unknown],
      [false, { ...leaf, kind: 'message', text: 'hello' }],
      [false, { ...outflow(account(1), 5n), kind: 'inflow' } as Effect],
      [false, { ...outflow(input().wallet, 5n), account: account(1) } as Effect],
    ];
    for (const [watched, effect] of effects) expect([effect, match(22, { effects: [effect] }) !== undefined]).toEqual([effect, watched]);
  });

  it('a time that is no number is an unusual one', () => {
    expect(match(Number.NaN)?.evidence['hourUtc']).toBeNull();
  });

  it('reads profiles as they were always stored', () => {
    const stored = parseProfile(JSON.parse(JSON.stringify(warm)) as Json) as Profile;
    expect(match(22, { profile: stored })).toEqual(match(22));
  });
});
