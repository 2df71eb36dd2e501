import { keccak256 } from '../../../../core/digest.ts';
import { refuse } from '../refuse.ts';
import { type Atom, encodeAtom, readAtom } from './atom.ts';
import { isObject, type JsonValue } from './json-reader.ts';
import { encodeType, type Schema } from './schema.ts';
import { atomicType, type Dimension, type TypeName } from './type-name.ts';

/** A checked value: what it says, as a reader of the chain would see it. */
export type TypedValue = Atom | readonly TypedValue[] | TypedStruct;

/** A checked struct: every declared member, no other. */
export type TypedStruct = ReadonlyMap<string, TypedValue>;

/** A checked value beside the word that stands for it in its parent. */
interface Encoded<T extends TypedValue = TypedValue> {
  readonly value: T;
  readonly word: Uint8Array;
}

/** Hashes of one order, some 10 µs each: a bulk order of 128 has about as many. */
const MAX_HASHES = 1_500;

/** Structs of one schema, checked and hashed. */
export class StructEncoder {
  readonly #schema: Schema;
  readonly #typeHashes = new Map<string, Uint8Array>();
  #hashes = 0;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  #hash(data: Uint8Array): Uint8Array {
    this.#work();
    return keccak256(data);
  }

  #work(): void {
    this.#hashes += 1;
    if (this.#hashes > MAX_HASHES) throw refuse('too_many_values', { most: MAX_HASHES });
  }

  typeHash(name: string): Uint8Array {
    let hash = this.#typeHashes.get(name);
    if (hash === undefined) {
      hash = keccak256(Buffer.from(encodeType(this.#schema, name), 'utf8'));
      this.#typeHashes.set(name, hash);
    }
    return hash;
  }

  /** `hashStruct`: Keccak-256 of the type's hash and one word for each member, in the order of the type. */
  struct(name: string, value: JsonValue, path: string): Encoded<TypedStruct> {
    const { members, data } = this.encodeData(name, value, path);
    return { value: members, word: this.#hash(data) };
  }

  /** What is hashed of a struct, and its members. @throws PAYLOAD_UNDECODABLE for a member too few, too many, or of another type */
  encodeData(name: string, value: JsonValue, path: string): { readonly members: TypedStruct; readonly data: Uint8Array } {
    const fields = this.#schema.get(name) ?? [];
    if (!isObject(value)) throw refuse('struct_invalid', { member: path });
    const members = new Map<string, TypedValue>();
    const words: Uint8Array[] = [this.typeHash(name)];
    for (const field of fields) {
      const member = value.get(field.name);
      const below = path === '' ? field.name : `${path}.${field.name}`;
      if (member === undefined) throw refuse('member_missing', { member: below });
      const encoded = this.#typed(field.type, field.type.dimensions, member, below);
      members.set(field.name, encoded.value);
      words.push(encoded.word);
    }
    // What is signed does not hold it, so whoever shows it shows something else.
    for (const key of value.keys()) if (!members.has(key)) throw refuse('member_undeclared', { member: `${path}.${key}`.slice(0, 128) });
    return { members, data: Buffer.concat(words) };
  }

  #typed(type: TypeName, dimensions: readonly Dimension[], value: JsonValue, path: string): Encoded {
    if (dimensions.length > 0) return this.#list(type, dimensions, value, path);
    const atomic = atomicType(type.base);
    if (atomic === undefined) return this.struct(type.base, value, path);
    // A checksum, a text and bytes are hashed each.
    if (atomic.kind === 'address' || atomic.kind === 'string' || atomic.kind === 'bytes') this.#work();
    const atom = readAtom(atomic, value, path);
    return { value: atom, word: encodeAtom(atomic, atom) };
  }

  #list(type: TypeName, dimensions: readonly Dimension[], value: JsonValue, path: string): Encoded {
    if (!Array.isArray(value)) throw refuse('list_invalid', { member: path });
    const length = dimensions.at(-1) ?? null;
    if (length !== null && value.length !== length) throw refuse('list_length', { member: path, expected: length, found: value.length });
    const inner = dimensions.slice(0, -1);
    const items = value.map((item: JsonValue, index: number) => this.#typed(type, inner, item, `${path}[${index}]`));
    return { value: items.map((item) => item.value), word: this.#hash(Buffer.concat(items.map((item) => item.word))) };
  }
}
