import type { EvmAddress } from './address.ts';
import { type Authorization, readAuthorizations } from './authorization.ts';
import { type AccessEntry, readAccessList, readBlobHashes, readInteger, readList, readRecipient, readString } from './envelope-fields.ts';
import type { RlpItem } from './rlp.ts';
import { decodeRlp } from './rlp.ts';
import { undecodable } from './undecodable.ts';

/** The most that a node accepts from outside (go-ethereum's txMaxSize), bytes. */
export const MAX_TRANSACTION_BYTES = 131_072;

/** Types of transactions, by the byte in front of them (EIP-2718); a legacy one has none. */
const TYPES = { 1: 'eip2930', 2: 'eip1559', 3: 'eip4844', 4: 'eip7702' } as const;
/** How many fields stand before the signature. */
const FIELDS = { legacy: 6, eip2930: 8, eip1559: 9, eip4844: 11, eip7702: 10 } as const;

/** Every type that there is. */
export type EnvelopeType = keyof typeof FIELDS;

/** A transaction as its bytes say. */
export interface Envelope {
  readonly type: EnvelopeType;
  readonly chainId: bigint;
  readonly nonce: bigint;
  /** Gas price for the two old types. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly gas: bigint;
  /** Null: contract creation. */
  readonly to: EvmAddress | null;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessEntry[];
  /** Zero, and none, for all types but EIP-4844. */
  readonly maxFeePerBlobGas: bigint;
  readonly blobHashes: readonly string[];
  /** None for all types but EIP-7702. */
  readonly authorizations: readonly Authorization[];
  /** The fields as RLP items, in the order of the type. */
  readonly fields: readonly RlpItem[];
}

/** Fields of a transaction, and what stands behind them: a signature, or nothing. */
export interface OpenEnvelope {
  readonly type: EnvelopeType;
  readonly fields: readonly RlpItem[];
  /** A legacy transaction's chain id and zeros, or any type's signature. */
  readonly rest: readonly RlpItem[];
}

/** The type byte; undefined for a legacy transaction. */
export function typeByte(type: EnvelopeType): number | undefined {
  return type === 'legacy' ? undefined : { eip2930: 1, eip1559: 2, eip4844: 3, eip7702: 4 }[type];
}

/** Splits bytes into fields without reading them. @throws PAYLOAD_UNDECODABLE for an unknown type, or anything but canonical RLP */
export function openEnvelope(payload: Uint8Array): OpenEnvelope {
  if (!(payload instanceof Uint8Array) || payload.length === 0) throw undecodable('empty');
  if (payload.length > MAX_TRANSACTION_BYTES) throw undecodable('too_large', { bytes: payload.length });
  const first = payload[0] as number;
  const type = first >= 0xc0 ? 'legacy' : TYPES[first as keyof typeof TYPES];
  if (type === undefined) throw undecodable('type_unsupported', { type: first });
  const all = readList(decodeRlp(type === 'legacy' ? payload : payload.subarray(1)), 'transaction');
  if (type === 'eip4844' && all[0] !== undefined && !(all[0] instanceof Uint8Array)) throw undecodable('blob_sidecar', { type });
  const count = FIELDS[type];
  if (all.length < count) throw undecodable('field_count', { type, fields: all.length });
  return { type, fields: all.slice(0, count), rest: all.slice(count) };
}

