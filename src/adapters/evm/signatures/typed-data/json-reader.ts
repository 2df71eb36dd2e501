import { refuse } from '../refuse.ts';

/** A value of JSON text as it was written: numbers keep their digits, members their order, and no key is special. */
export type JsonValue = string | boolean | null | JsonNumber | readonly JsonValue[] | JsonObject;

/** An integer as it stands in the text. */
export interface JsonNumber {
  readonly integer: bigint;
}

/** Members by name. A map: `__proto__` is a name like any other. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** The most that a node accepts as a transaction; no typed data in use comes near. Bytes of UTF-8. */
export const MAX_JSON_BYTES = 131_072;
/** Objects and lists inside each other. Real ones nest six or seven deep. */
const MAX_DEPTH = 16;
/** Values in one text: bounds the work. */
const MAX_NODES = 10_000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON (RFC 8259) forbids exactly these inside strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Reader {
  readonly #text: string;
  #at = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#take(SPACE);
    if (this.#at !== this.#text.length) throw refuse('json_malformed', { at: this.#at });
    return value;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  /** Whether this sign comes next, behind white space; it is then behind us. */
  #sign(sign: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#sign(sign)) throw refuse('json_malformed', { at: this.#at });
  }

  #value(depth: number): JsonValue {
    this.#nodes += 1;
    if (depth > MAX_DEPTH) throw refuse('too_deep', { most: MAX_DEPTH });
    if (this.#nodes > MAX_NODES) throw refuse('too_many_values', { most: MAX_NODES });
    if (this.#sign('{')) return this.#object(depth);
    if (this.#sign('[')) return this.#list(depth);
    if (this.#text[this.#at] === '"') return this.#string();
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#number();
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    if (this.#sign('}')) return members;
    do {
      this.#take(SPACE);
      const name = this.#string();
      // Readers differ in which of two equal names they believe.
      if (members.has(name)) throw refuse('json_duplicate_member', { member: name.slice(0, 64) });
      this.#expect(':');
      members.set(name, this.#value(depth + 1));
    } while (this.#sign(','));
    this.#expect('}');
    return members;
  }

  #list(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    if (this.#sign(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#sign(','));
    this.#expect(']');
    return items;
  }

  #string(): string {
    const raw = this.#take(STRING);
    if (raw === null) throw refuse('json_malformed', { at: this.#at });
    const text = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    if (!text.isWellFormed()) throw refuse('lone_surrogate');
    return text;
  }

  #number(): JsonNumber {
    const raw = this.#take(NUMBER);
    if (raw === null) throw refuse('json_malformed', { at: this.#at });
    if (!/^-?[0-9]+$/.test(raw) || raw === '-0') throw refuse('number_not_an_integer');
    const integer = BigInt(raw);
    // Other readers round it: what a wallet shows would not be what is signed.
    if (integer > BigInt(Number.MAX_SAFE_INTEGER) || integer < -BigInt(Number.MAX_SAFE_INTEGER)) throw refuse('number_not_safe');
    return { integer };
  }
}

/**
 * Reads JSON (RFC 8259) so that every reader must understand it alike: no member twice, no number but an integer that a double
 * holds exactly, no lone surrogate, nothing behind the value. At most 131,072 bytes, 16 deep, 10,000 values.
 * @throws PAYLOAD_UNDECODABLE
 */
export function readJson(text: string): JsonValue {
  if (typeof text !== 'string') throw refuse('json_malformed');
  if (text.length > MAX_JSON_BYTES || Buffer.byteLength(text) > MAX_JSON_BYTES) throw refuse('too_large', { most: MAX_JSON_BYTES });
  return new Reader(text).whole();
}

/** Narrows a value to an object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Narrows a value to an integer. */
export function isNumber(value: JsonValue | undefined): value is JsonNumber {
  return typeof value === 'object' && value !== null && 'integer' in value;
}
