import { hexOf } from '../address.ts';

/** The fixed-size ABI types that the methods we know take; each fills one 32-byte word. */
export type WordType = 'address' | 'bool' | 'uint8' | 'uint48' | 'uint160' | 'uint256' | 'bytes32';

/** An argument as read: addresses and bytes32 as lowercase hex, numbers as bigint. */
export type Word = string | bigint | boolean;

/** How many of a word's 32 bytes the type uses, from the right. */
const WIDTH: Readonly<Record<WordType, number>> = {
  address: 20,
  bool: 1,
  uint8: 1,
  uint48: 6,
  uint160: 20,
  uint256: 32,
  bytes32: 32,
};

/** Reads the word at `at`; null where bytes are missing, the padding is not zero, or a bool is neither 0 nor 1. */
export function readWord(data: Uint8Array, at: number, type: WordType): Word | null {
  const end = at + 32;
  if (end > data.length) return null;
  const start = end - WIDTH[type];
  for (let pad = at; pad < start; pad += 1) if (data[pad] !== 0) return null;
  const hex = hexOf(data, start, end);
  if (type === 'address' || type === 'bytes32') return hex;
  if (type !== 'bool') return BigInt(hex);
  return hex === '0x01' ? true : hex === '0x00' ? false : null;
}

/**
 * Reads exactly `types.length` words that fill `data` from `at` to its end.
 * Null for any encoding but the canonical one: missing or trailing bytes, dirty padding, a bool above one.
 */
export function readWords(data: Uint8Array, at: number, types: readonly WordType[]): readonly Word[] | null {
  if (data.length !== at + types.length * 32) return null;
  const words: Word[] = [];
  for (const [index, type] of types.entries()) {
    const word = readWord(data, at + index * 32, type);
    if (word === null) return null;
    words.push(word);
  }
  return words;
}
