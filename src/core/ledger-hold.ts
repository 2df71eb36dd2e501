import type { TimeMs } from './ids.ts';
import type { LedgerRow } from './ledger.ts';

/** An account nothing was ever reserved on. */
export const EMPTY_LEDGER: LedgerRow = { inFlight: '0', held: [], total: '0', windows: [] };

/** Most entries of a head's `held` list; beyond, neighbours are joined at the later moment. */
export const MAX_HELD = 256;

/**
 * Until when a hold counts, ms: its due time rounded up to a grid of 250 ms × 2ⁿ that is about 1/64 of its life. Rounded
 * up, never down: room returns late by at most one step, and never while a permit could still be redeemed.
 */
export function heldUntil(dueMs: TimeMs, nowMs: TimeMs): TimeMs {
  let step = 250;
  while (step * 64 < dueMs - nowMs) step *= 2;
  return Math.ceil(dueMs / step) * step;
}

/** The head without holds that are over: they count nothing. The same object where there are none. */
export function pruneHeld(row: LedgerRow, nowMs: TimeMs): LedgerRow {
  let over = 0;
  while (over < row.held.length && (row.held[over] as readonly [number, string])[0] < nowMs) over++;
  return over === 0 ? row : { ...row, held: row.held.slice(over) };
}

/** Adds a hold of `amount` until `untilMs`. Drops what is over. */
export function addHeld(row: LedgerRow, untilMs: TimeMs, amount: bigint, nowMs: TimeMs): LedgerRow {
  const pruned = pruneHeld(row, nowMs);
  if (amount === 0n) return pruned;
  const held = [...pruned.held];
  let at = held.length;
  while (at > 0 && (held[at - 1] as readonly [number, string])[0] > untilMs) at--;
  const before = held[at - 1];
  if (before !== undefined && before[0] === untilMs) held[at - 1] = [untilMs, String(BigInt(before[1]) + amount)];
  else held.splice(at, 0, [untilMs, String(amount)]);
  if (held.length > MAX_HELD) {
    const [first, second] = held as [readonly [number, string], readonly [number, string]];
    held.splice(0, 2, [second[0], String(BigInt(first[1]) + BigInt(second[1]))]);
  }
  return { ...pruned, held };
}

/**
 * Takes a hold off again: from its own entry, and where entries were joined from later ones, so that what remains is
 * freed no earlier than before. Undefined where so much is not held: the caller treats that as corruption.
 */
export function takeHeld(row: LedgerRow, untilMs: TimeMs, amount: bigint): LedgerRow | undefined {
  let rest = amount;
  const held: (readonly [number, string])[] = [];
  for (const entry of row.held) {
    if (rest === 0n || entry[0] < untilMs) {
      held.push(entry);
      continue;
    }
    const here = BigInt(entry[1]);
    const taken = here < rest ? here : rest;
    rest -= taken;
    if (here > taken) held.push([entry[0], String(here - taken)]);
  }
  return rest === 0n ? { ...row, held } : undefined;
}

/** Changes what is in flight by `delta`. Undefined where that would be negative. */
export function addInFlight(row: LedgerRow, delta: bigint): LedgerRow | undefined {
  const inFlight = BigInt(row.inFlight) + delta;
  return inFlight < 0n ? undefined : { ...row, inFlight: String(inFlight) };
}
