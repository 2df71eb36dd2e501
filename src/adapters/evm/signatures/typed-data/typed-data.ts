import { refuse } from '../refuse.ts';
import type { Domain } from './domain.ts';
import { domainFacts, withDomain } from './domain.ts';
import { isObject, readJson } from './json-reader.ts';
import { DOMAIN_TYPE, encodeType, readSchema, type Schema } from './schema.ts';
import { StructEncoder, type TypedStruct } from './struct.ts';

/** Typed data that was understood to the last byte. */
export interface TypedData {
  readonly domain: Domain;
  readonly primaryType: string;
  /** As it is hashed: `Permit(address owner,…)`. */
  readonly type: string;
  readonly typeHash: Uint8Array;
  readonly schema: Schema;
  readonly message: TypedStruct;
  /** `hashStruct(message)`: the name under which most contracts know an order. */
  readonly messageHash: Uint8Array;
  /** `0x1901 ‖ domain separator ‖ hashStruct(message)`. */
  readonly payload: Uint8Array;
}

const MEMBERS = ['types', 'primaryType', 'domain', 'message'];
const PREFIX = Uint8Array.of(0x19, 0x01);

/**
 * Reads typed data (EIP-712) from its JSON text, and checks every value against its type before anything is hashed.
 *
 * A domain's type may be left out: it is then the one its members make. Only that type as primary type has a payload of 34 bytes.
 * Fails closed for what two readers could understand differently: unknown, missing or doubled members, types that are not
 * declared or not canonical, numbers out of range, addresses with a wrong checksum. A type that nothing uses is not signed either,
 * and is read by nobody here.
 * @throws PAYLOAD_UNDECODABLE with `details.reason` and where it helps `details.member`
 * @see https://eips.ethereum.org/EIPS/eip-712
 */
export function readTypedData(json: string): TypedData {
  const root = readJson(json);
  if (!isObject(root)) throw refuse('typed_data_invalid');
  for (const name of root.keys()) if (!MEMBERS.includes(name)) throw refuse('member_undeclared', { member: name.slice(0, 64) });
  for (const name of MEMBERS) if (!root.has(name)) throw refuse('member_missing', { member: name });
  const primaryType = root.get('primaryType');
  const domainValue = root.get('domain');
  const messageValue = root.get('message');
  if (typeof primaryType !== 'string' || domainValue === undefined || messageValue === undefined) throw refuse('primary_type_invalid');
  const schema = withDomain(readSchema(root.get('types')), domainValue);
  if (!schema.has(primaryType)) throw refuse('primary_type_undeclared', { type: primaryType.slice(0, 64) });
  const encoder = new StructEncoder(schema);
  const domain = encoder.struct(DOMAIN_TYPE, domainValue, 'domain');
  const isDomain = primaryType === DOMAIN_TYPE;
  if (isDomain && (!isObject(messageValue) || messageValue.size > 0)) throw refuse('member_undeclared', { member: 'message' });
  const message = isDomain ? domain : encoder.struct(primaryType, messageValue, '');
  return {
    domain: domainFacts(domain.value),
    primaryType,
    type: encodeType(schema, primaryType),
    typeHash: encoder.typeHash(primaryType),
    schema,
    message: message.value,
    messageHash: message.word,
    payload: new Uint8Array(Buffer.concat(isDomain ? [PREFIX, domain.word] : [PREFIX, domain.word, message.word])),
  };
}
