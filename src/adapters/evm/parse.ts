import { nativeAssetId } from '../../core/asset.ts';
import { payloadDigest } from '../../core/digest.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { SmartAccount } from '../../core/smart-account.ts';
import type { Action, FeeQuote, UnsignedTransaction } from '../../core/transaction.ts';
import { readPayload } from './accounts/payload.ts';
import { accountOf, addressOf } from './address.ts';
import type { Envelope } from './envelope.ts';
import { readEnvelope } from './envelope.ts';
import { undecodable } from './undecodable.ts';

/** Reads an envelope that must be for `chain`. @throws PAYLOAD_UNDECODABLE, `details.reason` `chain_id_mismatch` for another */
export function readOn(payload: Uint8Array, chain: ChainId): Envelope {
  const envelope = readEnvelope(payload);
  if (`eip155:${envelope.chainId}` !== chain) {
    throw undecodable('chain_id_mismatch', { expected: chain, found: `eip155:${envelope.chainId}` });
  }
  if (envelope.nonce > BigInt(Number.MAX_SAFE_INTEGER)) throw undecodable('field_invalid', { field: 'nonce' });
  return envelope;
}

/** Gas of one blob (EIP-4844). */
const GAS_PER_BLOB = 131_072n;

/** The fee that an envelope's own fields bound: gas × the most per gas, for execution and for blobs. */
export function feeOf(envelope: Envelope, chain: ChainId): FeeQuote {
  const blobs = BigInt(envelope.blobHashes.length);
  const ceiling = envelope.gas * envelope.maxFeePerGas + blobs * GAS_PER_BLOB * envelope.maxFeePerBlobGas;
  if (envelope.gas === 0n || ceiling >= 2n ** 256n) throw undecodable('fee_out_of_range');
  return {
    asset: nativeAssetId(chain),
    ceiling,
    params: {
      gas: envelope.gas.toString(),
      maxFeePerGas: envelope.maxFeePerGas.toString(),
      maxPriorityFeePerGas: envelope.maxPriorityFeePerGas.toString(),
      ...(blobs === 0n ? {} : { blobs: blobs.toString(), maxFeePerBlobGas: envelope.maxFeePerBlobGas.toString() }),
    },
  };
}

/** The fee with what an order says besides, under the same names as in the quote that it was built from. */
export function withParams(fee: FeeQuote, params: FeeQuote['params']): FeeQuote {
  return { ...fee, params: { ...params, ...fee.params } };
}

/**
 * What a foreign unsigned transaction (EIP-1559, EIP-2930, EIP-155) asks for, as one call. Slot and fee become ours, and an
 * access list, which only moves gas, is left out.
 * @throws PAYLOAD_UNDECODABLE for other bytes, another chain, or a contract creation
 */
export function readAction(bytes: Uint8Array, chain: ChainId, wallet: AccountId): Action {
  addressOf(wallet, chain);
  // Blobs and authorizations are more than calls: such a transaction is taken as it stands, or not at all.
  if (bytes instanceof Uint8Array && (bytes[0] === 3 || bytes[0] === 4)) throw undecodable('type_unsupported', { type: bytes[0] });
  const envelope = readOn(bytes, chain);
  if (envelope.to === null) throw undecodable('deploy_unsupported');
  return { kind: 'calls', calls: [{ to: accountOf(chain, envelope.to), value: envelope.value, data: envelope.data.slice() }] };
}

/**
 * Takes an unsigned transaction of any type exactly as it stands: its bytes are the payload, its nonce the slot, its gas
 * fields the fee. Where the wallet is a contract it is the sender's EIP-1559 transaction, or the order for one.
 * @throws PAYLOAD_UNDECODABLE for any other bytes, or another chain
 */
export function adopt(bytes: Uint8Array, chain: ChainId, wallet: AccountId, smart?: SmartAccount): UnsignedTransaction {
  addressOf(wallet, chain);
  const { outer, params } = readPayload(bytes, smart);
  const envelope = readOn(outer, chain);
  if (smart !== undefined && envelope.type !== 'eip1559') throw undecodable('type_unsupported', { type: envelope.type });
  const payload = bytes.slice();
  return {
    chain,
    wallet,
    payload,
    payloadDigest: payloadDigest(payload),
    slot: Number(envelope.nonce),
    fee: withParams(feeOf(envelope, chain), params),
    validUntilMs: null,
    ...(smart === undefined ? {} : { smart }),
  };
}
