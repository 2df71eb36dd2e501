import type { Tree, Trees } from '../../src/risk/model/trees.ts';
import { mulberry32 } from '../scorecard/measure.ts';
import { type Growth, growTree } from './grow-tree.ts';
import type { Quantized } from './quantize.ts';

/** How a model is trained. */
export interface Training extends Growth {
  readonly trees: number;
  readonly seed: number;
  /** Share of the good rows, of the bad ones and of the gauges that each tree sees. */
  readonly good: number;
  readonly bad: number;
  readonly columns: number;
}

/** What is learnt from: rows, what they are and how much each counts. */
export interface Lesson {
  readonly data: Quantized;
  readonly rows: Int32Array;
  readonly isBad: Uint8Array;
  readonly weight: Float64Array;
  readonly gauges: readonly number[];
}

/** Gradient boosting of the logistic loss. The same lesson and seed give the same trees, and the scores of all rows, also of those not learnt from. */
export function boost(
  { data, rows, isBad, weight, gauges }: Lesson,
  training: Training,
): { readonly model: Trees; readonly scores: Float64Array } {
  const dice = mulberry32(training.seed);
  const bias = oddsOf(rows, isBad, weight);
  const scores = new Float64Array(data.rows).fill(bias);
  const slope = new Float64Array(data.rows);
  const curve = new Float64Array(data.rows);
  const trees: Tree[] = [];
  while (trees.length < training.trees) {
    const seen: number[] = [];
    for (const row of rows) {
      const share = isBad[row] === 1 ? training.bad : training.good;
      if (dice() >= share) continue;
      seen.push(row);
      const chance = 1 / (1 + Math.exp(-(scores[row] as number)));
      const counts = (weight[row] as number) / share;
      slope[row] = counts * (chance - (isBad[row] as number));
      curve[row] = counts * chance * (1 - chance);
    }
    const columns = gauges.filter(() => dice() < training.columns);
    const tree = growTree(data, Int32Array.from(seen), columns, { slope, curve }, training);
    trees.push(tree);
    addTree(data, tree, scores);
  }
  return { model: { bias, trees }, scores };
}

function addTree({ rows, bins, ends }: Quantized, { gauges, above, leaves }: Tree, scores: Float64Array): void {
  const cuts = Array.from(gauges, (gauge, level) => (ends[gauge] ?? []).indexOf(above[level] as number));
  for (let row = 0; row < rows; row += 1) {
    let leaf = 0;
    for (let level = 0; level < gauges.length; level += 1)
      leaf = leaf * 2 + Number((bins[(gauges[level] as number) * rows + row] as number) > (cuts[level] as number));
    scores[row] = (scores[row] as number) + (leaves[leaf] as number);
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
