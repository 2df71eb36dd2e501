import type { EvmAddress } from '../address.ts';
import type { AbiValue } from './abi-type.ts';

/**
 * Values under the types that their signature gives them. The reader has checked each against its type, so another kind
 * here is a mistake in a table of methods, and the decoder stops.
 */
function wrong(expected: string): Error {
  return new TypeError(`A method reads a value as ${expected} that its signature does not make one.`);
}

/** A uintN or an intN. */
export function asInteger(value: AbiValue | undefined): bigint {
  if (typeof value !== 'bigint') throw wrong('a number');
  return value;
}

/** An address. */
export function asAddress(value: AbiValue | undefined): EvmAddress {
  if (typeof value !== 'string' || value.length !== 42) throw wrong('an address');
  return value as EvmAddress;
}

/** A bytesN as lowercase hex, or a text. */
export function asString(value: AbiValue | undefined): string {
  if (typeof value !== 'string') throw wrong('a text');
  return value;
}

/** A bool. */
export function asFlag(value: AbiValue | undefined): boolean {
  if (typeof value !== 'boolean') throw wrong('a bool');
  return value;
}

/** A byte string. */
export function asBytes(value: AbiValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrong('bytes');
  return value;
}

/** A list, an array or a record. */
export function asList(value: AbiValue | undefined): readonly AbiValue[] {
  if (!Array.isArray(value)) throw wrong('a list');
  return value as readonly AbiValue[];
}

/** A list of records. */
export function asRows(value: AbiValue | undefined): readonly (readonly AbiValue[])[] {
  return asList(value).map(asList);
}
