import { Address, Cell } from '@ton/core';
import { parseTonAddress } from '../../core/index.ts';
import { ApiFailure, malformed } from './failure.ts';

/** The parameters of one call, read by name. Each reader throws an ApiFailure that names what is wrong. */
export interface Params {
  /** As it stands in the request, undefined where it does not. */
  raw(name: string): unknown;
  text(name: string): string;
  flag(name: string, otherwise: boolean): boolean;
  int(name: string): number;
  optionalInt(name: string): number | null;
  bigint(name: string): bigint;
  optionalBigint(name: string): bigint | null;
  address(name: string): Address;
  /** 32 bytes as hex or base64, in base64; null where left out. */
  optionalHash(name: string): string | null;
  /** Exactly one root; null where left out or empty. */
  optionalCell(name: string): Cell | null;
  cell(name: string): Cell;
}

const INTEGER = /^-?\d{1,30}$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX_HASH = /^[0-9a-fA-F]{64}$/;

/** Reads what a request gave; nothing of it is trusted. */
export function toParams(source: unknown): Params {
  if (source !== undefined && source !== null && (typeof source !== 'object' || Array.isArray(source)))
    throw malformed('params is an object');
  const given = (source ?? {}) as Readonly<Record<string, unknown>>;
  const raw = (name: string): unknown => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value === null ? undefined : value;
  };
  const optionalBigint = (name: string): bigint | null => {
    const value = raw(name);
    return value === undefined ? null : toBigint(value, name);
  };
  const optionalInt = (name: string): number | null => {
    const value = optionalBigint(name);
    if (value !== null && !Number.isSafeInteger(Number(value))) throw malformed(`${name} is out of range`);
    return value === null ? null : Number(value);
  };
  const text = (name: string): string => {
    const value = raw(name);
    if (typeof value !== 'string') throw malformed(`${name} is a text`);
    return value;
  };
  const optionalCell = (name: string): Cell | null => {
    const value = raw(name);
    return value === undefined || value === '' ? null : toCell(value, name);
  };
  return {
    raw,
    text,
    optionalBigint,
    optionalInt,
    optionalCell,
    flag(name, otherwise) {
      const value = raw(name) ?? otherwise;
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw malformed(`${name} is true or false`);
    },
    int: (name) => present(optionalInt(name), name),
    bigint: (name) => present(optionalBigint(name), name),
    cell: (name) => present(optionalCell(name), name),
    address: (name) => toAddress(text(name)),
    optionalHash(name) {
      const value = raw(name);
      return value === undefined || value === '' ? null : toHash(value, name);
    },
  };
}

function present<Value>(value: Value | null, name: string): Value {
  if (value === null) throw malformed(`${name} is required`);
  return value;
}

/** An integer, or decimal text: logical times do not fit a JSON number everywhere. */
export function toBigint(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value);
  throw malformed(`${name} is an integer`);
}

/** @throws ApiFailure with 416, as toncenter */
export function toAddress(text: string): Address {
  try {
    return Address.parseRaw(parseTonAddress(text).raw);
  } catch {
    throw new ApiFailure(416, 'Incorrect address');
  }
}

/** Hex or base64 of 32 bytes, in base64. */
export function toHash(value: unknown, name: string): string {
  if (typeof value === 'string') {
    if (HEX_HASH.test(value)) return Buffer.from(value, 'hex').toString('base64');
    const bytes = BASE64.test(value) ? Buffer.from(value, 'base64') : Buffer.alloc(0);
    if (bytes.length === 32) return bytes.toString('base64');
  }
  throw malformed(`${name} is a hash of 32 bytes, hex or base64`);
}

/** A bag with one root, in base64. */
export function toCell(value: unknown, name: string): Cell {
  if (typeof value === 'string' && value !== '' && BASE64.test(value)) {
    try {
      const roots = Cell.fromBoc(Buffer.from(value, 'base64'));
      if (roots.length === 1) return roots[0] as Cell;
    } catch {
      // Said below.
    }
  }
  throw malformed(`${name} is a bag of cells with one root, in base64`);
}
