import type { TimeMs } from './ids.ts';
import { bucketLeavesAtMs, bucketMs } from './ledger.ts';

/** Bounds of up to this many events are kept exactly, moment by moment; larger ones by 256 buckets. */
export const EXACT_EVENTS = 256;

const TIME_DIGITS = 9;
const COUNT_DIGITS = 5;
const DIGIT_0 = 48;
const LETTER_A = 97;
const MOST_PER_BUCKET = 36 ** COUNT_DIGITS - 1;

/** Counted events of one key at rest. Packed as base-36 digits: a row is rewritten with every event. */
export interface RateRow {
  readonly windowMs: number;
  /** The last event that was accepted. */
  readonly lastMs: TimeMs | null;
  /** Moments of events, rising, 9 digits each; empty once buckets count. */
  readonly times: string;
  /** Number of the first bucket, 5 digits a bucket without gaps, and what they come to; null while moments are kept. */
  readonly buckets: { readonly first: number; readonly counts: string; readonly sum: number } | null;
}

const NO_BUCKETS = { first: 0, counts: '', sum: 0 } as const;

/** A key nothing was counted on. */
export const EMPTY_RATE: RateRow = { windowMs: 1, lastMs: null, times: '', buckets: null };

/** The events that are in a window now. */
export interface RateUse {
  readonly count: number;
  /** When fewer than `max` will be left; null where that is now or cannot be told. */
  freeAtMs(max: number): TimeMs | null;
}

/** Events of the last `windowMs`. From buckets each counts until the whole bucket is older: never too few. */
export function eventsIn(row: RateRow, windowMs: number, nowMs: TimeMs): RateUse {
  const leaving = row.buckets === null ? leavingTimes(row.times, windowMs, nowMs) : leavingBuckets(row, windowMs, nowMs);
  return {
    count: leaving.count,
    freeAtMs(max) {
      let over = leaving.count - max + 1;
      if (over <= 0) return null;
      for (const [atMs, count] of leaving.each()) {
        over -= count;
        if (over <= 0) return atMs;
      }
      return null;
    },
  };
}

/**
 * The row after one more event at `atMs`; what has left the window by `nowMs` is dropped. `max` is the bound the event was
 * taken under, null where it is only counted.
 */
export function countEvent(row: RateRow, windowMs: number, max: number | null, atMs: TimeMs, nowMs: TimeMs): RateRow {
  const at = Math.max(atMs, row.lastMs ?? 0);
  if (row.buckets === null && (max ?? EXACT_EVENTS) <= EXACT_EVENTS) {
    const times = dropOld(row.times, windowMs, nowMs);
    if (times.length < EXACT_EVENTS * TIME_DIGITS) return { windowMs, lastMs: at, times: times + digits(at, TIME_DIGITS), buckets: null };
  }
  return addToBuckets(inBuckets(row, windowMs, nowMs), windowMs, at);
}

interface Leaving {
  readonly count: number;
  each(): Iterable<readonly [TimeMs, number]>;
}

function leavingTimes(times: string, windowMs: number, nowMs: TimeMs): Leaving {
  const kept = dropOld(times, windowMs, nowMs);
  return {
    count: kept.length / TIME_DIGITS,
    *each() {
      for (let at = 0; at < kept.length; at += TIME_DIGITS) yield [readDigits(kept, at, TIME_DIGITS) + windowMs, 1];
    },
  };
}

function leavingBuckets(row: RateRow, windowMs: number, nowMs: TimeMs): Leaving {
  const { first, counts, sum } = row.buckets ?? NO_BUCKETS;
  const width = bucketMs(row.windowMs);
  // A row that cannot say its sum has no room.
  let count = Number.isSafeInteger(sum) ? sum : Number.POSITIVE_INFINITY;
  let from = 0;
  for (; from < counts.length && (first + from / COUNT_DIGITS + 1) * width + windowMs <= nowMs; from += COUNT_DIGITS) {
    count -= readDigits(counts, from, COUNT_DIGITS);
  }
  return {
    count,
    *each() {
      for (let at = from; at < counts.length; at += COUNT_DIGITS) {
        yield [(first + at / COUNT_DIGITS + 1) * width + windowMs, readDigits(counts, at, COUNT_DIGITS)];
      }
    },
  };
}

