import type { StreamRow } from './stream-row.ts';

/** The least score that alarms at no more than so many good actions in 1,000; what is above it is alarmed. */
export function thresholdFor(rows: readonly StreamRow[], scores: Float64Array, falsePer1000: number): number {
  const good = Float64Array.from(rows.flatMap(({ isBad }, at) => (isBad ? [] : [scores[at] as number]))).sort();
  return good[good.length - 1 - Math.floor((good.length * falsePer1000) / 1_000)] ?? Number.POSITIVE_INFINITY;
}
