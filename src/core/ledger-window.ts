import type { TimeMs } from './ids.ts';
import type { WindowRow } from './ledger.ts';
import { bucketLeavesAtMs, bucketMs } from './ledger.ts';

/** A window nothing was ever booked in. */
export const EMPTY_WINDOW: WindowRow = { buckets: [], sum: '0' };

/** The bucket that a moment falls in. */
export function bucketOf(atMs: TimeMs, windowMs: number): number {
  return Math.floor(atMs / bucketMs(windowMs));
}

/** The window without buckets that have wholly left. */
export function pruneWindow(window: WindowRow, windowMs: number, nowMs: TimeMs): WindowRow {
  let gone = 0;
  let sum = BigInt(window.sum);
  for (const [bucket, amount] of window.buckets) {
    if (bucketLeavesAtMs(bucket, windowMs) > nowMs) break;
    sum -= BigInt(amount);
    gone++;
  }
  return gone === 0 ? window : { buckets: window.buckets.slice(gone), sum: String(sum) };
}

/** Books `amount` at `atMs`. Buckets stay in rising order whatever the order of bookings. */
export function bookAmount(window: WindowRow, windowMs: number, atMs: TimeMs, amount: bigint): WindowRow {
  if (amount === 0n) return window;
  const bucket = bucketOf(atMs, windowMs);
  const buckets = [...window.buckets];
  let at = buckets.length;
  while (at > 0 && (buckets[at - 1] as readonly [number, string])[0] > bucket) at--;
  const before = buckets[at - 1];
  if (before !== undefined && before[0] === bucket) buckets[at - 1] = [bucket, String(BigInt(before[1]) + amount)];
  else buckets.splice(at, 0, [bucket, String(amount)]);
  return { buckets, sum: String(BigInt(window.sum) + amount) };
}

/** Takes a booking out again, exactly where it was made; what has left the window already is not taken twice. */
export function unbookAmount(window: WindowRow, windowMs: number, atMs: TimeMs, amount: bigint): WindowRow {
  const bucket = bucketOf(atMs, windowMs);
  const index = window.buckets.findIndex(([number]) => number === bucket);
  const found = window.buckets[index];
  if (found === undefined) return window;
  const here = BigInt(found[1]);
  const taken = here < amount ? here : amount;
  const buckets = here === taken ? window.buckets.toSpliced(index, 1) : window.buckets.with(index, [bucket, String(here - taken)]);
  return { buckets, sum: String(BigInt(window.sum) - taken) };
}

/**
 * A first row for a window that was not booked until now, out of the widest one that was and the account's total.
 * Each amount is put at the latest moment it can have been booked at, so it may leave late and never leaves early.
 */
export function seedWindow(
  windowMs: number,
  nowMs: TimeMs,
  total: bigint,
  known: { readonly windowMs: number; readonly row: WindowRow } | undefined,
): WindowRow {
  let seeded = EMPTY_WINDOW;
  let older = total;
  for (const [bucket, amount] of known?.row.buckets ?? []) {
    const endMs = Math.min(nowMs, (bucket + 1) * bucketMs(known?.windowMs ?? 0) - 1);
    seeded = bookAmount(seeded, windowMs, Math.max(endMs, bucket * bucketMs(known?.windowMs ?? 0)), BigInt(amount));
    older -= BigInt(amount);
  }
  if (older > 0n) seeded = bookAmount(seeded, windowMs, known === undefined ? nowMs : nowMs - known.windowMs, older);
  return pruneWindow(seeded, windowMs, nowMs);
}
