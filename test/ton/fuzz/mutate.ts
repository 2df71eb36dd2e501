import { readDraft, writeBoc } from '../../../src/adapters/ton/boc.ts';
import type { Draft } from '../../../src/adapters/ton/draft.ts';
import { bitsOf, bytesOf } from '../../../src/adapters/ton/draft.ts';

/** Draws whole numbers below a limit, always the same ones for the same seed (xorshift32). */
export function createDraw(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
export type Draw = ReturnType<typeof createDraw>;

/** Numbers by which operations are told, so that a mutation may turn one order into another. */
const OPS = [
  0, 2, 3, 4, 21, 0x0f8a7ea5, 0x595f07bc, 0x5fcc3d14, 0x2167da4b, 0x25938561, 0x6664de2a, 0xe3a0d482, 0xea06185d, 0x47d54391, 0x73696e74,
  0x6578746e, 0xae42e5a4, 0xf718510f, 0xa32c59bf, 0x6501f354, 0x4eb1f0f9, 0x0ec3c86d, 0xad4de08e, 0x7369676e, 0xf1381e5b,
] as const;

/** One to three edits of the bytes: bits flipped, bytes replaced, inserted or removed, the end cut off. */
export function mutateBytes(payload: Uint8Array, draw: Draw): Uint8Array {
  const bytes = [...payload];
  for (let edits = 1 + draw(3); edits > 0 && bytes.length > 0; edits -= 1) {
    const at = draw(bytes.length);
    const kind = draw(8);
    if (kind < 4) bytes[at] = (bytes[at] as number) ^ (1 << draw(8));
    else if (kind === 4) bytes[at] = draw(256);
    else if (kind === 5) bytes.splice(at, 0, draw(256));
    else if (kind === 6) bytes.splice(at, 1);
    else bytes.length = at + 1;
  }
  return Uint8Array.from(bytes);
}

interface Editable {
  bytes: Uint8Array;
  bits: number;
  refs: Editable[];
}

function cellsOf(root: Editable, found: Editable[] = []): Editable[] {
  found.push(root);
  if (found.length < 200) for (const ref of root.refs) cellsOf(ref, found);
  return found;
}

/** Each cell once, however many refer to it. */
function distinctCells(root: Editable, found = new Set<Editable>()): ReadonlySet<Editable> {
  if (!found.has(root)) {
    found.add(root);
    for (const ref of root.refs) distinctCells(ref, found);
  }
  return found;
}

type Source = Parameters<typeof bitsOf>[0];

/** With `made`, cells that many refer to stay one cell: a change of it is a change for all of them. */
function editable(cell: Source, made?: Map<Source, Editable>): Editable {
  const known = made?.get(cell);
  if (known !== undefined) return known;
  const copy = { bytes: Uint8Array.from(bytesOf(cell)), bits: bitsOf(cell), refs: cell.refs.map((ref) => editable(ref, made)) };
  made?.set(cell, copy);
  return copy;
}

const setBit = (cell: Editable, at: number, value: boolean): void => {
  const mask = 0x80 >> (at & 7);
  cell.bytes[at >> 3] = value ? (cell.bytes[at >> 3] as number) | mask : (cell.bytes[at >> 3] as number) & ~mask;
};

function resize(cell: Editable, bits: number): void {
  const bytes = new Uint8Array((bits + 7) >> 3);
  bytes.set(cell.bytes.subarray(0, bytes.length));
  cell.bytes = bytes;
  cell.bits = bits;
  for (let at = bits; at < bytes.length * 8; at += 1) setBit(cell, at, false);
}

/** One change of one cell: a bit, a number in front, its length, its references, or a cell from elsewhere in its place. */
function edit(cell: Editable, donors: readonly Editable[], draw: Draw): void {
  const kind = draw(16);
  const donor = donors[draw(donors.length)] as Editable;
  if (kind < 6 && cell.bits > 0) {
    const at = draw(cell.bits);
    setBit(cell, at, ((cell.bytes[at >> 3] as number) & (0x80 >> (at & 7))) === 0);
  } else if (kind < 9 && cell.bits >= 32) {
    const op = OPS[draw(OPS.length)] as number;
    for (let bit = 0; bit < 32; bit += 1) setBit(cell, bit, (Math.floor(op / 2 ** (31 - bit)) & 1) === 1);
  } else if (kind === 9) resize(cell, draw(cell.bits + 1));
  else if (kind === 10) resize(cell, Math.min(1023, cell.bits + 1 + draw(40)));
  else if (kind === 11 && cell.refs.length > 0) cell.refs.splice(draw(cell.refs.length), 1);
  else if (kind === 12 && cell.refs.length < 4) cell.refs.push(donor);
  else if (kind === 13 && cell.refs.length > 0) cell.refs[draw(cell.refs.length)] = donor;
  else if (kind === 14 && cell.refs.length > 1) cell.refs.reverse();
  else Object.assign(cell, { bytes: donor.bytes.slice(), bits: donor.bits, refs: [...donor.refs] });
}

/**
 * Changes one to three cells of the tree, with cells of `other` to put in their place; canonical bytes again. With `shared`, cells
 * that many refer to are changed as one: a tree of thousands of messages that share all but their heads stays one.
 */
export function mutateCells(payload: Uint8Array, other: Uint8Array, draw: Draw, shared = false): Uint8Array {
  const root = editable(readDraft(payload), shared ? new Map() : undefined);
  const donors = cellsOf(editable(readDraft(other)));
  for (let edits = 1 + draw(3); edits > 0; edits -= 1) {
    const all = shared ? [...distinctCells(root)] : cellsOf(root);
    edit(all[draw(all.length)] as Editable, donors, draw);
  }
  return writeBoc(root as Draft);
}
