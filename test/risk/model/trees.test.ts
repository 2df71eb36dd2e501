import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../scripts/scorecard/measure.ts';
import { boost, type Training } from '../../../scripts/train/boost.ts';
import { pullOf } from '../../../scripts/train/pull.ts';
import { quantize } from '../../../scripts/train/quantize.ts';
import { addParts, flatten, meanScore, scoreFlatTrees, scoreTrees, type Trees } from '../../../src/risk/model/trees.ts';

const GAUGES = 6;
const ROWS = 3_000;
const TRAINING: Training = {
  trees: 40,
  seed: 7,
  good: 0.8,
  bad: 0.9,
  columns: 0.8,
  leaves: 12,
  together: 0,
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
    campaigns: { of: Int32Array.from(isBad, (bad, row) => (bad === 1 ? row : -1)), count: ROWS, weight: 1 },
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
        const flat = flatten(model);
        const parts = new Float64Array(GAUGES);
        addParts(flat, Float32Array.from(of), parts);
        const score = scoreFlatTrees(flat, Float32Array.from(of));
        expect(parts.reduce((sum, part) => sum + part, meanScore(flat))).toBeCloseTo(score, 9);
        expect(score).toBeCloseTo(
          scoreTrees(
            { ...model, trees: model.trees.map((tree) => ({ ...tree, above: Float32Array.from(tree.above) })) },
            Float32Array.from(of),
          ),
          9,
        );
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

  it('ask the leaf that it helps most, and no more than they may', () => {
    for (const { gauges, leaves, next } of model.trees) {
      expect(leaves.length).toBe(gauges.length + 1);
      expect(leaves.length).toBeLessThanOrEqual(TRAINING.leaves);
      const led = Array.from(next).sort((a, b) => a - b);
      expect(led).toEqual([
        ...Array.from({ length: leaves.length }, (_, leaf) => -leaves.length + leaf),
        ...Array.from({ length: gauges.length - 1 }, (_, at) => at + 1),
      ]);
    }
  });
});

/** Campaigns of ten actions, one of which is telling; the other nine are as those of the good. */
function telling() {
  const dice = mulberry32(11);
  const values = Float32Array.from({ length: ROWS * GAUGES }, () => dice() * 10);
  const isBad = Uint8Array.from({ length: ROWS }, (_, row) => Number(row < 600));
  for (let row = 0; row < ROWS; row += 1) if (row % 10 === 0 && row < 600) values[row * GAUGES] = 12 + dice();
  return {
    data: quantize(values, GAUGES),
    rows: Int32Array.from(isBad.keys()),
    isBad,
    weight: new Float64Array(ROWS).fill(1),
    campaigns: { of: Int32Array.from(isBad, (bad, row) => (bad === 1 ? Math.floor(row / 10) : -1)), count: 60, weight: 10 },
    gauges: [0, 1, 2, 3, 4, 5],
  };
}

describe('campaigns that are learnt as wholes', () => {
  const meanOf = (scores: Float64Array, is: (row: number) => boolean): number => {
    const of = scores.filter((_, row) => is(row));
    return of.reduce((sum, score) => sum + score, 0) / of.length;
  };
  const isHidden = (row: number): boolean => row < 600 && row % 10 !== 0;

  it('leave alone the actions that nobody can tell from good ones, once another gives the campaign away', () => {
    const whole = boost(telling(), { ...TRAINING, together: 1 }).scores;
    const each = boost(telling(), { ...TRAINING, together: 0 }).scores;
    const raised = (scores: Float64Array): number => meanOf(scores, isHidden) - meanOf(scores, (row) => row >= 600);
    expect(meanOf(whole, (row) => row < 600 && row % 10 === 0) - meanOf(whole, (row) => row >= 600)).toBeGreaterThan(3);
    expect(raised(whole)).toBeLessThan(raised(each) / 2);
  });

  it('pull nobody to infinity, however surely a campaign is seen or missed', () => {
    const of = Int32Array.from([0, 0, -1]);
    for (const odds of [-800, -50, 0, 50, 800]) {
      const pull = pullOf({ of, count: 1, weight: 40 }, Int32Array.from([0, 1, 2]), Float64Array.from([odds, -3, 0]));
      const chance = 1 / (1 + Math.exp(-odds));
      expect(pull(0, chance)).toBeGreaterThanOrEqual(0);
      expect(pull(0, chance)).toBeLessThanOrEqual(40);
    }
  });
});
