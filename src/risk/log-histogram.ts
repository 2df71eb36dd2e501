/** Counts by half octave, bins rising. A type alias, so that it is a JSON value as it stands. */
export type LogHistogram = { readonly bins: readonly number[]; readonly counts: readonly number[] };

/** Half octaves kept: 32 octaves of amounts an agent really uses; beyond that the rarest goes. */
const MAX_BINS = 64;
/** Total at which all counts are halved: older habits fade. */
const MAX_TOTAL = 4096;

/** The histogram after one more sample of log2 size `bits`. O(bins), at most 64. */
export function addSize(histogram: LogHistogram, bits: number): LogHistogram {
  const bin = Math.floor(bits * 2);
  const at = position(histogram.bins, bin);
  if (histogram.bins[at] === bin) {
    return halved({ bins: histogram.bins, counts: histogram.counts.with(at, (histogram.counts[at] as number) + 1) });
  }
  const bins = histogram.bins.toSpliced(at, 0, bin);
  const counts = histogram.counts.toSpliced(at, 0, 1);
  if (bins.length <= MAX_BINS) return halved({ bins, counts });
  const rarest = counts.reduce(
    (least, count, index) => (index !== at && (least === at || count < (counts[least] as number)) ? index : least),
    at === 0 ? 1 : 0,
  );
  return halved({ bins: bins.toSpliced(rarest, 1), counts: counts.toSpliced(rarest, 1) });
}

/** How many samples were in the half octave of `bits` or above. */
export function atLeast(histogram: LogHistogram, bits: number): number {
  const bin = Math.floor(bits * 2);
  let sum = 0;
  for (let index = histogram.bins.length - 1; index >= 0 && (histogram.bins[index] as number) >= bin; index -= 1) {
    sum += histogram.counts[index] as number;
  }
  return sum;
}

/** All samples that are still counted. */
export function totalOf(histogram: LogHistogram): number {
  let sum = 0;
  for (const count of histogram.counts) sum += count;
  return sum;
}

/** Upper edge in log2 of the half octave in which the `share` quantile (0–1) lies; 0 for an empty histogram. */
export function sizeQuantile(histogram: LogHistogram, share: number): number {
  const rank = share * totalOf(histogram);
  let sum = 0;
  for (const [index, count] of histogram.counts.entries()) {
    sum += count;
    if (sum >= rank) return ((histogram.bins[index] as number) + 1) / 2;
  }
  return 0;
}

function position(bins: readonly number[], bin: number): number {
  let at = 0;
  while (at < bins.length && (bins[at] as number) < bin) at += 1;
  return at;
}

function halved(histogram: LogHistogram): LogHistogram {
  if (totalOf(histogram) < MAX_TOTAL) return histogram;
  const kept = histogram.counts.map((count) => count >> 1);
  return { bins: histogram.bins.filter((_, index) => (kept[index] as number) > 0), counts: kept.filter((count) => count > 0) };
}
