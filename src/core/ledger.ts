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
  /** Absent where nobody is warned. */
  readonly warn?: LedgerWarning;
}

/** From which use of a window on somebody is warned, and whether the reservation at hand is what gets there. */
export interface LedgerWarning {
  /** Decimal string of the account's unit: warned once what is used comes to it. */
  readonly at: string;
  /** The same as a share of the limit, per cent. */
  readonly percent: number;
  /**
   * What the decision found and logs: that use was below `at` and no longer is. The store refuses the reservation with
   * `version_conflict` where it sees otherwise, so that each crossing is told once, in the step that makes it.
   */
  readonly crosses: boolean;
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
  /** Held, not redeemed, by the last ms at which the hold may still be redeemed (rounded up), `[dueMs, amount]` rising. */
  readonly held: readonly (readonly [number, string])[];
  /** Booked for ever. */
  readonly total: string;
  /** Lengths of the windows that are booked for this account, ms, rising. */
  readonly windows?: readonly number[];
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

/** The moment at which a whole bucket is older than its window, ms. */
export function bucketLeavesAtMs(bucket: number, windowMs: number): TimeMs {
  return (bucket + 1) * bucketMs(windowMs) + windowMs;
}

/** Room in use on an account at a moment, and when some of it returns. */
export interface LedgerUse {
  readonly used: bigint;
  /** When the oldest booked bucket leaves; null where nothing booked is in the window. */
  readonly resetsAtMs: TimeMs | null;
}

/**
 * A ledger amount as bigint: decimal digits without sign, spaces or leading zeros, at most 96 of them. Undefined for
 * anything else, so that a malformed or negative amount can never make room.
 */
export function readAmount(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || text.length > 96 || !/^(?:0|[1-9][0-9]*)$/.test(text)) return undefined;
  return BigInt(text);
}

/** Unit of an account: what follows the last `|`. */
export function accountUnit(account: string): string {
  return account.slice(account.lastIndexOf('|') + 1);
}

/** Amount that is held and still redeemable, plus what is in flight. Pending counts in every window. */
export function pendingOf(row: LedgerRow | undefined, nowMs: TimeMs): bigint {
  if (row === undefined) return 0n;
  let sum = BigInt(row.inFlight);
  for (const [dueMs, amount] of row.held) if (dueMs >= nowMs) sum += BigInt(amount);
  return sum;
}

/** What is booked in a sliding window now: the buckets that have not wholly left. */
export function bookedIn(window: WindowRow | undefined, windowMs: number, nowMs: TimeMs): LedgerUse {
  if (window === undefined) return { used: 0n, resetsAtMs: null };
  let used = BigInt(window.sum);
  for (const [bucket, amount] of window.buckets) {
    const leavesAtMs = bucketLeavesAtMs(bucket, windowMs);
    if (leavesAtMs > nowMs) return { used, resetsAtMs: leavesAtMs };
    used -= BigInt(amount);
  }
  return { used, resetsAtMs: null };
}

/** What stands against one window now: booked buckets that have not wholly left, plus everything pending. */
export function ledgerUse(row: LedgerRow | undefined, window: WindowRow | undefined, windowMs: number | null, nowMs: TimeMs): LedgerUse {
  if (windowMs === 0) return { used: 0n, resetsAtMs: null };
  const pending = pendingOf(row, nowMs);
  if (windowMs === null) return { used: pending + BigInt(row?.total ?? '0'), resetsAtMs: null };
  const booked = bookedIn(window, windowMs, nowMs);
  return { used: booked.used + pending, resetsAtMs: booked.resetsAtMs };
}

/**
 * The first moment at which `requested` fits under `limit` if nothing else is taken and nothing in flight settles; null
 * where waiting alone never makes it fit.
 */
export function roomAtMs(
  row: LedgerRow | undefined,
  window: WindowRow | undefined,
  windowMs: number | null,
  limit: bigint,
  requested: bigint,
  nowMs: TimeMs,
): TimeMs | null {
  if (windowMs === 0) return requested <= limit ? nowMs : null;
  let over = ledgerUse(row, window, windowMs, nowMs).used + requested - limit;
  if (over <= 0n) return nowMs;
  const leaving: (readonly [number, string])[] = [];
  for (const [dueMs, amount] of row?.held ?? []) if (dueMs >= nowMs) leaving.push([dueMs + 1, amount]);
  for (const [bucket, amount] of windowMs === null ? [] : (window?.buckets ?? [])) {
    const leavesAtMs = bucketLeavesAtMs(bucket, windowMs ?? 0);
    if (leavesAtMs > nowMs) leaving.push([leavesAtMs, amount]);
  }
  leaving.sort((a, b) => a[0] - b[0]);
  for (const [atMs, amount] of leaving) {
    over -= BigInt(amount);
    if (over <= 0n) return atMs;
  }
  return null;
}
