import { CastellanError } from '../../core/errors.ts';
import type { EvmAddress } from './address.ts';

const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]{0,63})$/;
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;
const BYTES = /^0x(?:[0-9a-f]{2})*$/;

/** The error for an answer whose shape is not what the method promises. */
export function malformed(field: string, reason = 'malformed'): CastellanError {
  return new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: `The endpoint’s answer is not what the method promises (${field}).`,
    details: { field, reason },
    retryable: true,
  });
}

function matching(value: unknown, pattern: RegExp, field: string): string {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (!pattern.test(text)) throw malformed(field);
  return text;
}

/** A hex quantity without leading zeros, at most 256 bits. @throws CHAIN_RESPONSE_INVALID */
export function readQuantity(value: unknown, field: string): bigint {
  return BigInt(matching(value, QUANTITY, field));
}

/** A quantity that must be a safe integer, such as a block number. @throws CHAIN_RESPONSE_INVALID */
export function readCount(value: unknown, field: string): number {
  const count = readQuantity(value, field);
  if (count > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(field);
  return Number(count);
}

/** 32 bytes, lowercase hex with `0x`. @throws CHAIN_RESPONSE_INVALID */
export function readHash(value: unknown, field: string): string {
  return matching(value, HASH, field);
}

/** An address in lowercase. @throws CHAIN_RESPONSE_INVALID */
export function readAddress(value: unknown, field: string): EvmAddress {
  return matching(value, ADDRESS, field) as EvmAddress;
}

/** Bytes in lowercase hex with `0x`. @throws CHAIN_RESPONSE_INVALID */
export function readBytes(value: unknown, field: string): `0x${string}` {
  return matching(value, BYTES, field) as `0x${string}`;
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

/** A number as the method parameters spell it. */
export function toQuantity(value: bigint | number): `0x${string}` {
  return `0x${value.toString(16)}`;
}
