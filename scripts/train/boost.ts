import type { Tree, Trees } from '../../src/risk/model/trees.ts';
import { mulberry32 } from '../scorecard/measure.ts';
import { type Growth, growTree } from './grow-tree.ts';
import { type Campaigns, pullOf } from './pull.ts';
import type { Quantized } from './quantize.ts';

/** How a model is trained. */
export interface Training extends Growth {
  readonly trees: number;
  readonly seed: number;
  /** Share of the good rows, of the bad ones and of the gauges that each tree sees. */
  readonly good: number;
  readonly bad: number;
  readonly columns: number;
  /** Share of the pull on bad rows that goes by whether their campaign is seen at all; the rest goes by each row. */
  readonly together: number;
}

/** What is learnt from: rows, what they are and how much each counts. */
export interface Lesson {
  readonly data: Quantized;
  readonly rows: Int32Array;
  readonly isBad: Uint8Array;
  readonly weight: Float64Array;
  readonly campaigns: Campaigns;
  readonly gauges: readonly number[];
}

/** Least curvature of a bad row's loss, as shares of its pull and at all. */
const LEAST_BEND = 0.05;
const LEAST_CURVE = 1e-3;

/** Gradient boosting of the logistic loss. The same lesson and seed give the same trees, and the scores of all rows, also of those not learnt from. */
export function boost(
  { data, rows, isBad, weight, campaigns, gauges }: Lesson,
  training: Training,
): { readonly model: Trees; readonly scores: Float64Array } {
  const { together } = training;
  const dice = mulberry32(training.seed);
  const bias = oddsOf(rows, isBad, weight);
  const scores = new Float64Array(data.rows).fill(bias);
  const slope = new Float64Array(data.rows);
  const curve = new Float64Array(data.rows);
  const trees: Tree[] = [];
  while (trees.length < training.trees) {
    const seen: number[] = [];
    const pull = pullOf(campaigns, rows, scores);
    for (const row of rows) {
      const share = isBad[row] === 1 ? training.bad : training.good;
      if (dice() >= share) continue;
      seen.push(row);
      const counts = (weight[row] as number) / share;
      const chance = 1 / (1 + Math.exp(-(scores[row] as number)));
      slope[row] = counts * (chance - (isBad[row] as number));
      curve[row] = counts * chance * (1 - chance);
      if (isBad[row] !== 1) continue;
      const pulled = pull(row, chance) / share;
      const bend = Math.max(LEAST_CURVE, pulled * Math.max(LEAST_BEND, 1 - chance));
      slope[row] = (1 - together) * (slope[row] as number) - together * pulled;
      curve[row] = (1 - together) * (curve[row] as number) + together * bend;
    }
    const columns = gauges.filter(() => dice() < training.columns);
    const tree = growTree(data, Int32Array.from(seen), columns, { slope, curve }, training);
    if (tree.gauges.length === 0) throw new RangeError('nothing more is to be learnt: fewer trees');
    trees.push(tree);
    addTree(data, tree, scores);
  }
  return { model: { bias, trees }, scores };
}

function addTree({ rows, bins, ends }: Quantized, { gauges, above, next, leaves }: Tree, scores: Float64Array): void {
  const cuts = Array.from(gauges, (gauge, at) => (ends[gauge] ?? []).indexOf(above[at] as number));
  for (let row = 0; row < rows; row += 1) {
    let place = 0;
    while (place >= 0)
      place = next[2 * place + Number((bins[(gauges[place] as number) * rows + row] as number) > (cuts[place] as number))] as number;
    scores[row] = (scores[row] as number) + (leaves[-1 - place] as number);
  }
}

function oddsOf(rows: Int32Array, isBad: Uint8Array, weight: Float64Array): number {
  let bad = 0;
  let good = 0;
  for (const row of rows) {
    if (isBad[row] === 1) bad += weight[row] as number;
    else good += weight[row] as number;
  }
  return Math.log(bad / good);
}
