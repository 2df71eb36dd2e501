import { GAUGES } from '../habits/gauges/index.ts';
import { HABIT_MODEL } from './habit-model-data.ts';
import { type HabitModelData, unpackTrees } from './packed-trees.ts';
import { addParts, type FlatTrees, scoreFlatTrees } from './trees.ts';

/** How unlike its wallet's habits one action is. */
export interface HabitScore {
  /** Logarithm of the odds that it is bad, among actions as they came in training. */
  readonly odds: number;
  /** How many of 1,000 good actions reach such odds: the smaller, the more unlike. At least the rarest that was measured. */
  readonly goodIn1000: number;
}

let trees: FlatTrees | undefined;

/** Scores the figures of one action, read by `readFigures`. O(trees). */
export function scoreHabits(figures: Float32Array): HabitScore {
  const odds = scoreFlatTrees(model(), figures);
  return { odds, goodIn1000: rarityOf(odds) };
}

/** What each gauge added to the odds, in the order of `GAUGES`: with `meanScore` the parts of all gauges add up to them. O(trees). */
export function partsOfOdds(figures: Float32Array): Float64Array {
  const parts = new Float64Array(GAUGES.length);
  addParts(model(), figures, parts);
  return parts;
}

/** Version of the shipped model: reports name it. */
export const HABIT_MODEL_VERSION: string = HABIT_MODEL.version;

function model(): FlatTrees {
  if (trees !== undefined) return trees;
  if (HABIT_MODEL.gauges.length !== GAUGES.length || HABIT_MODEL.gauges.some((name, at) => GAUGES[at]?.name !== name))
    throw new RangeError('the model was trained on other gauges');
  trees = unpackTrees(HABIT_MODEL.trees);
  return trees;
}

/** How many of 1,000 good actions of training wallets reach such odds. */
export function rarityOf(odds: number): number {
  return rateAt(HABIT_MODEL.passed, odds);
}

/** The rate at some odds, of measured rates and scores. Between two of them the logarithm of the rate is straight. */
export function rateAt(passed: HabitModelData['passed'], odds: number): number {
  let [rate, at] = passed[0] as readonly [number, number];
  if (odds <= at) return 1_000;
  for (const [nextRate, next] of passed) {
    if (odds < next) return rate * (nextRate / rate) ** ((odds - at) / (next - at));
    [rate, at] = [nextRate, next];
  }
  return rate;
}
