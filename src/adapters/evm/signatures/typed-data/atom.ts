import { parseEvmAddress } from '../../../../core/address/evm.ts';
import { keccak256 } from '../../../../core/digest.ts';
import { isCastellanError } from '../../../../core/errors.ts';
import { refuse } from '../refuse.ts';
import { isNumber, type JsonValue } from './json-reader.ts';
import type { AtomicType } from './type-name.ts';

/** An atomic value as read: addresses and bytes in lowercase hex, integers as bigint. */
export type Atom = string | bigint | boolean;

const DECIMAL = /^(?:0|-?[1-9][0-9]{0,77})$/;
const HEX_NUMBER = /^0x[0-9a-fA-F]{1,64}$/;
const HEX_BYTES = /^0x(?:[0-9a-fA-F]{2})*$/;

/** An integer: a JSON number, decimal text, or hex text (never negative). */
function readInteger(value: JsonValue, path: string): bigint {
  if (isNumber(value)) return value.integer;
  if (typeof value === 'string' && (DECIMAL.test(value) || HEX_NUMBER.test(value))) return BigInt(value);
  throw refuse('integer_invalid', { member: path });
}

function readBytes(value: JsonValue, path: string): string {
  if (typeof value !== 'string' || !HEX_BYTES.test(value)) throw refuse('bytes_invalid', { member: path });
  return value.toLowerCase();
}

function readAddress(value: JsonValue, path: string): string {
  try {
    return parseEvmAddress(value as string);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const isShape = typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value);
    throw refuse(isShape ? 'address_checksum' : 'address_invalid', { member: path });
  }
}

/** Reads a value that must be of the type: in range, of the right length, spelled in one of the few ways everybody reads alike. */
export function readAtom(type: AtomicType, value: JsonValue, path: string): Atom {
  switch (type.kind) {
    case 'address':
      return readAddress(value, path);
    case 'bool':
      if (typeof value !== 'boolean') throw refuse('bool_invalid', { member: path });
      return value;
    case 'string':
      if (typeof value !== 'string') throw refuse('string_invalid', { member: path });
      return value;
    case 'bytes':
      return readBytes(value, path);
    case 'fixed_bytes': {
      const bytes = readBytes(value, path);
      if (bytes.length !== 2 + type.size * 2) throw refuse('bytes_length', { member: path });
      return bytes;
    }
    default: {
      const number = readInteger(value, path);
      const [least, most] = type.kind === 'uint' ? [0n, 1n << BigInt(type.bits)] : bounds(type.bits);
      if (number < least || number >= most) throw refuse('integer_out_of_range', { member: path });
      return number;
    }
  }
}

function bounds(bits: number): readonly [bigint, bigint] {
  const half = 1n << BigInt(bits - 1);
  return [-half, half];
}

const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** The one word that stands for the value: the value itself, or the hash of what has any length. */
export function encodeAtom(type: AtomicType, value: Atom): Uint8Array {
  if (type.kind === 'string') return keccak256(Buffer.from(value as string, 'utf8'));
  if (type.kind === 'bytes') return keccak256(fromHex((value as string).slice(2)));
  if (type.kind === 'fixed_bytes') return fromHex((value as string).slice(2).padEnd(64, '0'));
  if (type.kind === 'address') return fromHex((value as string).slice(2).padStart(64, '0'));
  const number = type.kind === 'bool' ? (value === true ? 1n : 0n) : BigInt.asUintN(256, value as bigint);
  if (number > 0xffff_ffffn) return fromHex(number.toString(16).padStart(64, '0'));
  const word = Buffer.alloc(32);
  word.writeUInt32BE(Number(number), 28);
  return word;
}
