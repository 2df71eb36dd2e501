import type { TimeMs } from './ids.ts';

/**
 * One window over one ledger account. `windowMs: 0` bounds a single reservation; `null` is a total for ever.
 * `limit` is a decimal string of the account's unit; a total equal to it passes.
 */
export interface LedgerWindow {
  readonly windowMs: number | null;
  readonly limit: string;
  /** Names the rule in a denial, e.g. `daily`. */
  readonly rule: string;
}

/** Room taken on one ledger account, decimal string of its unit. */
export interface ChargeLine {
  /** `<scope>|<unit>`, e.g. `agent:a1|eip155:1/slip44:60` or `agent:a1|USD`. */
  readonly account: string;
  readonly amount: string;
}

/** The head of one ledger account at rest. */
export interface LedgerRow {
  /** Redeemed, signed or broadcast, not yet final. */
  readonly inFlight: string;
  /** Held, not redeemed, by the ms at which the hold is worthless, `[dueMs, amount]` rising. */
  readonly held: readonly (readonly [number, string])[];
  /** Booked for ever. */
  readonly total: string;
}

/** Booked amounts of one sliding window: 256 buckets, `[bucket number, amount]` rising, and their sum. */
export interface WindowRow {
  readonly buckets: readonly (readonly [number, string])[];
  readonly sum: string;
}

/** Buckets per window: a payment leaves at most 1/256 of the window late, and never early. */
export const WINDOW_BUCKETS = 256;

/** Width of a bucket, ms. */
export function bucketMs(windowMs: number): number {
  return Math.max(1, Math.ceil(windowMs / WINDOW_BUCKETS));
}

/** Room in use on an account at a moment, and when some of it returns. */
export interface LedgerUse {
  readonly used: bigint;
  /** When the oldest booked bucket leaves; null where nothing booked is in the window. */
  readonly resetsAtMs: TimeMs | null;
}

/** Amount that is held and still redeemable, plus what is in flight. Pending counts in every window. */
export function pendingOf(row: LedgerRow | undefined, nowMs: TimeMs): bigint {
  if (row === undefined) return 0n;
  let sum = BigInt(row.inFlight);
  for (const [dueMs, amount] of row.held) if (dueMs >= nowMs) sum += BigInt(amount);
  return sum;
}

/** What stands against one window now: booked buckets that have not wholly left, plus everything pending. */
export function ledgerUse(row: LedgerRow | undefined, window: WindowRow | undefined, windowMs: number | null, nowMs: TimeMs): LedgerUse {
  const pending = pendingOf(row, nowMs);
  if (windowMs === 0) return { used: 0n, resetsAtMs: null };
  if (windowMs === null) return { used: pending + BigInt(row?.total ?? '0'), resetsAtMs: null };
  if (window === undefined) return { used: pending, resetsAtMs: null };
  const width = bucketMs(windowMs);
  let booked = BigInt(window.sum);
  let resetsAtMs: TimeMs | null = null;
  for (const [bucket, amount] of window.buckets) {
    const leavesAtMs = (bucket + 1) * width + windowMs;
    if (leavesAtMs > nowMs) {
      resetsAtMs = leavesAtMs;
      break;
    }
    booked -= BigInt(amount);
  }
  return { used: booked + pending, resetsAtMs };
}
