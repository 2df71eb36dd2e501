import { refuse } from '../refuse.ts';
import { isObject, type JsonValue } from './json-reader.ts';
import { DOMAIN_TYPE, type Field, type Schema } from './schema.ts';
import type { TypedStruct } from './struct.ts';
import { parseTypeName } from './type-name.ts';

/** Whom a signature is for. */
export interface Domain {
  readonly name: string | null;
  readonly version: string | null;
  readonly chainId: bigint | null;
  /** Lowercase. */
  readonly verifyingContract: `0x${string}` | null;
  readonly salt: string | null;
}

/** The members that EIP-712 knows, in its order. */
const STANDARD: readonly (readonly [string, string])[] = [
  ['name', 'string'],
  ['version', 'string'],
  ['chainId', 'uint256'],
  ['verifyingContract', 'address'],
  ['salt', 'bytes32'],
];

/**
 * The schema with the domain's struct: as declared, or by the members that the domain has. Either way it holds exactly those.
 * @throws PAYLOAD_UNDECODABLE for a member that EIP-712 does not know, or of another type than it says
 */
export function withDomain(schema: Schema, domain: JsonValue | undefined): Schema {
  if (!isObject(domain)) throw refuse('domain_invalid');
  const declared = schema.get(DOMAIN_TYPE);
  for (const { name, type } of declared ?? []) {
    if (!STANDARD.some(([known, text]) => known === name && text === type.text)) throw refuse('domain_type_invalid', { member: name });
  }
  for (const name of domain.keys()) {
    if (!STANDARD.some(([known]) => known === name)) throw refuse('domain_member_unknown', { member: name.slice(0, 64) });
  }
  if (declared !== undefined) return schema;
  const fields = STANDARD.filter(([name]) => domain.has(name)).map(([name, type]): Field => ({ name, type: parseTypeName(type) }));
  return new Map([...schema, [DOMAIN_TYPE, fields]]);
}

/** The checked members as facts. */
export function domainFacts(members: TypedStruct): Domain {
  const text = (name: string): string | null => (members.get(name) as string | undefined) ?? null;
  return {
    name: text('name'),
    version: text('version'),
    chainId: (members.get('chainId') as bigint | undefined) ?? null,
    verifyingContract: text('verifyingContract') as `0x${string}` | null,
    salt: text('salt'),
  };
}