/** The same events counted in buckets of `windowMs`, each at the latest moment it can have had. */
function inBuckets(row: RateRow, windowMs: number, nowMs: TimeMs): RateRow {
  if (row.buckets !== null && row.windowMs === windowMs) return dropOldBuckets(row, nowMs);
  const span = row.buckets === null ? windowMs : row.windowMs;
  let converted: RateRow = { windowMs, lastMs: row.lastMs, times: '', buckets: NO_BUCKETS };
  const leaving = row.buckets === null ? leavingTimes(row.times, span, nowMs) : leavingBuckets(row, span, nowMs);
  for (const [leavesAtMs, count] of leaving.each()) {
    const at = Math.min(leavesAtMs - span, row.lastMs ?? nowMs);
    if (at + windowMs > nowMs) for (let n = 0; n < count; n++) converted = addToBuckets(converted, windowMs, at);
  }
  return converted;
}

function addToBuckets(row: RateRow, windowMs: number, atMs: TimeMs): RateRow {
  const bucket = Math.floor(atMs / bucketMs(windowMs));
  const { first, counts, sum } = row.buckets ?? NO_BUCKETS;
  const last = first + counts.length / COUNT_DIGITS - 1;
  const become = (buckets: RateRow['buckets']): RateRow => ({ windowMs, lastMs: atMs, times: '', buckets });
  // A gap as long as the window leaves nothing to keep.
  if (counts === '' || (last + 1) * bucketMs(windowMs) + windowMs <= atMs)
    return become({ first: bucket, counts: digits(1, COUNT_DIGITS), sum: 1 });
  if (bucket > last)
    return become({ first, counts: counts + digits(0, COUNT_DIGITS).repeat(bucket - last - 1) + digits(1, COUNT_DIGITS), sum: sum + 1 });
  const before = readDigits(counts, counts.length - COUNT_DIGITS, COUNT_DIGITS);
  const count = Math.min(MOST_PER_BUCKET, before + 1);
  return become({ first, counts: counts.slice(0, -COUNT_DIGITS) + digits(count, COUNT_DIGITS), sum: sum + count - before });
}

function dropOldBuckets(row: RateRow, nowMs: TimeMs): RateRow {
  const { first, counts, sum } = row.buckets ?? NO_BUCKETS;
  let gone = 0;
  let left = sum;
  for (; gone * COUNT_DIGITS < counts.length && bucketLeavesAtMs(first + gone, row.windowMs) <= nowMs; gone++) {
    left -= readDigits(counts, gone * COUNT_DIGITS, COUNT_DIGITS);
  }
  return gone === 0 ? row : { ...row, buckets: { first: first + gone, counts: counts.slice(gone * COUNT_DIGITS), sum: left } };
}

function dropOld(times: string, windowMs: number, nowMs: TimeMs): string {
  let at = 0;
  while (at < times.length && readDigits(times, at, TIME_DIGITS) + windowMs <= nowMs) at += TIME_DIGITS;
  return at === 0 ? times : times.slice(at);
}

function digits(value: number, width: number): string {
  return value.toString(36).padStart(width, '0');
}

/** Reads lowercase base-36 digits; a row's length is a multiple of `width`. */
function readDigits(text: string, at: number, width: number): number {
  let value = 0;
  for (let index = at; index < at + width; index++) {
    const code = text.charCodeAt(index);
    value = value * 36 + (code >= LETTER_A ? code - LETTER_A + 10 : code - DIGIT_0);
  }
  return value;
}
