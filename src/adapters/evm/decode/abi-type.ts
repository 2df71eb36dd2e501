import { CastellanError } from '../../../core/errors.ts';

/** Types that fill one 32-byte word. */
export type WordType = 'address' | 'bool' | `uint${number}` | `int${number}` | `bytes${number}`;

/** Every type of the ABI: words, byte strings, texts, lists (of a fixed `length` or of any), and records. */
export type AbiType =
  | WordType
  | 'bytes'
  | 'string'
  | { readonly list: AbiType; readonly length?: number }
  | { readonly record: readonly AbiType[] };

/** A word as read: addresses and bytesN as lowercase hex, numbers as bigint. */
export type Word = string | bigint | boolean;

/** A value as read: a record is a list of its parts in order. */
export type AbiValue = Word | Uint8Array | readonly AbiValue[];

/** A type prepared for reading. */
export interface AbiNode {
  readonly kind: 'address' | 'bool' | 'uint' | 'int' | 'fixed' | 'bytes' | 'string' | 'list' | 'array' | 'record';
  /** Bytes of the word that carry the value; for an array its length. */
  readonly size: number;
  readonly dynamic: boolean;
  /** Bytes that it takes in the head of what holds it. */
  readonly head: number;
  /** A record's parts; the one kind of item of a list or array. */
  readonly parts: readonly AbiNode[];
}

/** Items of a fixed array: none of the methods that people call takes more than a few. */
const MAX_FIXED_LENGTH = 4_096;

const NUMBER = /^(uint|int)([1-9][0-9]{0,2})$/;
const FIXED = /^bytes([1-9][0-9]?)$/;

function refuse(type: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: `The ABI knows no type ${type.slice(0, 64)}.` });
}

function wordNode(type: string): AbiNode {
  const word = { dynamic: false, head: 32, parts: [] };
  if (type === 'address') return { kind: 'address', size: 20, ...word };
  if (type === 'bool') return { kind: 'bool', size: 1, ...word };
  const number = NUMBER.exec(type);
  const bits = Number(number?.[2]);
  if (number !== null && bits <= 256 && bits % 8 === 0) return { kind: number[1] as 'uint' | 'int', size: bits / 8, ...word };
  const bytes = Number(FIXED.exec(type)?.[1]);
  if (bytes <= 32) return { kind: 'fixed', size: bytes, ...word };
  throw refuse(type);
}

/** Prepares one type for reading. @throws CONFIG_INVALID for a type that the ABI does not know, or of no size at all */
export function abiNode(type: AbiType): AbiNode {
  if (type === 'bytes' || type === 'string') return { kind: type, size: 0, dynamic: true, head: 32, parts: [] };
  if (typeof type === 'string') return wordNode(type);
  if ('record' in type) return recordNode(type.record);
  const item = abiNode(type.list);
  if (type.length === undefined) return { kind: 'list', size: 0, dynamic: true, head: 32, parts: [item] };
  if (!Number.isSafeInteger(type.length) || type.length < 1 || type.length > MAX_FIXED_LENGTH) throw refuse(`[${type.length}]`);
  return { kind: 'array', size: type.length, dynamic: item.dynamic, head: item.dynamic ? 32 : item.head * type.length, parts: [item] };
}

function recordNode(types: readonly AbiType[]): AbiNode {
  if (types.length === 0) throw refuse('()');
  const parts = types.map(abiNode);
  const dynamic = parts.some((part) => part.dynamic);
  return { kind: 'record', size: 0, dynamic, head: dynamic ? 32 : parts.reduce((sum, part) => sum + part.head, 0), parts };
}

const prepared = new WeakMap<readonly AbiType[], readonly AbiNode[]>();

/** The types of one list of arguments, prepared once for each list. @throws CONFIG_INVALID */
export function abiNodes(types: readonly AbiType[]): readonly AbiNode[] {
  const known = prepared.get(types);
  if (known !== undefined) return known;
  const nodes = types.map(abiNode);
  prepared.set(types, nodes);
  return nodes;
}

/** The type as signatures spell it. */
export function spellType(type: AbiType): string {
  if (typeof type === 'string') return type;
  if ('record' in type) return `(${type.record.map(spellType).join(',')})`;
  return `${spellType(type.list)}[${type.length ?? ''}]`;
}
