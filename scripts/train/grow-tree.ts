import type { Tree } from '../../src/risk/model/trees.ts';
import { type Histogram, histogramOf, type Slopes, without } from './histogram.ts';
import { MAX_BINS, type Quantized } from './quantize.ts';

/** How trees grow. */
export interface Growth {
  /** Most leaves of a tree. */
  readonly leaves: number;
  /** Pulls leaves to 0: the greater, the less a few rows can say. */
  readonly ridge: number;
  /** Least curvature on both sides of a question. */
  readonly leastCurve: number;
  readonly rate: number;
  /** 1 or −1 for gauges of which more may never lower, or never raise, the score. */
  readonly monotone: ReadonlyMap<number, 1 | -1>;
}

interface Question {
  readonly gauge: number;
  readonly bin: number;
  readonly gain: number;
  /** Values of the leaves that it would make. */
  readonly no: number;
  readonly yes: number;
}

/** A leaf that may be asked a question yet. */
interface Leaf {
  readonly rows: Int32Array;
  readonly sums: Histogram;
  readonly value: number;
  /** What its value, and those of whatever grows out of it, must lie between. */
  readonly least: number;
  readonly most: number;
  readonly best: Question | undefined;
  /** Place in `next` that leads to it; −1 for the first. */
  readonly from: number;
}

/** What a tree grows in. */
interface Ground {
  readonly data: Quantized;
  readonly gauges: readonly number[];
  readonly slopes: Slopes;
  readonly growth: Growth;
}

/** Grows one tree over the given rows: the leaf whose best question helps most is asked it, until there are enough. */
export function growTree(data: Quantized, rows: Int32Array, gauges: readonly number[], slopes: Slopes, growth: Growth): Tree {
  const ground = { data, gauges, slopes, growth };
  const bounds = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  let leaves: readonly Leaf[] = [leafOf(ground, rows, histogramOf(data, rows, gauges, slopes), { ...bounds, from: -1 })];
  const tree = { gauges: [] as number[], above: [] as number[], next: [] as number[], yes: [] as number[], leaves: [] as number[] };
  while (leaves.length < growth.leaves) {
    const asked = leaves.reduce((best, leaf) => ((leaf.best?.gain ?? 0) > (best.best?.gain ?? 0) ? leaf : best));
    const question = asked.best;
    if (question === undefined) break;
    if (asked.from >= 0) tree.next[asked.from] = tree.gauges.length;
    const children = divide(ground, asked, question, 2 * tree.gauges.length);
    tree.gauges.push(question.gauge);
    tree.above.push(data.ends[question.gauge]?.[question.bin] as number);
    tree.next.push(0, 0);
    tree.yes.push(Math.min(255, Math.round((256 * children[1].rows.length) / asked.rows.length)));
    leaves = [...leaves.filter((leaf) => leaf !== asked), ...children];
  }
  for (const { value, from } of leaves) {
    if (from >= 0) tree.next[from] = -1 - tree.leaves.length;
    tree.leaves.push(Number((growth.rate * value).toPrecision(6)));
  }
  return tree;
}

function leafOf(ground: Ground, rows: Int32Array, sums: Histogram, place: Pick<Leaf, 'least' | 'most' | 'from'>): Leaf {
  const value = within(place, -sums.slopeSum / (sums.curveSum + ground.growth.ridge));
  return { rows, sums, value, ...place, best: bestQuestion(ground, sums, place) };
}

function divide(
  { data, gauges, slopes, growth }: Ground,
  leaf: Leaf,
  { gauge, bin, no, yes }: Question,
  from: number,
): readonly [Leaf, Leaf] {
  const offset = gauge * data.rows;
  const says = (row: number): boolean => (data.bins[offset + row] as number) > bin;
  const rows = [leaf.rows.filter((row) => !says(row)), leaf.rows.filter(says)] as const;
  const fewer = rows[0].length <= rows[1].length ? 0 : 1;
  const sums = histogramOf(data, rows[fewer], gauges, slopes);
  const others = without(leaf.sums, sums);
  const direction = growth.monotone.get(gauge);
  const middle = (no + yes) / 2;
  const bounds = (
    [
      { least: direction === -1 ? middle : leaf.least, most: direction === 1 ? middle : leaf.most },
      { least: direction === 1 ? middle : leaf.least, most: direction === -1 ? middle : leaf.most },
    ] as const
  ).map(({ least, most }) => ({ least: Math.max(least, leaf.least), most: Math.min(most, leaf.most) }));
  const child = (side: 0 | 1): Leaf =>
    leafOf({ data, gauges, slopes, growth }, rows[side], side === fewer ? sums : others, { ...(bounds[side] as Leaf), from: from + side });
  return [child(0), child(1)];
}

function within({ least, most }: Pick<Leaf, 'least' | 'most'>, value: number): number {
  return Math.min(most, Math.max(least, value));
}

function bestQuestion({ data, gauges, growth }: Ground, sums: Histogram, bounds: Pick<Leaf, 'least' | 'most'>): Question | undefined {
  const { ridge, leastCurve, monotone } = growth;
  const { slopeSum, curveSum } = sums;
  const whole = slopeSum ** 2 / (curveSum + ridge);
  let best: Question | undefined;
  for (const [at, gauge] of gauges.entries()) {
    const direction = monotone.get(gauge);
    const cuts = data.ends[gauge]?.length ?? 0;
    let slopeLow = 0;
    let curveLow = 0;
    for (let bin = 0; bin < cuts; bin += 1) {
      slopeLow += sums.slope[at * MAX_BINS + bin] as number;
      curveLow += sums.curve[at * MAX_BINS + bin] as number;
      const curveHigh = curveSum - curveLow;
      if (curveLow < leastCurve || curveHigh < leastCurve) continue;
      const slopeHigh = slopeSum - slopeLow;
      const gain = slopeLow ** 2 / (curveLow + ridge) + slopeHigh ** 2 / (curveHigh + ridge) - whole;
      if (gain <= (best?.gain ?? 1e-9)) continue;
      const no = within(bounds, -slopeLow / (curveLow + ridge));
      const yes = within(bounds, -slopeHigh / (curveHigh + ridge));
      if (direction === undefined || direction * (yes - no) >= 0) best = { gauge, bin, gain, no, yes };
    }
  }
  return best;
}
