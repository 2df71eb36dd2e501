import { BitString, Cell } from '@ton/core';

/** A cell that nobody needed the hash of yet; hashing is what costs. */
export interface Draft {
  /** Data from the first bit on, zeros behind the last one. */
  readonly bytes: Uint8Array;
  readonly bits: number;
  readonly refs: readonly (Draft | Cell)[];
}

/** Data of a cell as bytes from its first bit on, zeros behind the last one. May be the cell's own memory: read only. */
export function bytesOf(cell: Draft | Cell): Uint8Array {
  if (!(cell instanceof Cell)) return cell.bytes;
  const { bits } = cell;
  const whole = bits.length & ~7;
  const head = bits.subbuffer(0, whole);
  if (head !== null && whole === bits.length) return head;
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  if (head !== null) bytes.set(head);
  for (let at = head === null ? 0 : whole; at < bits.length; at += 1) {
    if (bits.at(at)) bytes[at >> 3] = (bytes[at >> 3] as number) | (0x80 >> (at & 7));
  }
  return bytes;
}

/** Bits of data in a cell. */
export function bitsOf(cell: Draft | Cell): number {
  return cell instanceof Cell ? cell.bits.length : cell.bits;
}

// By identity, so that a draft which many refer to is hashed once, and stays one cell.
const hashed = new WeakMap<Draft, Cell>();

/** The cell of a draft, hashed. */
export function cellOf(draft: Draft | Cell): Cell {
  if (draft instanceof Cell) return draft;
  const known = hashed.get(draft);
  if (known !== undefined) return known;
  const { bytes, bits, refs } = draft;
  const cell =
    bits === 0 && refs.length === 0 ? Cell.EMPTY : new Cell({ bits: new BitString(Buffer.from(bytes), 0, bits), refs: refs.map(cellOf) });
  hashed.set(draft, cell);
  return cell;
}

/** Whether two cells are the same: the same bits and the same references, all the way down. */
export function isSame(one: Draft | Cell, other: Draft | Cell): boolean {
  if (one === other) return true;
  // One side is hashed already: then the other one is too, wherever it was read from the same bytes.
  if (one instanceof Cell || other instanceof Cell) return cellOf(one).equals(cellOf(other));
  if (one.bits !== other.bits || one.refs.length !== other.refs.length) return false;
  if (Buffer.compare(one.bytes, other.bytes) !== 0) return false;
  return one.refs.every((ref, index) => isSame(ref, other.refs[index] as Draft | Cell));
}
