import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Fewest rounds that a published ratio may stand on. */
export const MIN_ROUNDS = 11;
const RESAMPLES = 4_000;

/** How one side compares with the other: cost of a over cost of b. */
export interface RatioBound {
  /** Median of the round ratios. */
  readonly ratio: number;
  /** One-sided 95 % bounds of that median: hold `upper` against an "at most", `lower` against an "at least". */
  readonly upper: number;
  readonly lower: number;
  readonly rounds: number;
  /** Median cost of each side, in whatever unit the sides return. */
  readonly a: number;
  readonly b: number;
}

/** Makes one round and returns its cost: smaller is better, both sides in the same unit. */
export type Side = () => number | Promise<number>;

/** The middle value; the mean of the two middle ones for an even count. @throws RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

let collect: (() => void) | undefined;

/** Collects garbage twice and lets pending callbacks run, so that a round does not pay for the one before it. */
export async function settle(): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  for (let pass = 0; pass < 2; pass += 1) {
    collect();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Nanoseconds per operation over `operations` turns of `run`, which may return a promise. */
export async function nanosecondsPer(operations: number, run: (turn: number) => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  for (let turn = 0; turn < operations; turn += 1) {
    const result = run(turn);
    if (result instanceof Promise) await result;
  }
  return Number(process.hrtime.bigint() - start) / operations;
}

/**
 * Measures two sides in interleaved rounds (a b, b a, a b, …), each after garbage was collected, so that drift of the
 * machine falls on both; `warmup` rounds of each are thrown away first. The bounds are one-sided 95 % bounds of the
 * median of the round ratios, by percentile bootstrap with a seeded generator: the same rounds give the same bounds.
 * @throws RangeError for fewer than 11 rounds, or where a side returns a cost that is not a positive number.
 */
export async function ratioBound(
  a: Side,
  b: Side,
  options: { readonly rounds?: number; readonly warmup?: number; readonly seed?: number } = {},
): Promise<RatioBound> {
  const { rounds = MIN_ROUNDS, warmup = 1, seed = 1 } = options;
  if (!Number.isSafeInteger(rounds) || rounds < MIN_ROUNDS) throw new RangeError(`a ratio needs at least ${MIN_ROUNDS} rounds`);
  const costs: { readonly a: number; readonly b: number }[] = [];
  for (let round = -warmup; round < rounds; round += 1) {
    const first = round % 2 === 0 ? a : b;
    const second = first === a ? b : a;
    const one = await measured(first);
    const two = await measured(second);
    if (round >= 0) costs.push(first === a ? { a: one, b: two } : { a: two, b: one });
  }
  const ratios = costs.map((cost) => cost.a / cost.b);
  return {
    ratio: median(ratios),
    ...boundsOfMedian(ratios, seed),
    rounds,
    a: median(costs.map((cost) => cost.a)),
    b: median(costs.map((cost) => cost.b)),
  };
}

async function measured(side: Side): Promise<number> {
  await settle();
  const cost = await side();
  if (!(Number.isFinite(cost) && cost > 0)) throw new RangeError(`a round cost ${cost}`);
  return cost;
}

/** One-sided 95 % bounds of the median of `values`, by percentile bootstrap over 4,000 seeded resamples. */
export function boundsOfMedian(values: readonly number[], seed: number): { readonly lower: number; readonly upper: number } {
  const random = mulberry32(seed);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)),
  );
  medians.sort((x, y) => x - y);
  return { lower: medians[Math.floor(RESAMPLES * 0.05)] ?? Number.NaN, upper: medians[Math.ceil(RESAMPLES * 0.95) - 1] ?? Number.NaN };
}

/** A small seeded generator of numbers in [0, 1): enough to resample with, and never for secrets. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
