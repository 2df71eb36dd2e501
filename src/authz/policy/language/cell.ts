/**
 * The constants that rules compare a field with cut whatever it can be into cells, numbered from 0 on, and a comparison holds for
 * whole cells: each field is compared once for an item, however many rules look at it.
 */
export type Cell = number;
/** The field does not apply: no comparison holds. */
export const ABSENT: Cell = -1;
/** The field cannot be told: neither can a comparison. */
export const UNKNOWN: Cell = -2;
/** Cells of what is false or true. */
export const FALSE: Cell = 0;
export const TRUE: Cell = 1;

/** Tells the cell of what a field is: null where it does not apply, undefined where it cannot be told. */
export interface Cells<T> {
  /** The cell of a value. */
  of(value: T | null | undefined): Cell;
}

/** The cells that a comparison holds for: from the first to the last, and among these the listed; or every other. */
export interface CellSet {
  readonly first: Cell;
  readonly last: Cell;
  /** Null where it is all of them. */
  readonly listed: ReadonlySet<Cell> | null;
  readonly isOutside: boolean;
}

/** Every cell from the first to the last. */
export function cellRange(first: Cell, last: Cell): CellSet {
  return { first, last, listed: null, isOutside: false };
}

/** Some cells, or with `isOutside` all others. Cells in a row need no list. */
export function cellSet(cells: readonly Cell[], isOutside: boolean): CellSet {
  const listed = new Set(cells);
  const first = cells.reduce((least, cell) => Math.min(least, cell), MOST_CELLS);
  const last = cells.reduce((most, cell) => Math.max(most, cell), 0);
  return { first, last, listed: listed.size === last - first + 1 ? null : listed, isOutside };
}

/** More than any field has. */
const MOST_CELLS: Cell = 0x3fff_ffff;

/** The cells from the first to the last that are listed, or all of them. */
export function cellsIn({ first, last, listed }: CellSet): readonly Cell[] {
  return listed === null ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [...listed];
}
