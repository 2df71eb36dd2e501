import type { Tree } from '../../src/risk/model/trees.ts';
import { MAX_BINS, type Quantized } from './quantize.ts';

/** Slopes and curvatures of the loss, by row. */
export interface Slopes {
  readonly slope: Float64Array;
  readonly curve: Float64Array;
}

/** How trees grow. */
export interface Growth {
  readonly depth: number;
  /** Pulls leaves to 0: the greater, the less a few rows can say. */
  readonly ridge: number;
  /** Least curvature on both sides of a question, in one of the leaves that it splits. */
  readonly leastCurve: number;
  readonly rate: number;
  /** 1 or −1 for gauges of which more may never lower, or never raise, the score. */
  readonly monotone: ReadonlyMap<number, 1 | -1>;
}

interface Question {
  readonly gauge: number;
  readonly bin: number;
  readonly gain: number;
}

/** Grows one tree over the given rows: at each level the question that helps most where it is asked of all leaves at once. */
export function growTree(data: Quantized, rows: Int32Array, gauges: readonly number[], slopes: Slopes, growth: Growth): Tree {
  const leafOf = new Uint8Array(data.rows);
  const questions: Question[] = [];
  while (questions.length < growth.depth) {
    const leaves = 1 << questions.length;
    let best: Question | undefined;
    for (const gauge of gauges) {
      const found = bestCut(data, rows, gauge, leafOf, leaves, slopes, growth);
      if (found !== undefined && found.gain > (best?.gain ?? 0)) best = found;
    }
    if (best === undefined) break;
    questions.push(best);
    const offset = best.gauge * data.rows;
    for (const row of rows) leafOf[row] = 2 * (leafOf[row] as number) + Number((data.bins[offset + row] as number) > best.bin);
  }
  return {
    gauges: questions.map(({ gauge }) => gauge),
    above: questions.map(({ gauge, bin }) => data.ends[gauge]?.[bin] as number),
    leaves: leavesOf(rows, leafOf, questions, slopes, growth),
  };
}

function bestCut(
  data: Quantized,
  rows: Int32Array,
  gauge: number,
  leafOf: Uint8Array,
  leaves: number,
  { slope, curve }: Slopes,
  { ridge, leastCurve }: Growth,
): Question | undefined {
  const slopeIn = new Float64Array(leaves * MAX_BINS);
  const curveIn = new Float64Array(leaves * MAX_BINS);
  const offset = gauge * data.rows;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    const cell = (leafOf[row] as number) * MAX_BINS + (data.bins[offset + row] as number);
    slopeIn[cell] = (slopeIn[cell] as number) + (slope[row] as number);
    curveIn[cell] = (curveIn[cell] as number) + (curve[row] as number);
  }
  const cuts = data.ends[gauge]?.length ?? 0;
  const gains = new Float64Array(cuts);
  const allowed = new Uint8Array(cuts);
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    const first = leaf * MAX_BINS;
    let slopeAll = 0;
    let curveAll = 0;
    for (let bin = 0; bin <= cuts; bin += 1) {
      slopeAll += slopeIn[first + bin] as number;
      curveAll += curveIn[first + bin] as number;
    }
    const whole = slopeAll ** 2 / (curveAll + ridge);
    let slopeLow = 0;
    let curveLow = 0;
    for (let bin = 0; bin < cuts; bin += 1) {
      slopeLow += slopeIn[first + bin] as number;
      curveLow += curveIn[first + bin] as number;
      const curveHigh = curveAll - curveLow;
      if (curveLow >= leastCurve && curveHigh >= leastCurve) allowed[bin] = 1;
      gains[bin] = (gains[bin] as number) + slopeLow ** 2 / (curveLow + ridge) + (slopeAll - slopeLow) ** 2 / (curveHigh + ridge) - whole;
    }
  }
  let best: Question | undefined;
  for (let bin = 0; bin < cuts; bin += 1) {
    if (allowed[bin] === 1 && (gains[bin] as number) > (best?.gain ?? 0)) best = { gauge, bin, gain: gains[bin] as number };
  }
  return best;
}

function leavesOf(
  rows: Int32Array,
  leafOf: Uint8Array,
  questions: readonly Question[],
  { slope, curve }: Slopes,
  { ridge, rate, monotone }: Growth,
): readonly number[] {
  const count = 1 << questions.length;
  const slopes = new Float64Array(count);
  const curves = new Float64Array(count);
  for (const row of rows) {
    const leaf = leafOf[row] as number;
    slopes[leaf] = (slopes[leaf] as number) + (slope[row] as number);
    curves[leaf] = (curves[leaf] as number) + (curve[row] as number);
  }
  const leaves = Array.from(slopes, (sum, leaf) => (-rate * sum) / ((curves[leaf] as number) + ridge));
  level(
    leaves,
    Array.from(curves, (sum) => sum + ridge),
    questions.map(({ gauge }) => monotone.get(gauge)),
  );
  return leaves.map((leaf) => Number(leaf.toPrecision(6)));
}

/** Levels leaves that stand against the direction of a gauge: both get their weighted mean, until none stands so. */
function level(leaves: number[], weights: readonly number[], directions: readonly (1 | -1 | undefined)[]): void {
  for (let moved = true, pass = 0; moved && pass < 64; pass += 1) {
    moved = false;
    for (const [at, direction] of directions.entries()) {
      if (direction === undefined) continue;
      const bit = 1 << (directions.length - 1 - at);
      for (let leaf = 0; leaf < leaves.length; leaf += 1) {
        if ((leaf & bit) !== 0) continue;
        const [low, high] = direction === 1 ? [leaf, leaf | bit] : [leaf | bit, leaf];
        const [lowWeight, highWeight] = [weights[low] as number, weights[high] as number];
        const [lowLeaf, highLeaf] = [leaves[low] as number, leaves[high] as number];
        if (lowLeaf <= highLeaf + 1e-9) continue;
        const mean = (lowLeaf * lowWeight + highLeaf * highWeight) / (lowWeight + highWeight);
        leaves[low] = mean;
        leaves[high] = mean;
        moved = true;
      }
    }
  }
}
