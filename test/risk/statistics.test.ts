import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviationsIn, emptyProfile, normalQuantile, summarize, trainProfile } from '../../src/risk/index.ts';
import { logAmount } from '../../src/risk/log-amount.ts';
import { addSize, atLeast, sizeQuantile, totalOf } from '../../src/risk/log-histogram.ts';
import { addSample, deviationsAbove } from '../../src/risk/moments.ts';
import { deviationsAtTail } from '../../src/risk/normal-quantile.ts';
import { payment } from './fixtures.ts';

const values = fc.array(fc.double({ min: 0, max: 256, noNaN: true }), { minLength: 1, maxLength: 80 });
const close = (a: number, b: number, tolerance = 1e-9) => expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));

describe('the streaming statistics agree with the offline ones', () => {
  it('mean, variance and deviations, while nothing is forgotten or clipped', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 256, noNaN: true }), (list, probe) => {
        const moments = list.reduce((sum, value, index) => addSample(sum, value, index + 1, 0, 1e9), { mean: 0, variance: 0 });
        const summary = summarize(list);
        if (summary === undefined) throw new Error('a list has a summary');
        close(moments.mean, summary.mean);
        close(moments.variance, summary.variance, 1e-7);
        if (summary.standardDeviation > 0.01) close(deviationsAbove(moments, probe, 0), deviationsIn(summary, probe), 1e-5);
      }),
    );
  });

  it('a profile that is young holds the plain moments of its amounts', () => {
    const amounts = [5n, 80n, 1_000n, 3n, 77n, 9n, 1_000_000n, 12n];
    const profile = amounts.reduce((trained, unitAmount) => trainProfile(trained, payment({ unitAmount })), emptyProfile());
    const summary = summarize(amounts.map((amount) => Math.log2(Number(amount))));
    close(profile.amount.slow.mean, summary?.mean ?? Number.NaN);
    close(profile.amount.quick.variance, summary?.variance ?? Number.NaN);
  });

  it('quantiles to within the half octave of their bin', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.1, 0.5, 0.95, 1),
        (list, share) => {
          const histogram = list.reduce(addSize, { bins: [], counts: [] });
          const rank = [...list].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * list.length - 1e-9) - 1)] as number;
          const found = sizeQuantile(histogram, share);
          expect(found).toBeGreaterThan(rank);
          expect(found - rank).toBeLessThanOrEqual(0.5);
          expect(totalOf(histogram)).toBe(list.length);
          expect(atLeast(histogram, rank)).toBeGreaterThanOrEqual(list.filter((value) => value >= rank).length);
        },
      ),
    );
  });

  it('the normal tail', () => {
    for (const tail of [0.4999, 0.3, 0.1, 0.02, 1e-3, 1e-6]) close(deviationsAtTail(tail), normalQuantile(1 - tail), 5e-3);
    for (const none of [0.5, 0.9, 1, Number.NaN]) expect(deviationsAtTail(none)).toBe(0);
    expect(deviationsAtTail(0)).toBeGreaterThan(30);
  });
});

describe('bounds', () => {
  it('log amounts are finite, never negative and rise with the amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ max: 1n << 5000n }), fc.bigInt({ max: 1n << 5000n }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(logAmount(low)).toBeLessThanOrEqual(logAmount(high));
        expect(logAmount(low)).toBeGreaterThanOrEqual(0);
        expect(logAmount(high)).toBeLessThanOrEqual(1024);
      }),
    );
    expect(logAmount((1n << 256n) - 1n)).toBeCloseTo(256, 9);
    expect(logAmount(1n << 53n)).toBe(53);
  });

  it('a histogram keeps 64 bins, drops the rarest and halves old counts', () => {
    let histogram = { bins: [] as readonly number[], counts: [] as readonly number[] };
    for (let round = 0; round < 2; round += 1) for (let bin = 0; bin < 64; bin += 1) histogram = addSize(histogram, bin / 2);
    histogram = addSize(histogram, 100);
    expect(histogram.bins).toHaveLength(64);
    expect(histogram.bins).toContain(200);
    for (let index = 0; index < 20_000; index += 1) histogram = addSize(histogram, 7);
    expect(totalOf(histogram)).toBeLessThan(4_096);
    expect(histogram.bins).toEqual([14]);
  });

  it('a sample far out counts as three deviations', () => {
    const usual = { mean: 10, variance: 1 };
    expect(addSample(usual, 1e9, 1_000, 0.1, 0.5)).toEqual(addSample(usual, 13, 1_000, 0.1, 0.5));
  });

  it('an empty history has no summary, and one that does not vary no deviations', () => {
    expect(summarize([])).toBeUndefined();
    expect(deviationsIn(summarize([3, 3, 3]) ?? expect.fail(), 9)).toBe(0);
  });
});
