import { GAUGES } from '../habits/gauges/index.ts';
import { rateAt } from './habit-model.ts';
import { type HabitModelData, unpackTrees } from './packed-trees.ts';
import { type FlatTrees, scoreFlatTrees } from './trees.ts';

/** Trees that a model may have; what is shipped has 250. */
const MOST_TREES = 2_000;
const VERSION = /^[\x21-\x7e]{1,64}$/;

const unpacked = new WeakMap<HabitModelData, FlatTrees>();

/** What a model other than the shipped one says of an action's figures. @throws RangeError for a model that {@link modelProblem} finds wrong */
export function scoreByModel(model: HabitModelData, figures: Float32Array): { readonly odds: number; readonly goodIn1000: number } {
  let trees = unpacked.get(model);
  if (trees === undefined) {
    const problem = modelProblem(model);
    if (problem !== undefined) throw new RangeError(problem);
    trees = unpackTrees(model.trees);
    unpacked.set(model, trees);
  }
  const odds = scoreFlatTrees(trees, figures);
  return { odds, goodIn1000: rateAt(model.passed, odds) };
}

/** Why something is no model of habits in the form of the shipped one, for the gauges that there are; undefined where it is one. */
export function modelProblem(given: unknown): string | undefined {
  const { version, gauges, trees, passed } = (given ?? {}) as Partial<HabitModelData>;
  if (typeof version !== 'string' || !VERSION.test(version)) return 'version: is no short text';
  if (!Array.isArray(gauges) || gauges.length !== GAUGES.length || gauges.some((name, at) => GAUGES[at]?.name !== name))
    return 'gauges: are not those of this release';
  if (!Array.isArray(passed) || !arePassed(passed)) return 'passed: is no falling list of [good in 1,000, score]';
  if (typeof trees !== 'object' || trees === null) return 'trees: are missing';
  const { bias, count, step, trees: text } = trees;
  if (!Number.isFinite(bias) || !Number.isFinite(step)) return 'trees: bias and step are numbers';
  if (!isCount(count, MOST_TREES)) return `trees: at most ${MOST_TREES}`;
  if (typeof text !== 'string') return 'trees: are no text';
  try {
    const flat = unpackTrees(trees);
    return flat.gauges.every((gauge) => gauge < GAUGES.length) && flat.above.every((above) => !Number.isNaN(above))
      ? undefined
      : 'trees: ask for gauges that there are not';
  } catch {
    return 'trees: the text is not that of so many trees';
  }
}

function arePassed(passed: readonly unknown[]): boolean {
  let [rate, score] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const pair of passed) {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [nextRate, next] = pair as [unknown, unknown];
    if (typeof nextRate !== 'number' || typeof next !== 'number' || !(nextRate < rate && nextRate > 0 && next > score)) return false;
    if (!Number.isFinite(next) || nextRate > 1_000) return false;
    [rate, score] = [nextRate, next];
  }
  return passed.length >= 2;
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most;
}
