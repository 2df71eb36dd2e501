import { CastellanError } from './errors.ts';

/** Nesting that {@link canonicalize} accepts; deeper values, cycles among them, are refused. */
export const CANONICAL_MAX_DEPTH = 128;

/** An object shape seen before: its keys as written, and the same keys sorted, with their literals. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  /** `"key":` for each sorted key. */
  readonly literals: readonly string[];
}

/** Shapes kept; records with free keys would grow it without end, so it is emptied when full. */
const SHAPE_LIMIT = 512;
/** Wider objects are sorted each time. */
const SHAPE_WIDTH = 48;
const shapes = new Map<string, Shape[]>();
let shapeCount = 0;

/** Text that needs no escape: neither controls, quote, backslash nor surrogates. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;

/**
 * Writes a value in the one form that has a digest: RFC 8785 (JCS). Keys sorted by UTF-16 units, ECMAScript numbers,
 * no whitespace. A bigint becomes its decimal string; members that are undefined are left out.
 *
 * @throws CastellanError CANONICAL_INVALID for NaN, infinities, undefined outside objects, functions, symbols, lone
 * surrogates, class instances, and nesting beyond {@link CANONICAL_MAX_DEPTH} (so for every cycle).
 */
export function canonicalize(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isFinite(value)) throw refused('a number that is not finite');
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'object':
      if (value === null) return 'null';
      if (depth >= CANONICAL_MAX_DEPTH) throw refused('nesting too deep, or a cycle');
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value as Record<string, unknown>, depth + 1);
    default:
      throw refused(typeof value === 'undefined' ? 'undefined where a value is needed' : `a ${typeof value}`);
  }
}

function writeString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw refused('a lone surrogate');
  return JSON.stringify(text);
}

function writeArray(list: readonly unknown[], depth: number): string {
  const { length } = list;
  if (length === 0) return '[]';
  let out = `[${write(list[0], depth)}`;
  for (let index = 1; index < length; index += 1) out += `,${write(list[index], depth)}`;
  return `${out}]`;
}

function writeObject(object: Record<string, unknown>, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw refused('an instance of a class');
  const keys = Object.keys(object);
  if (keys.length === 0) return '{}';
  const { sorted, literals } = shapeOf(keys);
  let out = '';
  for (let index = 0; index < sorted.length; index += 1) {
    const member = object[sorted[index] as string];
    if (member === undefined) continue;
    out += out === '' ? `{${literals[index]}${write(member, depth)}` : `,${literals[index]}${write(member, depth)}`;
  }
  return out === '' ? '{}' : `${out}}`;
}

/** The sorted order of these keys, from an earlier object with exactly the same keys where there was one. */
function shapeOf(keys: readonly string[]): Shape {
  const width = keys.length;
  if (width > SHAPE_WIDTH) return toShape(keys);
  const first = keys[0] as string;
  let bucket = shapes.get(first);
  if (bucket !== undefined) {
    for (const shape of bucket) if (sameKeys(shape.keys, keys)) return shape;
  }
  const shape = toShape(keys);
  if (shapeCount >= SHAPE_LIMIT) {
    shapes.clear();
    shapeCount = 0;
    bucket = undefined;
  }
  if (bucket === undefined) shapes.set(first, [shape]);
  else bucket.push(shape);
  shapeCount += 1;
  return shape;
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = a.length - 1; index >= 0; index -= 1) if (a[index] !== b[index]) return false;
  return true;
}

function toShape(keys: readonly string[]): Shape {
  // The default order of `sort` is by UTF-16 code units, which is what RFC 8785 asks for.
  const sorted = [...keys].sort();
  return { keys, sorted, literals: sorted.map((key) => `${writeString(key)}:`) };
}

function refused(what: string): CastellanError {
  return new CastellanError('CANONICAL_INVALID', { message: `The value has no canonical form: it holds ${what}.`, details: { what } });
}
