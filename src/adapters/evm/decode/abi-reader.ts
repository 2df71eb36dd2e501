import { type AbiNode, type AbiType, type AbiValue, abiNodes } from './abi-type.ts';
import { readWord } from './words.ts';

/** Why bytes are no arguments: they end too early, go on after the last value, or are written in another form than the one canonical. */
export type AbiRefusal = 'truncated' | 'trailing_bytes' | 'not_canonical';

interface Cursor {
  readonly data: Uint8Array;
  /** First byte that no value has claimed yet. */
  next: number;
}

const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A length or an offset: a number that could lie within the data, else undefined. */
function readSize({ data }: Cursor, at: number): number | undefined {
  for (let high = at; high < at + 28; high += 1) if (data[high] !== 0) return undefined;
  const size = ((data[at + 28] as number) << 24) | ((data[at + 29] as number) << 16) | ((data[at + 30] as number) << 8);
  const number = (size | (data[at + 31] as number)) >>> 0;
  return number > data.length ? undefined : number;
}

function readLength(cursor: Cursor): number {
  const at = cursor.next;
  if (at + 32 > cursor.data.length) throw 'truncated' satisfies AbiRefusal;
  const length = readSize(cursor, at);
  if (length === undefined) throw 'truncated' satisfies AbiRefusal;
  cursor.next = at + 32;
  return length;
}

function readBytes(cursor: Cursor): Uint8Array {
  const length = readLength(cursor);
  const start = cursor.next;
  const end = start + Math.ceil(length / 32) * 32;
  if (end > cursor.data.length) throw 'truncated' satisfies AbiRefusal;
  for (let pad = start + length; pad < end; pad += 1) if (cursor.data[pad] !== 0) throw 'not_canonical' satisfies AbiRefusal;
  cursor.next = end;
  return cursor.data.subarray(start, start + length);
}

function readText(cursor: Cursor): string {
  const bytes = readBytes(cursor);
  try {
    return TEXT.decode(bytes);
  } catch {
    throw 'not_canonical' satisfies AbiRefusal;
  }
}

function readTail(cursor: Cursor, node: AbiNode): AbiValue {
  if (node.kind === 'bytes') return readBytes(cursor);
  if (node.kind === 'string') return readText(cursor);
  if (node.kind === 'record') return readParts(cursor, node.parts, node.parts.length);
  return readParts(cursor, node.parts, node.kind === 'array' ? node.size : readLength(cursor));
}

/** A value of fixed size whose bytes are known to be there. */
function readFixed(cursor: Cursor, node: AbiNode, at: number): AbiValue {
  if (node.parts.length === 0) {
    const word = readWord(cursor.data, at, node);
    if (word === null) throw 'not_canonical' satisfies AbiRefusal;
    return word;
  }
  const [item] = node.parts as readonly [AbiNode];
  if (node.kind === 'array') return Array.from({ length: node.size }, (_, index) => readFixed(cursor, item, at + index * item.head));
  let next = at;
  return node.parts.map((part) => {
    next += part.head;
    return readFixed(cursor, part, next - part.head);
  });
}

function headOf(parts: readonly AbiNode[], count: number): number {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first.head * count;
  let size = 0;
  for (const part of parts) size += part.head;
  return size;
}

/**
 * Heads one after the other, then the tails in the same order and without a gap: the only layout that encoders write.
 * A single part stands for all `count` items of a list.
 */
function readParts(cursor: Cursor, parts: readonly AbiNode[], count: number): readonly AbiValue[] {
  const base = cursor.next;
  const end = base + headOf(parts, count);
  if (end > cursor.data.length) throw 'truncated' satisfies AbiRefusal;
  cursor.next = end;
  const values: AbiValue[] = [];
  const repeated = parts.length === 1;
  let head = base;
  for (let index = 0; index < count; index += 1) {
    const part = (repeated ? parts[0] : parts[index]) as AbiNode;
    if (!part.dynamic) values.push(readFixed(cursor, part, head));
    else {
      const offset = readSize(cursor, head);
      if (offset === undefined || base + offset !== cursor.next) throw 'not_canonical' satisfies AbiRefusal;
      values.push(readTail(cursor, part));
    }
    head += part.head;
  }
  return values;
}

/**
 * Reads values that fill `data` from `at` to its end in the one canonical ABI encoding, or says why they do not.
 *
 * Each byte is read once: an encoding whose offsets point into each other, which other readers would unfold into
 * gigabytes, ends at its first wrong offset. Byte strings are views of `data`, not copies. A text that is no UTF-8 is not canonical.
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html#strict-encoding-mode
 */
export function readArguments(data: Uint8Array, at: number, types: readonly AbiType[]): readonly AbiValue[] | AbiRefusal {
  const cursor: Cursor = { data, next: at };
  const nodes = abiNodes(types);
  try {
    const values = readParts(cursor, nodes, nodes.length);
    return cursor.next === data.length ? values : 'trailing_bytes';
  } catch (error) {
    if (error === 'truncated' || error === 'trailing_bytes' || error === 'not_canonical') return error;
    throw error;
  }
}

/** As {@link readArguments}; null for any encoding but the canonical one. */
export function readAbi(data: Uint8Array, at: number, types: readonly AbiType[]): readonly AbiValue[] | null {
  const values = readArguments(data, at, types);
  return typeof values === 'string' ? null : values;
}
