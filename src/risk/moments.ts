/** Mean and population variance of a stream. A type alias, so that it is a JSON value as it stands. */
export type Moments = { readonly mean: number; readonly variance: number };

/** Samples before clipping starts: until then there is no spread to clip by. */
const CLIP_FROM = 10;
const CLIP_DEVIATIONS = 3;

/**
 * The moments after the `n`-th sample (1 for the first), O(1). Welford's exact recurrence until `n` reaches
 * 1/`forgetting`, exponentially weighted from then on. From the tenth sample on a sample counts as at most three
 * deviations away (of at least `floor`), so that a single outlier cannot teach that outliers are usual.
 */
export function addSample(moments: Moments, sample: number, n: number, forgetting: number, floor: number): Moments {
  const weight = Math.max(1 / n, forgetting);
  const bound = n > CLIP_FROM ? CLIP_DEVIATIONS * Math.max(Math.sqrt(moments.variance), floor) : Number.POSITIVE_INFINITY;
  const delta = Math.min(bound, Math.max(-bound, sample - moments.mean));
  return { mean: moments.mean + weight * delta, variance: (1 - weight) * (moments.variance + weight * delta * delta) };
}

/** Deviations of `sample` above the mean; `floor` is the least deviation believed. */
export function deviationsAbove(moments: Moments, sample: number, floor: number): number {
  return (sample - moments.mean) / Math.max(Math.sqrt(moments.variance), floor);
}
