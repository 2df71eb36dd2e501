import { Cell } from '@ton/core';
import type { Draft } from './draft.ts';
import { bitsOf, bytesOf, cellOf } from './draft.ts';
import { undecodable } from './undecodable.ts';

/** Bounds that the network itself sets for a message from outside: bytes, cells, depth. */
export const MAX_BOC_BYTES = 65_535;
export const MAX_CELLS = 8_192;
export const MAX_DEPTH = 512;

const MAGIC = 0xb5ee9c72;
const MAX_REFS = 4;

/** Reads big-endian numbers and slices; never past the end. */
interface Source {
  readonly bytes: Uint8Array;
  at: number;
}

function uint(source: Source, size: number): number {
  if (source.at + size > source.bytes.length) throw undecodable('boc_truncated');
  let value = 0;
  for (let end = source.at + size; source.at < end; source.at += 1) value = value * 256 + (source.bytes[source.at] as number);
  return value;
}

interface RawCell {
  readonly bytes: Uint8Array;
  readonly bits: number;
  readonly refs: readonly number[];
}

/** Bits of a cell's data: where the last byte is not whole, its lowest set bit marks the end and is no data. */
function unpadded(data: Uint8Array, partial: boolean): { readonly bytes: Uint8Array; readonly bits: number } {
  if (!partial) return { bytes: data, bits: data.length * 8 };
  const last = data[data.length - 1] as number;
  const mark = last & -last;
  // Nothing but the mark, or none: a byte that need not be there.
  if (last === 0 || mark === 0x80) throw undecodable('boc_not_canonical');
  data[data.length - 1] = last ^ mark;
  return { bytes: data, bits: data.length * 8 - (Math.log2(mark) + 1) };
}

/** `d1 = refs + 8·exotic + 16·hashes + 32·level`, `d2 = ⌊bits/8⌋ + ⌈bits/8⌉`, data, refs. */
function rawCell(source: Source, index: number, cells: number, size: number): RawCell {
  const d1 = uint(source, 1);
  if ((d1 & 8) !== 0) throw undecodable('exotic_cell');
  if (d1 > MAX_REFS) throw undecodable('boc_not_canonical');
  const d2 = uint(source, 1);
  const length = (d2 >> 1) + (d2 & 1);
  if (source.at + length > source.bytes.length) throw undecodable('boc_truncated');
  const data = source.bytes.subarray(source.at, source.at + length);
  source.at += length;
  const refs: number[] = [];
  for (let count = 0; count < d1; count += 1) {
    const ref = uint(source, size);
    // Only forward: so there are no circles, and building from the end needs no recursion.
    if (ref <= index || ref >= cells) throw undecodable('boc_not_canonical');
    refs.push(ref);
  }
  return { ...unpadded(data, (d2 & 1) === 1), refs };
}

function build(raw: readonly RawCell[]): Draft {
  const built: Draft[] = new Array(raw.length);
  const depths: number[] = new Array(raw.length);
  for (let index = raw.length - 1; index >= 0; index -= 1) {
    const { bytes, bits, refs } = raw[index] as RawCell;
    const depth = refs.reduce((most, ref) => Math.max(most, (depths[ref] as number) + 1), 0);
    if (depth > MAX_DEPTH) throw undecodable('cells_too_deep');
    depths[index] = depth;
    built[index] = { bytes, bits, refs: refs.map((ref) => built[ref] as Draft) };
  }
  return built[0] as Draft;
}

/**
 * Reads a bag of cells that must be the one canonical spelling of its root (see {@link writeBoc}).
 *
 * Fails closed for several roots, exotic or absent cells, an index, a checksum, cells out of order, twice or unreachable,
 * and anything beyond the network's own bounds of size, count and depth.
 * @throws PAYLOAD_UNDECODABLE
 * @see https://docs.ton.org/foundations/serialization/boc
 */
export function readBoc(bytes: Uint8Array): Cell {
  return cellOf(readDraft(bytes));
}

