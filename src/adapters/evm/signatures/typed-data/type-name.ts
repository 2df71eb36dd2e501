import { refuse } from '../refuse.ts';

/** One dimension of a list: its fixed length, or null where it has any. */
export type Dimension = number | null;

/** A type of a member: what it is a list of, from the inside out. `uint8[2][]` has the dimensions 2 and any. */
export interface TypeName {
  readonly text: string;
  readonly base: string;
  readonly dimensions: readonly Dimension[];
}

/** A type that is one word, or bytes of any length. */
export type AtomicType =
  | { readonly kind: 'uint' | 'int'; readonly bits: number }
  | { readonly kind: 'fixed_bytes'; readonly size: number }
  | { readonly kind: 'address' | 'bool' | 'bytes' | 'string' };

/** An identifier of Solidity; a colon inside is in use too, and cannot be mistaken for a part of an encoded type. */
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*(?::[A-Za-z_$][A-Za-z0-9_$]*)*$/;
const MAX_NAME = 128;
const TYPE = /^([^[\]]+)((?:\[(?:[1-9][0-9]{0,4})?\])*)$/;
/** Lists of lists. Seaport's bulk orders are trees: 8 deep are 256 orders. */
const MAX_DIMENSIONS = 8;

/** Whether the text names a type or member and nothing else: no comma, bracket or space that would read as more. */
export function isIdentifier(text: string): boolean {
  // Not a name that a plain object could hold.
  return text.length <= MAX_NAME && IDENTIFIER.test(text) && text !== '__proto__';
}

/** Reads the type of a member. @throws PAYLOAD_UNDECODABLE for anything but a name with list brackets */
export function parseTypeName(text: string): TypeName {
  const found = text.length <= MAX_NAME + 32 ? TYPE.exec(text) : null;
  const base = found?.[1] ?? '';
  if (found === null || !isIdentifier(base)) throw refuse('type_name_invalid', { type: text.slice(0, 64) });
  const dimensions = [...(found[2] as string).matchAll(/\[([0-9]*)\]/g)].map(([, size]) => (size === '' ? null : Number(size)));
  if (dimensions.length > MAX_DIMENSIONS) throw refuse('type_name_invalid', { type: text.slice(0, 64) });
  return { text, base, dimensions };
}

/**
 * The atomic type of this name; undefined where it must be a struct. `uint` and `int` alone are not among them: EIP-712 asks
 * for the canonical spelling, and those who take them for 256 bits hash another type.
 * @throws PAYLOAD_UNDECODABLE for a name that is almost one: `uint7`, `bytes33`, `int`, `byte`
 */
export function atomicType(base: string): AtomicType | undefined {
  if (base === 'address' || base === 'bool' || base === 'bytes' || base === 'string') return { kind: base };
  const integer = /^(u?int)([0-9]*)$/.exec(base);
  if (integer !== null) {
    const bits = Number(integer[2]);
    if (bits < 8 || bits > 256 || bits % 8 !== 0 || String(bits) !== integer[2]) throw refuse('type_unknown', { type: base });
    return { kind: integer[1] as 'uint' | 'int', bits };
  }
  const fixed = /^bytes([0-9]+)$/.exec(base);
  if (fixed !== null) {
    const size = Number(fixed[1]);
    if (size < 1 || size > 32 || String(size) !== fixed[1]) throw refuse('type_unknown', { type: base });
    return { kind: 'fixed_bytes', size };
  }
  if (base === 'byte' || base === 'function' || /^u?fixed/.test(base)) throw refuse('type_unknown', { type: base });
  return undefined;
}
