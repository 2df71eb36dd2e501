import { undecodable } from './undecodable.ts';

/** A byte string or a list, as in RLP (Ethereum yellow paper, appendix B). */
export type RlpItem = Uint8Array | readonly RlpItem[];

/** An access list nests three deep; nothing that we read nests deeper. */
const MAX_DEPTH = 4;
/** Items in one payload: bounds the work that a hostile access list can ask for. */
const MAX_ITEMS = 20_000;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  items: number;
}

function readLength(cursor: Cursor, size: number, end: number): number {
  if (size > 4 || cursor.at + size > end) throw undecodable('rlp_length');
  let length = 0;
  for (let index = 0; index < size; index += 1) length = length * 256 + (cursor.bytes[cursor.at + index] as number);
  if (cursor.bytes[cursor.at] === 0 || length <= 55) throw undecodable('rlp_not_canonical');
  cursor.at += size;
  return length;
}

function readItem(cursor: Cursor, end: number, depth: number): RlpItem {
  cursor.items += 1;
  if (depth > MAX_DEPTH || cursor.items > MAX_ITEMS) throw undecodable('rlp_too_deep');
  const prefix = cursor.bytes[cursor.at];
  if (prefix === undefined || cursor.at >= end) throw undecodable('rlp_truncated');
  cursor.at += 1;
  if (prefix < 0x80) return cursor.bytes.subarray(cursor.at - 1, cursor.at);
  const isList = prefix >= 0xc0;
  const short = prefix - (isList ? 0xc0 : 0x80);
  const length = short <= 55 ? short : readLength(cursor, short - 55, end);
  const stop = cursor.at + length;
  if (stop > end) throw undecodable('rlp_truncated');
  if (!isList) {
    if (length === 1 && (cursor.bytes[cursor.at] as number) < 0x80) throw undecodable('rlp_not_canonical');
    cursor.at = stop;
    return cursor.bytes.subarray(stop - length, stop);
  }
  const list: RlpItem[] = [];
  while (cursor.at < stop) list.push(readItem(cursor, stop, depth + 1));
  return list;
}

/** Reads one item that fills `bytes` exactly. @throws PAYLOAD_UNDECODABLE for anything but the canonical encoding. */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const cursor: Cursor = { bytes, at: 0, items: 0 };
  const item = readItem(cursor, bytes.length, 0);
  if (cursor.at !== bytes.length) throw undecodable('rlp_trailing_bytes');
  return item;
}

function header(length: number, base: number): number[] {
  if (length <= 55) return [base + length];
  const size: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  return [base + 55 + size.length, ...size];
}

function write(item: RlpItem, parts: (Uint8Array | readonly number[])[]): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < 0x80) {
      parts.push(item);
      return 1;
    }
    const head = header(item.length, 0x80);
    parts.push(head, item);
    return head.length + item.length;
  }
  const slot = parts.push([]) - 1;
  let length = 0;
  for (const child of item) length += write(child, parts);
  const head = header(length, 0xc0);
  parts[slot] = head;
  return head.length + length;
}

/** The canonical encoding, after an optional type byte (EIP-2718). */
export function encodeRlp(item: RlpItem, typeByte?: number): Uint8Array {
  const parts: (Uint8Array | readonly number[])[] = typeByte === undefined ? [] : [[typeByte]];
  const length = write(item, parts) + (typeByte === undefined ? 0 : 1);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Big-endian bytes without leading zeros; zero is empty, as RLP writes integers. */
export function integerBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}
