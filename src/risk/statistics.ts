import { max, mean, median, probit, quantile, standardDeviation, variance, zScore } from 'simple-statistics';

/** What a list of numbers looks like: the offline, explaining counterpart of the streaming profile. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  /** Population variance and its root. */
  readonly variance: number;
  readonly standardDeviation: number;
  readonly p95: number;
  readonly max: number;
}

/** Summarizes a whole history at once, O(n log n). Undefined for an empty list. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const list = [...values];
  return {
    count: list.length,
    mean: mean(list),
    median: median(list),
    variance: variance(list),
    standardDeviation: standardDeviation(list),
    p95: quantile(list, 0.95),
    max: max(list),
  };
}

/** Standard deviations of `value` above the mean of a summary; 0 where the history does not vary. */
export function deviationsIn(summary: Summary, value: number): number {
  return summary.standardDeviation === 0 ? 0 : zScore(value, summary.mean, summary.standardDeviation);
}

/** The value that a standard normal variable stays below with probability `share` (0–1, both excluded). */
export function normalQuantile(share: number): number {
  return probit(share);
}
