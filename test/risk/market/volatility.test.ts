import fc from 'fast-check';
import { standardDeviation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { parseVolatility, trackPrice, type VolatilityTrack, volatilityOf } from '../../../src/risk/market/volatility.ts';

const START = 1_750_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SCALE = 10n ** 12n;
const priceOf = (value: number, atMs: number) => ({ numerator: BigInt(Math.round(value * Number(SCALE))), denominator: SCALE, atMs });

/** A walk of so many steps whose returns deviate by `daily` a day, by numbers that are the same each time. */
function walk(steps: number, stepMs: (n: number) => number, daily: number): readonly { readonly value: number; readonly atMs: number }[] {
  let [seed, value, atMs] = [12_345, 1, START];
  const dice = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  return Array.from({ length: steps }, (_, n) => {
    const ms = stepMs(n);
    // Twelve even numbers make a nearly normal one.
    const normal = Array.from({ length: 12 }, dice).reduce((sum, one) => sum + one, -6);
    value *= Math.exp(normal * daily * Math.sqrt(ms / DAY));
    atMs += ms;
    return { value, atMs };
  });
}
const follow = (prices: readonly { readonly value: number; readonly atMs: number }[]): VolatilityTrack | undefined =>
  prices.reduce<VolatilityTrack | undefined>((track, { value, atMs }) => trackPrice(track, 'USD', priceOf(value, atMs)), undefined);

describe('volatility, streaming', () => {
  it.each([
    ['every hour', () => HOUR],
    ['every ten minutes', () => HOUR / 6],
    ['whenever they come', (n: number) => (n % 7 === 0 ? 9 * HOUR : n % 3 === 0 ? HOUR : 60_000)],
  ] as const)('is a day’s deviation of returns, of prices that come %s', (_when, stepMs) => {
    const prices = walk(6_000, stepMs, 0.04);
    const track = follow(prices) as VolatilityTrack;
    const slow = Math.sqrt(track.slow[0] / track.slow[1]);
    expect(slow).toBeGreaterThan(0.03);
    expect(slow).toBeLessThan(0.05);
    expect(volatilityOf(track).cold).toBe(false);
  });

  it('is what simple-statistics says of evenly spaced returns, where nothing has faded yet', () => {
    const prices = walk(24, () => HOUR, 0.05);
    const track = follow(prices) as VolatilityTrack;
    const returns = prices.slice(1).map(({ value }, index) => Math.log(value / (prices[index]?.value ?? 1)));
    const mean = returns.reduce((sum, one) => sum + one, 0) / returns.length;
    // Around zero rather than around the mean, and faded by at most a day in fourteen.
    const expected = Math.sqrt((standardDeviation(returns) ** 2 + mean ** 2) * 24);
    expect(Math.sqrt(track.slow[0] / track.slow[1])).toBeCloseTo(expected, 2);
  });

  it('is exactly the sum that it stands for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 40 * DAY }), fc.integer({ min: 500, max: 2_000 })), { minLength: 2, maxLength: 40 }),
        (steps) => {
          let atMs = START;
          const prices = steps.map(([ms, value]) => {
            atMs += ms;
            return { value, atMs };
          });
          const track = follow(prices) as VolatilityTrack;
          let [squares, days] = [0, 0];
          for (let n = 1; n < prices.length; n += 1) {
            const [before, now] = [prices[n - 1], prices[n]] as [(typeof prices)[0], (typeof prices)[0]];
            const keep = Math.exp(-(atMs - now.atMs) / DAY / 14);
            squares += Math.log(now.value / before.value) ** 2 * keep;
            days += ((now.atMs - before.atMs) / DAY) * keep;
          }
          expect(track.slow[0]).toBeCloseTo(squares, 6);
          expect(track.slow[1]).toBeCloseTo(days, 6);
        },
      ),
    );
  });

  it('sees a shock at once, remembers it for days, and is cold before six hours and eight returns', () => {
    const calm = walk(200, () => HOUR, 0.001);
    const track = follow(calm) as VolatilityTrack;
    const last = calm.at(-1) as (typeof calm)[0];
    const shocked = trackPrice(track, 'USD', priceOf(last.value * 0.7, last.atMs + HOUR)) as VolatilityTrack;
    expect(volatilityOf(track).ppm).toBeLessThan(5_000);
    expect(volatilityOf(shocked).ppm).toBeGreaterThan(300_000);
    expect(volatilityOf(undefined)).toEqual({ ppm: 0, cold: true });
    expect(volatilityOf(follow(calm.slice(0, 8))).cold).toBe(true);
    expect(volatilityOf(follow(calm.slice(0, 9))).cold).toBe(false);
    expect(volatilityOf(follow(walk(100, () => 60_000, 0.01))).cold).toBe(true);
    // Cold or not, what was seen counts.
    expect(
      volatilityOf(
        follow([
          { value: 1, atMs: START },
          { value: 0.5, atMs: START + 1_000 },
        ]),
      ).ppm,
    ).toBeGreaterThan(1_000_000);
  });

  it('grows with the size of a step, and stays a number under any', () => {
    const base = follow(walk(50, () => HOUR, 0.01)) as VolatilityTrack;
    const stepped = (numerator: bigint, denominator: bigint) =>
      volatilityOf(trackPrice(base, 'USD', { numerator, denominator, atMs: base.atMs + HOUR })).ppm;
    const [before] = base.price;
    const up = (percent: bigint) => stepped(BigInt(before) * (100n + percent), SCALE * 100n);
    expect([up(1n), up(5n), up(50n)].toSorted((a, b) => a - b)).toEqual([up(1n), up(5n), up(50n)]);
    for (const extreme of [stepped(1n, 10n ** 150n), stepped(10n ** 150n, 1n)]) {
      expect(Number.isSafeInteger(extreme)).toBe(true);
      expect(extreme).toBeGreaterThan(1_000_000);
    }
  });

  it('learns nothing from what is not newer, is no price, or is of an endless number; another unit begins anew', () => {
    const base = follow(walk(5, () => HOUR, 0.01)) as VolatilityTrack;
    const price = { numerator: 5n, denominator: 1n, atMs: base.atMs + HOUR };
    for (const bad of [
      { atMs: base.atMs },
      { atMs: 0 },
      { atMs: Number.NaN },
      { numerator: 0n },
      { numerator: -1n },
      { denominator: 0n },
      { numerator: 10n ** 300n },
    ])
      expect(trackPrice(base, 'USD', { ...price, ...bad })).toBe(base);
    expect(trackPrice(base, 'EUR', price)).toMatchObject({ unit: 'EUR', count: 0, quick: [0, 0] });
  });

  it('is kept in under 600 bytes, and read strictly', () => {
    const track = follow(walk(500, () => HOUR, 0.02)) as VolatilityTrack;
    expect(JSON.stringify(track).length).toBeLessThan(600);
    expect(parseVolatility(JSON.parse(JSON.stringify(track)))).toEqual(track);
    for (const bad of [
      null,
      1,
      {},
      { ...track, v: 2 },
      { ...track, price: ['0', '1'] },
      { ...track, quick: [-1, 0] },
      { ...track, slow: [Number.NaN, 1] },
      { ...track, atMs: 'x' },
    ])
      expect(parseVolatility(bad)).toBeUndefined();
  });
});
