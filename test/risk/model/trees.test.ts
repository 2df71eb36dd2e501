import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../scripts/scorecard/measure.ts';
import { boost, type Training } from '../../../scripts/train/boost.ts';
import { quantize } from '../../../scripts/train/quantize.ts';
import { meanScore, partsOfScore, scoreTrees, type Trees } from '../../../src/risk/model/trees.ts';

const GAUGES = 6;
const ROWS = 3_000;
const TRAINING: Training = {
  trees: 40,
  seed: 7,
  good: 0.8,
  bad: 0.9,
  columns: 0.8,
  depth: 4,
  ridge: 1,
  leastCurve: 1,
  rate: 0.2,
  monotone: new Map([[0, 1]]),
};

/** Bad is what has much of the first gauge and little of the second; the others say nothing. */
function lesson() {
  const dice = mulberry32(3);
  const values = Float32Array.from({ length: ROWS * GAUGES }, () => dice() * 10);
  const isBad = Uint8Array.from({ length: ROWS }, (_, row) =>
    Number((values[row * GAUGES] as number) > 7 && (values[row * GAUGES + 1] as number) < 3 && dice() < 0.9),
  );
  return {
    values,
    data: quantize(values, GAUGES),
    rows: Int32Array.from(isBad.keys()),
    isBad,
    weight: new Float64Array(ROWS).fill(1),
    gauges: [0, 1, 2, 3, 4, 5],
  };
}

const trained = (): { readonly values: Float32Array; readonly isBad: Uint8Array; readonly model: Trees; readonly scores: Float64Array } => {
  const { values, ...what } = lesson();
  return { values, isBad: what.isBad, ...boost(what, TRAINING) };
};
const figures = fc.array(fc.double({ min: -5, max: 15, noNaN: true }), { minLength: GAUGES, maxLength: GAUGES });

describe('boosted trees', () => {
  const { values, isBad, model, scores } = trained();

  it('learn what is to be learnt', () => {
    const mean = (bad: number): number => {
      const of = scores.filter((_, row) => isBad[row] === bad);
      return of.reduce((sum, score) => sum + score, 0) / of.length;
    };
    expect(mean(1) - mean(0)).toBeGreaterThan(3);
  });

  it('score a row as training did', () => {
    for (let row = 0; row < ROWS; row += 7)
      expect(scoreTrees(model, values.subarray(row * GAUGES, (row + 1) * GAUGES))).toBeCloseTo(scores[row] as number, 9);
  });

  it('are the same trees for the same lesson', () => {
    expect(JSON.stringify(trained().model)).toBe(JSON.stringify(model));
  });

  it('say what each gauge adds, to the whole score', () => {
    fc.assert(
      fc.property(figures, (of) => {
        const parts = [...partsOfScore(model, of).values()].reduce((sum, part) => sum + part, 0);
        expect(meanScore(model) + parts).toBeCloseTo(scoreTrees(model, of), 9);
      }),
    );
  });

  it('never score less for more of a monotone gauge', () => {
    fc.assert(
      fc.property(figures, fc.double({ min: 0, max: 10, noNaN: true }), (of, more) => {
        expect(scoreTrees(model, of.with(0, (of[0] as number) + more))).toBeGreaterThanOrEqual(scoreTrees(model, of) - 1e-6);
      }),
      { numRuns: 2_000 },
    );
  });
});
