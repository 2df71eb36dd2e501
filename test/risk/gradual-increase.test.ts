import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/index.ts';
import { assessRisk, emptyProfile, type Profile, parseProfile, type RiskInput, trainProfile } from '../../src/risk/index.ts';
import { nowMs, usual } from './any-input.ts';
import { DAY, habitual, payment, rising } from './fixtures.ts';

const START = nowMs - 9 * DAY;
const growing = rising(emptyProfile(), START);
/** One and a half times the last one of `growing`. */
const NEXT = 31_640_625n;
const of = (profile: Profile | undefined, outflow: bigint | null, change: Partial<RiskInput> = {}) =>
  assessRisk(usual({ profile, amountsInUnit: { outflow, perTransaction: 1_000_000_000n }, ...change }));
const match = (...args: Parameters<typeof of>) => of(...args).patterns.find(({ id }) => id === 'gradual_increase');
const paid = (profile: Profile, ...amounts: readonly bigint[]) =>
  amounts.reduce((trained, unitAmount) => trainProfile(trained, payment({ atMs: nowMs, unitAmount })), profile);
const trained = (...amounts: readonly number[]) => paid(emptyProfile(), ...amounts.map(BigInt));

describe('gradual_increase', () => {
  it('alerts at one more step upwards, and says what it goes by', () => {
    const found = match(growing, NEXT);
    expect(found).toEqual({
      id: 'gradual_increase',
      name: 'Steadily increasing amounts',
      confidence: 0.9,
      recommendedAction: 'alert',
      evidence: { payments: 8, growth: 5.06, outOfOrder: 0, outflow: '31640625' },
      reason: null,
    });
  });

  it('also at the end of a long, even history', () => {
    expect(match(rising(habitual(), START), NEXT)).toBeDefined();
    expect(match(habitual(), NEXT)).toBeUndefined();
  });

  it('scores; alone it neither denies nor asks a person', () => {
    const rose = { weights: { transaction: 1, behavioral: 0, market: 0 } };
    const [with_, without] = [of(growing, NEXT, rose), of(growing, NEXT, { ...rose, fraudPatterns: false })];
    expect(with_.score).toBeGreaterThan(without.score);
    expect(with_).toMatchObject({ level: 'low', vetoes: [] });
  });

  it('waits for eight payments with a price', () => {
    const seven = trained(1_000, 1_500, 2_250, 3_375, 5_062, 7_593, 11_390);
    expect(match(seven, 20_000n)).toBeUndefined();
    expect(match(paid(seven, 0n), 20_000n), 'one that nobody could value').toBeUndefined();
    expect(match(paid(seven, 15_000n), 20_000n)).toBeDefined();
    expect(match(undefined, NEXT)).toBeUndefined();
  });

  it('needs a doubling: small steps are no attack', () => {
    expect(match(rising(emptyProfile(), START, 1.18), 10_000_000n)).toBeUndefined();
    expect(match(rising(emptyProfile(), START, 1.2), 10_000_000n)).toBeDefined();
  });

  it('leaves falling, level and swinging amounts alone, and one sudden large one', () => {
    const profiles = [
      rising(emptyProfile(), START, 0.7, 100_000_000),
      rising(emptyProfile(), START, 1),
      trained(100, 1_000, 200, 3_000, 150, 5_000, 400, 9_000),
      trained(1_000, 1_010, 990, 1_005, 1_000, 1_002, 1_010, 1_001),
    ];
    for (const profile of profiles) expect(match(profile, 10n ** 12n)).toBeUndefined();
    expect(match(growing, 1_000_000n), 'a step back').toBeUndefined();
    expect(match(growing, null)).toBeUndefined();
    expect(match(growing, 0n)).toBeUndefined();
  });

  it('two pairs out of order do not hide it, and lower the confidence; three do', () => {
    const one = trained(100, 150, 220, 210, 340, 500, 750, 1_100);
    const two = trained(100, 220, 150, 340, 330, 500, 750, 1_100);
    const three = trained(100, 220, 150, 340, 330, 750, 500, 1_100);
    const seen = [one, two, three].map((profile) => match(profile, 1_700n));
    expect(seen.map((found) => [found?.evidence['outOfOrder'], found?.confidence])).toEqual([
      [1, 0.75],
      [2, expect.closeTo(0.6)],
      [undefined, undefined],
    ]);
  });

  it('what is equal did not grow', () => {
    expect(match(trained(100, 150, 220, 220, 340, 500, 750, 1_100), 1_100n)?.evidence['outOfOrder']).toBe(2);
    expect(match(trained(100, 150, 220, 220, 220, 500, 750, 1_100), 1_700n)).toBeUndefined();
  });

  it('ends when the growth does', () => {
    const level = paid(growing, ...new Array<bigint>(4).fill(NEXT));
    expect(match(paid(growing, NEXT), NEXT * 2n)).toBeDefined();
    expect(match(level, NEXT)).toBeUndefined();
  });
});

describe('the trail', () => {
  it('keeps the last eight as whole numbers, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-5n, 1n << 300n), { maxLength: 20 }), (amounts) => {
        const { trail = [] } = paid(emptyProfile(), ...amounts).amount;
        expect(trail).toHaveLength(Math.min(8, amounts.filter((amount) => amount > 0n).length));
        expect(trail.every(Number.isSafeInteger)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('outlives a restart', () => {
    const stored = parseProfile(JSON.parse(JSON.stringify(growing)) as Json) as Profile;
    expect(match(stored, NEXT)).toEqual(match(growing, NEXT));
  });

  it.each([
    ['text', 'x'],
    ['no list', {}],
    ['nine', new Array(9).fill(1)],
    ['no numbers', [null]],
  ] as [string, Json][])('a profile with a trail of %s is unreadable, which is caution', (_, trail) =>
    expect(parseProfile({ ...growing, amount: { ...growing.amount, trail } } as unknown as Json)).toBeUndefined(),
  );
});
