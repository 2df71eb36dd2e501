import type { TimeMs } from '../../../core/ids.ts';
import { type LedgerRow, pendingOf } from '../../../core/ledger.ts';
import { addHeld } from '../../../core/ledger-hold.ts';

/**
 * What is pending on ledger rows that a reservation of this process made. Rows never change, so a figure stays true for its row; any
 * other row, such as one read back from the backend, is added up.
 */
const known = new WeakMap<LedgerRow, bigint>();

/** What {@link pendingOf} says, without adding up the holds again where none of them is over by `nowMs`. */
export function pendingAt(row: LedgerRow, nowMs: TimeMs): bigint {
  const first = row.held[0];
  const sum = first === undefined || first[0] >= nowMs ? known.get(row) : undefined;
  return sum ?? pendingOf(row, nowMs);
}

/** The row with one more hold, where `pending` is what {@link pendingAt} says of it at `nowMs`. */
export function holdMore(row: LedgerRow, untilMs: TimeMs, amount: bigint, nowMs: TimeMs, pending: bigint): LedgerRow {
  const next = addHeld(row, untilMs, amount, nowMs);
  known.set(next, pending + amount);
  return next;
}
