import { Cell } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';

const DECIMAL = /^-?(?:0|[1-9][0-9]{0,79})$/;
const HASH = /^[A-Za-z0-9+/_-]{43}=?$/;
const HEX_HASH = /^[0-9a-fA-F]{64}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The error for an answer whose shape is not what the method promises. */
export function malformed(field: string, reason = 'malformed'): CastellanError {
  return new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: `The endpoint’s answer is not what the method promises (${field}).`,
    details: { field, reason },
    retryable: true,
  });
}

/** A whole number, as decimal text or as a number that holds it exactly. @throws CHAIN_RESPONSE_INVALID */
export function readInteger(value: unknown, field: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value !== 'string' || !DECIMAL.test(value)) throw malformed(field);
  return BigInt(value);
}

/** A whole number from 0 to 2^53 − 1, such as a block number. @throws CHAIN_RESPONSE_INVALID */
export function readCount(value: unknown, field: string): number {
  const count = readInteger(value, field);
  if (count < 0n || count > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(field);
  return Number(count);
}

/** 32 bytes in base64 or hex; 64 lowercase hex digits come out. @throws CHAIN_RESPONSE_INVALID */
export function readHash(value: unknown, field: string): string {
  const text = typeof value === 'string' ? value : '';
  if (HEX_HASH.test(text)) return text.toLowerCase();
  if (!HASH.test(text)) throw malformed(field);
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 32) throw malformed(field);
  return bytes.toString('hex');
}

/** Text. @throws CHAIN_RESPONSE_INVALID */
export function readText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw malformed(field);
  return value;
}

/** One cell as a bag of cells in base64, with a single root that is an ordinary cell. @throws CHAIN_RESPONSE_INVALID */
export function readCell(value: unknown, field: string): Cell {
  if (typeof value !== 'string' || value.length === 0 || !BASE64.test(value)) throw malformed(field);
  const [root] = readRoots(value, field);
  if (root === undefined) throw malformed(field);
  return root;
}

function readRoots(text: string, field: string): readonly Cell[] {
  try {
    const roots = Cell.fromBoc(Buffer.from(text, 'base64'));
    return roots.length === 1 ? roots : [];
  } catch {
    throw malformed(field, 'no_bag_of_cells');
  }
}

/** The same, where empty text says that there is none. @throws CHAIN_RESPONSE_INVALID */
export function readMaybeCell(value: unknown, field: string): Cell | null {
  return value === '' || value === null || value === undefined ? null : readCell(value, field);
}

/** An object. @throws CHAIN_RESPONSE_INVALID */
export function readObject(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(field);
  return value as Readonly<Record<string, unknown>>;
}

/** A list of at most `max` items. @throws CHAIN_RESPONSE_INVALID */
export function readList(value: unknown, field: string, max: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > max) throw malformed(field);
  return value;
}
