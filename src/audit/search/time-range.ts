import type { Store } from '../../core/store.ts';
import { entryAtMs } from '../entry.ts';

/** Positions in the log, the last one excluded. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** The time an entry carries, read at one position. */
export type ReadAtMs = (index: number) => Promise<number>;

/**
 * How far the times of neighbouring entries may be out of order: an entry is appended at most ten minutes after the time
 * it carries, and no process whose clock runs more than two seconds ahead of the store's may decide; the rest is margin.
 */
export const DISORDER_MS = 660_000;
/** Closer than this, one batch is read faster than another probe. */
const CLOSE = 500;

/**
 * Finds the positions outside of which no entry lies in the time range, both ends included, by reading about 2 × log2(size)
 * entries. Entries inside may lie outside the range in time: callers look at each. What lies before `least` is left out.
 */
export async function findRange(
  size: number,
  time: { readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
  readAtMs: ReadAtMs,
  least = 0,
): Promise<IndexRange> {
  let from = Math.min(least, size);
  const { fromMs, toMs } = time;
  if (fromMs !== undefined) {
    for (let high = size; high - from > CLOSE; ) {
      const middle = (from + high) >>> 1;
      // Everything before an entry this old was appended before `fromMs`, and carries an earlier time.
      if ((await readAtMs(middle)) < fromMs - DISORDER_MS) from = middle + 1;
      else high = middle;
    }
  }
  let to = size;
  if (toMs !== undefined) {
    for (let low = from; to - low > CLOSE; ) {
      const middle = (low + to) >>> 1;
      if ((await readAtMs(middle)) > toMs + DISORDER_MS) to = middle;
      else low = middle + 1;
    }
  }
  return { from, to };
}

/** Reads times as the rows say them; NaN where a row is missing or carries none, which narrows nothing. */
export function storedAtMs(store: Store): ReadAtMs {
  return async (index) => {
    const [row] = await store.log(index, 1);
    return row?.index === index ? entryAtMs(row.entry) : Number.NaN;
  };
}