function readTyped(type: Exclude<EnvelopeType, 'legacy'>, fields: readonly RlpItem[]): Envelope {
  const shift = type === 'eip2930' ? 0 : 1;
  const envelope = {
    type,
    chainId: readInteger(fields[0], 'chainId', 8),
    nonce: readInteger(fields[1], 'nonce', 8),
    maxPriorityFeePerGas: readInteger(fields[2], 'maxPriorityFeePerGas', 32),
    maxFeePerGas: readInteger(fields[2 + shift], 'maxFeePerGas', 32),
    gas: readInteger(fields[3 + shift], 'gas', 8),
    to: readRecipient(fields[4 + shift]),
    value: readInteger(fields[5 + shift], 'value', 32),
    data: readString(fields[6 + shift], 'data', MAX_TRANSACTION_BYTES),
    accessList: readAccessList(fields[7 + shift]),
    maxFeePerBlobGas: type === 'eip4844' ? readInteger(fields[9], 'maxFeePerBlobGas', 32) : 0n,
    blobHashes: type === 'eip4844' ? readBlobHashes(fields[10]) : [],
    authorizations: type === 'eip7702' ? readAuthorizations(fields[9]) : [],
    fields,
  };
  if (envelope.to === null && (type === 'eip4844' || type === 'eip7702')) throw undecodable('field_invalid', { field: 'to' });
  return envelope;
}

function readLegacy(fields: readonly RlpItem[], chainId: bigint): Envelope {
  const gasPrice = readInteger(fields[1], 'gasPrice', 32);
  return {
    type: 'legacy',
    chainId,
    nonce: readInteger(fields[0], 'nonce', 8),
    maxPriorityFeePerGas: gasPrice,
    maxFeePerGas: gasPrice,
    gas: readInteger(fields[2], 'gas', 8),
    to: readRecipient(fields[3]),
    value: readInteger(fields[4], 'value', 32),
    data: readString(fields[5], 'data', MAX_TRANSACTION_BYTES),
    accessList: [],
    maxFeePerBlobGas: 0n,
    blobHashes: [],
    authorizations: [],
    fields,
  };
}

/** Reads the fields of a transaction. A legacy one says its chain only behind them, as `chainId`. @throws PAYLOAD_UNDECODABLE */
export function readFields({ type, fields }: OpenEnvelope, chainId: bigint): Envelope {
  const envelope = type === 'legacy' ? readLegacy(fields, chainId) : readTyped(type, fields);
  if (envelope.maxPriorityFeePerGas > envelope.maxFeePerGas) throw undecodable('tip_above_max_fee');
  // EIP-2681: the last number is never used.
  if (envelope.nonce >= 2n ** 64n - 1n) throw undecodable('field_invalid', { field: 'nonce' });
  return envelope;
}

/** `[nonce, gasPrice, gas, to, value, data, chainId, 0, 0]` (EIP-155); without a chain id it could be replayed anywhere. */
function legacyChain({ rest }: OpenEnvelope): bigint {
  if (rest.length === 0) throw undecodable('not_replay_protected');
  if (rest.length !== 3) throw undecodable('field_count', { type: 'legacy', fields: 6 + rest.length });
  if (readInteger(rest[1], 'r', 32) !== 0n || readInteger(rest[2], 's', 32) !== 0n) throw undecodable('already_signed');
  const chainId = readInteger(rest[0], 'chainId', 8);
  if (chainId === 0n) throw undecodable('not_replay_protected');
  return chainId;
}

/**
 * Reads the bytes of an unsigned transaction: legacy (EIP-155), EIP-2930, EIP-1559, EIP-4844 (without its blobs) or EIP-7702.
 *
 * `0x02 ‖ rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas, to, value, data, accessList])`
 *
 * @throws PAYLOAD_UNDECODABLE for any other type, a signed one, one for no chain in particular (before EIP-155), or bytes that
 * are not the one canonical encoding of what they say.
 * @see https://eips.ethereum.org/EIPS/eip-2718
 */
export function readEnvelope(payload: Uint8Array): Envelope {
  const open = openEnvelope(payload);
  if (open.type === 'legacy') {
    const chainId = legacyChain(open);
    return { ...readFields(open, chainId), fields: [...open.fields, ...open.rest] };
  }
  if (open.rest.length > 0) throw undecodable('field_count', { type: open.type, fields: open.fields.length + open.rest.length });
  return readFields(open, 0n);
}
