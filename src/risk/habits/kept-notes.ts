import type { HabitNotes, PaymentNote } from './payment-notes.ts';

/** Notes as a decision keeps them: what is said of the wallet, then a row for each payment, null for what has no note. */
export type KeptNotes = readonly [wallet: readonly [newInDay: number, newPerDay: number, seesArrivals: 0 | 1], ...(KeptNote | null)[]];
type KeptNote = readonly [
  bait: number,
  lately: number,
  sum: number,
  usual: number | null,
  above: number | null,
  newUsual: number | null,
  turned: number,
];

/** Numbers of a row; of those, which may be null. */
const FIELDS = 7;
const MAY_BE_NULL: ReadonlySet<number> = new Set([3, 4, 5]);

/** Notes to be kept. */
export function packNotes({ payments, newInDay, newPerDay, seesArrivals }: HabitNotes): KeptNotes {
  const rows = payments.map((note) => (note === null ? null : rowOf(note)));
  return [[newInDay, newPerDay, seesArrivals ? 1 : 0], ...rows];
}

/** Reads kept notes back. Fails closed: undefined for what is malformed. */
export function unpackNotes(kept: unknown): HabitNotes | undefined {
  if (!Array.isArray(kept)) return undefined;
  const [wallet, ...rows] = kept as readonly unknown[];
  if (!isRow(wallet, 3, NONE) || !rows.every((row) => row === null || isRow(row, FIELDS, MAY_BE_NULL))) return undefined;
  const [newInDay, newPerDay, seesArrivals] = wallet as KeptNotes[0];
  return { payments: (rows as readonly (KeptNote | null)[]).map(noteOf), newInDay, newPerDay, seesArrivals: seesArrivals === 1 };
}

const NONE: ReadonlySet<number> = new Set();

function isRow(row: unknown, length: number, mayBeNull: ReadonlySet<number>): boolean {
  return (
    Array.isArray(row) && row.length === length && row.every((value, at) => Number.isFinite(value) || (value === null && mayBeNull.has(at)))
  );
}

function rowOf({ bait, lately, sum, usual, above, newUsual, turned }: PaymentNote): KeptNote {
  return [bait, lately, sum, usual, above, newUsual, turned];
}

function noteOf(row: KeptNote | null): PaymentNote | null {
  if (row === null) return null;
  const [bait, lately, sum, usual, above, newUsual, turned] = row;
  return { bait, lately, sum, usual, above, newUsual, turned };
}
