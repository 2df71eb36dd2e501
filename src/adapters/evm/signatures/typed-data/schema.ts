import { refuse } from '../refuse.ts';
import { isObject, type JsonObject, type JsonValue } from './json-reader.ts';
import { atomicType, isIdentifier, parseTypeName, type TypeName } from './type-name.ts';

/** A member of a struct. */
export interface Field {
  readonly name: string;
  readonly type: TypeName;
}

/** The structs of one set of typed data, by name; every type that a member has is atomic or among them. */
export type Schema = ReadonlyMap<string, readonly Field[]>;

/** The struct that every domain is. */
export const DOMAIN_TYPE = 'EIP712Domain';
/** Structs, and members of one struct. The widest in use (Seaport's bulk orders aside) have some thirty. */
const MAX_STRUCTS = 64;
const MAX_FIELDS = 64;

function text(value: JsonValue | undefined, reason: string): string {
  if (typeof value !== 'string') throw refuse(reason);
  return value;
}

function readField(value: JsonValue): Field {
  if (!isObject(value) || value.size !== 2) throw refuse('type_member_invalid');
  const name = text(value.get('name'), 'type_member_invalid');
  if (!isIdentifier(name)) throw refuse('type_member_invalid', { member: name.slice(0, 64) });
  return { name, type: parseTypeName(text(value.get('type'), 'type_member_invalid')) };
}

function readStruct(name: string, value: JsonValue): readonly Field[] {
  if (!isIdentifier(name)) throw refuse('type_name_invalid', { type: name.slice(0, 64) });
  if (isReserved(name)) throw refuse('type_redefined', { type: name });
  if (!Array.isArray(value) || value.length > MAX_FIELDS) throw refuse('type_member_invalid', { type: name });
  const fields = value.map(readField);
  if (new Set(fields.map((field) => field.name)).size !== fields.length) throw refuse('type_member_duplicate', { type: name });
  return fields;
}

/** A struct called `uint256` or `uint7` would be read as a number by one reader and as a struct by another. */
function isReserved(name: string): boolean {
  return /^(?:u?int|bytes?)[0-9]*$|^(?:address|bool|string|function)$|^u?fixed/.test(name);
}

/** Structs that `name` is made of, itself first. */
export function closure(schema: Schema, name: string): readonly string[] {
  const found = [name];
  for (const struct of found) {
    for (const { type } of schema.get(struct) ?? []) if (schema.has(type.base) && !found.includes(type.base)) found.push(type.base);
  }
  return found;
}

/**
 * Reads the `types` member.
 * @throws PAYLOAD_UNDECODABLE for a name that is none, a member twice, a type that is neither atomic nor declared
 */
export function readSchema(value: JsonValue | undefined): Schema {
  if (!isObject(value) || value.size > MAX_STRUCTS) throw refuse('types_invalid');
  const schema = new Map([...(value as JsonObject)].map(([name, fields]): [string, readonly Field[]] => [name, readStruct(name, fields)]));
  for (const fields of schema.values()) {
    for (const { type } of fields) {
      if (atomicType(type.base) === undefined && !schema.has(type.base)) throw refuse('type_undeclared', { type: type.base });
      if (type.base === DOMAIN_TYPE) throw refuse('type_undeclared', { type: type.base });
    }
  }
  return schema;
}

/** What is hashed of a struct’s type: itself, then the structs it is made of by name: `Mail(Person from,Person to)Person(string name)`. */
export function encodeType(schema: Schema, name: string): string {
  const [first, ...others] = closure(schema, name);
  const write = (struct: string): string =>
    `${struct}(${(schema.get(struct) ?? []).map((field) => `${field.type.text} ${field.name}`).join(',')})`;
  return [first as string, ...others.sort()].map(write).join('');
}
