import { hexOf } from '../address.ts';
import type { AbiNode, Word } from './abi-type.ts';

/** A big-endian number; what is small, as most numbers are, costs no big arithmetic. */
export function uintOf(data: Uint8Array, from: number, to: number): bigint {
  let at = from;
  while (at < to && data[at] === 0) at += 1;
  if (to - at > 6) return BigInt(hexOf(data, at, to));
  let small = 0;
  for (; at < to; at += 1) small = small * 256 + (data[at] as number);
  return BigInt(small);
}

function allAre(byte: number, data: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (data[at] !== byte) return false;
  return true;
}

function signed(data: Uint8Array, start: number, end: number): bigint | null {
  const negative = (data[start] as number) >= 0x80;
  if (!allAre(negative ? 0xff : 0, data, end - 32, start)) return null;
  return BigInt.asIntN((end - start) * 8, uintOf(data, start, end));
}

/** Reads the word at `at`, which lies within `data`; null where the padding is not the canonical one, or a bool is neither 0 nor 1. */
export function readWord(data: Uint8Array, at: number, { kind, size }: AbiNode): Word | null {
  const end = at + 32;
  if (kind === 'fixed') return allAre(0, data, at + size, end) ? hexOf(data, at, at + size) : null;
  const start = end - size;
  if (kind === 'int') return signed(data, start, end);
  if (!allAre(0, data, at, start)) return null;
  if (kind === 'address') return hexOf(data, start, end);
  if (kind === 'uint') return uintOf(data, start, end);
  const flag = data[start] as number;
  return flag > 1 ? null : flag === 1;
}
