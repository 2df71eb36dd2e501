import { keccak256 } from '../../core/digest.ts';
import type { ChainId } from '../../core/ids.ts';
import { addressOfKey, type EvmAddress, hexOf } from './address.ts';
import type { Envelope, OpenEnvelope } from './envelope.ts';
import { openEnvelope, readFields, typeByte } from './envelope.ts';
import { readInteger } from './envelope-fields.ts';
import { intrinsicGas, MAX_INIT_CODE } from './intrinsic-gas.ts';
import type { RlpItem } from './rlp.ts';
import { encodeRlp, integerBytes } from './rlp.ts';
import { recoverPublicKey } from './secp256k1.ts';
import { undecodable } from './undecodable.ts';

/** A signed transaction that a node would take. */
export interface SignedEnvelope {
  readonly envelope: Envelope;
  /** Null: signed for no chain in particular (before EIP-155), so that anybody may repeat it on any. */
  readonly chainId: bigint | null;
  readonly sender: EvmAddress;
  /** Keccak-256 of the bytes, `0x…`. */
  readonly hash: string;
  /** The bytes that were signed. */
  readonly unsigned: Uint8Array;
  readonly intrinsicGas: bigint;
}

/** Chain and parity of a signature. */
interface Mark {
  readonly chainId: bigint | null;
  readonly odd: boolean;
}

/** A legacy `v`: 27 or 28 without a chain, else 35 + 2 · chain id + parity (EIP-155). */
function legacyMark(item: RlpItem | undefined): Mark {
  const v = readInteger(item, 'v', 9);
  if (v === 27n || v === 28n) return { chainId: null, odd: v === 28n };
  const chainId = (v - 35n) / 2n;
  if (v < 37n || chainId >= 2n ** 64n) throw undecodable('chain_id_invalid');
  return { chainId, odd: (v - 35n) % 2n === 1n };
}

function markOf({ type, rest, fields }: OpenEnvelope): Mark {
  if (type === 'legacy') return legacyMark(rest[0]);
  const odd = readInteger(rest[0], 'yParity', 1);
  if (odd > 1n) throw undecodable('signature_invalid', { field: 'yParity' });
  return { chainId: readInteger(fields[0], 'chainId', 8), odd: odd === 1n };
}

function openSigned(raw: Uint8Array): OpenEnvelope {
  const open = openEnvelope(raw);
  if (open.rest.length === 3) return open;
  throw undecodable(open.rest.length === 0 ? 'not_signed' : 'field_count', {
    type: open.type,
    fields: open.fields.length + open.rest.length,
  });
}

function unsignedOf({ type, fields }: OpenEnvelope, chainId: bigint | null): Uint8Array {
  const empty = new Uint8Array(0);
  if (type === 'legacy' && chainId !== null) return encodeRlp([...fields, integerBytes(chainId), empty, empty]);
  return encodeRlp(fields, typeByte(type));
}

/** What every node checks before it looks at an account. */
function checkCosts(envelope: Envelope): bigint {
  if (envelope.gas * envelope.maxFeePerGas >= 2n ** 256n) throw undecodable('fee_out_of_range');
  if (envelope.to === null && envelope.data.length > MAX_INIT_CODE) throw undecodable('init_code_too_large');
  const needed = intrinsicGas(envelope);
  if (envelope.gas < needed) throw undecodable('intrinsic_gas_too_low', { gas: String(envelope.gas), needed: String(needed) });
  return needed;
}

/**
 * Reads a signed transaction of any type as strictly as a node does: canonical bytes, fields in range, a signature of low s that
 * recovers to an account, gas enough to be included. A legacy one without a chain (before EIP-155) has a `chainId` of null.
 * @throws PAYLOAD_UNDECODABLE for any other bytes, or where it names another chain than `chain`
 */
export function readSigned(raw: Uint8Array, chain?: ChainId): SignedEnvelope {
  const open = openSigned(raw);
  const { chainId, odd } = markOf(open);
  if (chain !== undefined && chainId !== null && `eip155:${chainId}` !== chain)
    throw undecodable('chain_id_mismatch', { expected: chain, found: `eip155:${chainId}` });
  const envelope = readFields(open, chainId ?? 0n);
  const r = readInteger(open.rest[1], 'r', 32);
  const s = readInteger(open.rest[2], 's', 32);
  const unsigned = unsignedOf(open, chainId);
  const point = recoverPublicKey(keccak256(unsigned), r, s, odd);
  if (point === null) throw undecodable('signature_invalid');
  const sender = addressOfKey(point);
  return { envelope, chainId, sender, hash: hexOf(keccak256(raw)), unsigned, intrinsicGas: checkCosts(envelope) };
}

/** As {@link readSigned}, for this chain and no other. @throws PAYLOAD_UNDECODABLE also for one that any chain would take */
export function readSignedOn(raw: Uint8Array, chain: ChainId): SignedEnvelope {
  const signed = readSigned(raw, chain);
  if (signed.chainId === null) throw undecodable('not_replay_protected');
  return signed;
}

/** The fields with a signature behind them, in the form of their type. */
export function joinSignature({ type, fields, chainId }: Envelope, r: bigint, s: bigint, odd: boolean): Uint8Array {
  const parity = odd ? 1n : 0n;
  const signature = [integerBytes(r), integerBytes(s)];
  if (type === 'legacy') return encodeRlp([...fields.slice(0, 6), integerBytes(chainId * 2n + 35n + parity), ...signature]);
  return encodeRlp([...fields, integerBytes(parity), ...signature], typeByte(type));
}

/**
 * The unsigned bytes inside signed ones, of any type: for EIP-1559 `0x02 ‖ rlp([…nine fields, yParity, r, s])` without the last three.
 * The signature itself is not checked.
 *
 * @param raw - the signed transaction
 * @throws PAYLOAD_UNDECODABLE for anything else, or a legacy transaction for no chain in particular (before EIP-155)
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
  const open = openSigned(raw);
  const { chainId } = open.type === 'legacy' ? legacyMark(open.rest[0]) : { chainId: 0n };
  if (chainId === null) throw undecodable('not_replay_protected');
  return unsignedOf(open, chainId);
}