/** Reads what {@link readBoc} reads, of at most `most` cells, and hashes nothing. @throws PAYLOAD_UNDECODABLE */
export function readDraft(bytes: Uint8Array, most = MAX_CELLS): Draft {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) throw undecodable('empty');
  if (bytes.length > MAX_BOC_BYTES) throw undecodable('too_large', { bytes: bytes.length });
  // A copy of our own: cells are views of it, and end marks are cleared in it.
  const source: Source = { bytes: Buffer.from(bytes), at: 0 };
  if (uint(source, 4) !== MAGIC) throw undecodable('not_a_boc');
  const size = uint(source, 1);
  // The five flags (index, checksum, cache bits, two reserved) must be clear.
  if (size !== 1 && size !== 2) throw undecodable('boc_not_canonical');
  const offset = uint(source, 1);
  if (offset < 1 || offset > 3) throw undecodable('boc_not_canonical');
  const cells = uint(source, size);
  if (uint(source, size) !== 1) throw undecodable('boc_roots');
  if (uint(source, size) !== 0 || cells === 0) throw undecodable('boc_not_canonical');
  if (cells > most) throw undecodable('too_many_cells', { cells });
  const total = uint(source, offset);
  if (uint(source, size) !== 0 || source.at + total !== bytes.length) throw undecodable('boc_not_canonical');
  const raw: RawCell[] = [];
  for (let index = 0; index < cells; index += 1) raw.push(rawCell(source, index, cells, size));
  if (source.at !== bytes.length) throw undecodable('boc_not_canonical');
  const root = build(raw);
  if (Buffer.compare(writeBoc(root), bytes) !== 0) throw undecodable('boc_not_canonical');
  return root;
}

interface Node {
  readonly bits: number;
  readonly bytes: Uint8Array;
  readonly refs: readonly number[];
  readonly depth: number;
}

/** Numbers cells by what is in them, so that equal ones are one, without hashing. */
function interned(root: Draft | Cell): { readonly nodes: readonly Node[]; readonly root: number } {
  const nodes: Node[] = [];
  const byContent = new Map<string, number>();
  const byIdentity = new Map<Draft | Cell, number>();
  const visit = (cell: Draft | Cell): number => {
    const known = byIdentity.get(cell);
    if (known !== undefined) return known;
    if (cell instanceof Cell && cell.isExotic) throw undecodable('exotic_cell');
    const refs = cell.refs.map(visit);
    const depth = refs.reduce((most, ref) => Math.max(most, (nodes[ref] as Node).depth + 1), 0);
    if (depth > MAX_DEPTH) throw undecodable('cells_too_deep');
    const bits = bitsOf(cell);
    const bytes = bytesOf(cell);
    const key = `${bits}/${refs.join()}/${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')}`;
    const number = byContent.get(key) ?? nodes.push({ bits, bytes, refs, depth }) - 1;
    byContent.set(key, number);
    byIdentity.set(cell, number);
    return number;
  };
  const first = visit(root);
  return { nodes, root: first };
}

/** Each cell before what it refers to, in the order of the usual libraries. */
function ordered(nodes: readonly Node[], root: number): readonly number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  const visit = (number: number): void => {
    seen.add(number);
    for (const ref of (nodes[number] as Node).refs.toReversed()) if (!seen.has(ref)) visit(ref);
    order.push(number);
  };
  visit(root);
  return order.reverse();
}

const bytesFor = (value: number): number => (value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 3);

/**
 * The canonical bag of cells of a root: one root, no index, no checksum, each distinct cell once.
 * @throws PAYLOAD_UNDECODABLE for exotic cells or beyond the bounds of {@link readBoc}
 */
export function writeBoc(top: Draft | Cell): Uint8Array {
  const { nodes, root } = interned(top);
  if (nodes.length > MAX_CELLS) throw undecodable('too_many_cells', { cells: nodes.length });
  const size = bytesFor(nodes.length);
  const total = nodes.reduce((sum, { bytes, refs }) => sum + 2 + bytes.length + size * refs.length, 0);
  const offset = bytesFor(total);
  const length = 6 + 4 * size + offset + total;
  if (length > MAX_BOC_BYTES) throw undecodable('too_large', { bytes: length });
  const out = Buffer.alloc(length);
  let at = out.writeUInt32BE(MAGIC);
  at = out.writeUInt8(size, at);
  at = out.writeUInt8(offset, at);
  at = out.writeUIntBE(nodes.length, at, size);
  at = out.writeUIntBE(1, at, size) + size;
  at = out.writeUIntBE(total, at, offset) + size;
  const order = ordered(nodes, root);
  const places: number[] = new Array(nodes.length);
  for (const [place, number] of order.entries()) places[number] = place;
  for (const number of order) {
    const { bits, bytes, refs } = nodes[number] as Node;
    at = out.writeUInt8(refs.length, at);
    at = out.writeUInt8((bits >> 3) + bytes.length, at);
    out.set(bytes, at);
    at += bytes.length;
    if ((bits & 7) !== 0) out[at - 1] = (out[at - 1] as number) | (0x80 >> (bits & 7));
    for (const ref of refs) at = out.writeUIntBE(places[ref] as number, at, size);
  }
  return new Uint8Array(out.buffer, out.byteOffset, length);
}
