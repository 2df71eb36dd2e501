import type { Word, WordType } from './words.ts';
import { readWord } from './words.ts';

/** The types that batching methods take: single words, byte strings, and lists of either or of records of both. */
export type AbiType = WordType | 'bytes' | { readonly list: AbiType } | { readonly record: readonly AbiType[] };

/** A value as read. */
export type AbiValue = Word | Uint8Array | readonly AbiValue[];

interface Cursor {
  readonly data: Uint8Array;
  /** First byte that no value has claimed yet. */
  next: number;
}

const MALFORMED = Symbol('malformed');

function isDynamic(type: AbiType): boolean {
  if (typeof type === 'string') return type === 'bytes';
  return 'list' in type || type.record.some(isDynamic);
}

/** Bytes that the type takes in the head of what holds it. */
function headSize(type: AbiType): number {
  if (isDynamic(type) || typeof type === 'string') return 32;
  return 'record' in type ? type.record.reduce((sum, part) => sum + headSize(part), 0) : 32;
}

/** A length or offset: anything beyond the data is malformed. */
function readSize(cursor: Cursor, at: number): number {
  const word = readWord(cursor.data, at, 'uint256');
  if (word === null || BigInt(word) > BigInt(cursor.data.length)) throw MALFORMED;
  return Number(word);
}

function readBytes(cursor: Cursor): Uint8Array {
  const length = readSize(cursor, cursor.next);
  const start = cursor.next + 32;
  const end = start + Math.ceil(length / 32) * 32;
  if (end > cursor.data.length) throw MALFORMED;
  for (let pad = start + length; pad < end; pad += 1) if (cursor.data[pad] !== 0) throw MALFORMED;
  cursor.next = end;
  return cursor.data.slice(start, start + length);
}

function readTail(cursor: Cursor, type: AbiType): AbiValue {
  if (type === 'bytes') return readBytes(cursor);
  if (typeof type === 'string') throw MALFORMED;
  if ('record' in type) return readSequence(cursor, type.record);
  const length = readSize(cursor, cursor.next);
  cursor.next += 32;
  if (length * headSize(type.list) > cursor.data.length - cursor.next) throw MALFORMED;
  return readSequence(
    cursor,
    Array.from({ length }, () => type.list),
  );
}

/** Heads one after the other, then the tails in the same order and without a gap: the only layout that encoders write. */
function readSequence(cursor: Cursor, types: readonly AbiType[]): readonly AbiValue[] {
  const base = cursor.next;
  const size = types.reduce((sum, type) => sum + headSize(type), 0);
  if (base + size > cursor.data.length) throw MALFORMED;
  cursor.next = base + size;
  let head = base;
  return types.map((type): AbiValue => {
    const at = head;
    head += headSize(type);
    if (isDynamic(type)) {
      if (base + readSize(cursor, at) !== cursor.next) throw MALFORMED;
      return readTail(cursor, type);
    }
    if (typeof type === 'string') {
      const word = readWord(cursor.data, at, type as WordType);
      if (word === null) throw MALFORMED;
      return word;
    }
    throw MALFORMED;
  });
}

/**
 * Reads values that fill `data` from `at` to its end in the one canonical ABI encoding; null for any other.
 *
 * Each byte is read once: an encoding whose offsets point into each other, which other readers would unfold into
 * gigabytes, ends at its first wrong offset.
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html#strict-encoding-mode
 */
export function readAbi(data: Uint8Array, at: number, types: readonly AbiType[]): readonly AbiValue[] | null {
  const cursor: Cursor = { data, next: at };
  try {
    const values = readSequence(cursor, types);
    return cursor.next === data.length ? values : null;
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}
