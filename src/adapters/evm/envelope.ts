import type { EvmAddress } from './address.ts';
import { hexOf } from './address.ts';
import type { RlpItem } from './rlp.ts';
import { decodeRlp, encodeRlp } from './rlp.ts';
import { undecodable } from './undecodable.ts';

/** The most that a node accepts from outside (go-ethereum's txMaxSize), bytes. */
export const MAX_TRANSACTION_BYTES = 131_072;

/** An unsigned transaction as its bytes say. */
export interface Envelope {
  readonly type: 'legacy' | 'eip2930' | 'eip1559';
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
  readonly accessList: readonly { readonly address: EvmAddress; readonly storageKeys: readonly EvmAddress[] }[];
  /** The fields as RLP items, in the order of the type. */
  readonly fields: readonly RlpItem[];
}

function string(item: RlpItem | undefined, field: string, maxBytes: number): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length > maxBytes) throw undecodable('field_invalid', { field });
  return item;
}

function integer(item: RlpItem | undefined, field: string, maxBytes: number): bigint {
  const bytes = string(item, field, maxBytes);
  if (bytes.length === 0) return 0n;
  if (bytes[0] === 0) throw undecodable('integer_not_canonical', { field });
  return BigInt(hexOf(bytes));
}

function recipient(item: RlpItem | undefined): EvmAddress | null {
  const bytes = string(item, 'to', 20);
  if (bytes.length === 0) return null;
  if (bytes.length !== 20) throw undecodable('field_invalid', { field: 'to' });
  return hexOf(bytes);
}

function list(item: RlpItem | undefined, field: string): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw undecodable('field_invalid', { field });
  return item;
}

function accessList(item: RlpItem | undefined): Envelope['accessList'] {
  return list(item, 'accessList').map((entry) => {
    const pair = list(entry, 'accessList');
    const address = string(pair[0], 'accessList', 20);
    if (pair.length !== 2 || address.length !== 20) throw undecodable('field_invalid', { field: 'accessList' });
    const storageKeys = list(pair[1], 'accessList').map((key) => {
      const bytes = string(key, 'accessList', 32);
      if (bytes.length !== 32) throw undecodable('field_invalid', { field: 'accessList' });
      return hexOf(bytes);
    });
    return { address: hexOf(address), storageKeys };
  });
}

function typed(type: 'eip2930' | 'eip1559', fields: readonly RlpItem[]): Envelope {
  const shift = type === 'eip1559' ? 1 : 0;
  if (fields.length !== 8 + shift) throw undecodable('field_count', { type, fields: fields.length });
  return {
    type,
    chainId: integer(fields[0], 'chainId', 8),
    nonce: integer(fields[1], 'nonce', 8),
    maxPriorityFeePerGas: integer(fields[2], 'maxPriorityFeePerGas', 32),
    maxFeePerGas: integer(fields[2 + shift], 'maxFeePerGas', 32),
    gas: integer(fields[3 + shift], 'gas', 8),
    to: recipient(fields[4 + shift]),
    value: integer(fields[5 + shift], 'value', 32),
    data: string(fields[6 + shift], 'data', MAX_TRANSACTION_BYTES),
    accessList: accessList(fields[7 + shift]),
    fields,
  };
}

/** `[nonce, gasPrice, gas, to, value, data, chainId, 0, 0]` (EIP-155); without a chain id it could be replayed anywhere. */
function legacy(fields: readonly RlpItem[]): Envelope {
  if (fields.length !== 9) throw undecodable('field_count', { type: 'legacy', fields: fields.length });
  if (integer(fields[7], 'r', 32) !== 0n || integer(fields[8], 's', 32) !== 0n) throw undecodable('already_signed');
  const gasPrice = integer(fields[1], 'gasPrice', 32);
  return {
    type: 'legacy',
    chainId: integer(fields[6], 'chainId', 8),
    nonce: integer(fields[0], 'nonce', 8),
    maxPriorityFeePerGas: gasPrice,
    maxFeePerGas: gasPrice,
    gas: integer(fields[2], 'gas', 8),
    to: recipient(fields[3]),
    value: integer(fields[4], 'value', 32),
    data: string(fields[5], 'data', MAX_TRANSACTION_BYTES),
    accessList: [],
    fields,
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/**
 * Reads the bytes of an unsigned legacy (EIP-155), EIP-2930 or EIP-1559 transaction.
 *
 * `0x02 ‖ rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas, to, value, data, accessList])`
 *
 * @throws PAYLOAD_UNDECODABLE for any other type (blob, 7702), a signed one, or bytes that are not the one canonical
 * encoding of what they say.
 * @see https://eips.ethereum.org/EIPS/eip-1559
 */
export function readEnvelope(payload: Uint8Array): Envelope {
  if (!(payload instanceof Uint8Array) || payload.length === 0) throw undecodable('empty');
  if (payload.length > MAX_TRANSACTION_BYTES) throw undecodable('too_large', { bytes: payload.length });
  const first = payload[0] as number;
  if (first < 0xc0 && first !== 1 && first !== 2) throw undecodable('type_unsupported', { type: first });
  const fields = list(decodeRlp(first < 0xc0 ? payload.subarray(1) : payload), 'transaction');
  const envelope = first >= 0xc0 ? legacy(fields) : typed(first === 1 ? 'eip2930' : 'eip1559', fields);
  if (!sameBytes(encodeRlp(fields, first < 0xc0 ? first : undefined), payload)) throw undecodable('rlp_not_canonical');
  if (envelope.maxPriorityFeePerGas > envelope.maxFeePerGas) throw undecodable('tip_above_max_fee');
  if (envelope.nonce > BigInt(Number.MAX_SAFE_INTEGER)) throw undecodable('field_invalid', { field: 'nonce' });
  return envelope;
}

/**
 * The unsigned bytes inside signed EIP-1559 ones: `0x02 ‖ rlp([…nine fields, yParity, r, s])` without the last three.
 * The signature itself is not checked.
 *
 * @param raw - the signed transaction, type 2
 * @throws PAYLOAD_UNDECODABLE
 * @example
 * ```ts
 * import { readUnsigned } from 'castellan/evm';
 * import { hexToBytes, keccak256, parseGwei, serializeTransaction } from 'viem';
 * import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
 *
 * const transaction = { type: 'eip1559', chainId: 1, nonce: 0, gas: 21_000n, maxFeePerGas: parseGwei('2'), maxPriorityFeePerGas: 1n } as const;
 * const raw = await privateKeyToAccount(generatePrivateKey()).signTransaction(transaction);
 * console.log(keccak256(readUnsigned(hexToBytes(raw))) === keccak256(serializeTransaction(transaction))); // true
 * ```
 */
export function readUnsigned(raw: Uint8Array): Uint8Array {
  if (!(raw instanceof Uint8Array) || raw[0] !== 2) throw undecodable('type_unsupported');
  const fields = list(decodeRlp(raw.subarray(1)), 'transaction');
  if (fields.length !== 12) throw undecodable('field_count', { type: 'eip1559', fields: fields.length });
  return encodeRlp(fields.slice(0, 9), 2);
}
