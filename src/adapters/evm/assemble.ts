import { constantTimeEqual, keccak256, payloadDigest } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { type SignedTransaction, senderOf, type UnsignedTransaction } from '../../core/transaction.ts';
import { accountOf, addressOf, addressOfKey, type EvmAddress, hexOf } from './address.ts';
import { readEnvelope } from './envelope.ts';
import { readPublicKey, recoverPublicKey } from './secp256k1.ts';
import { joinSignature } from './signed-transaction.ts';
import { undecodable } from './undecodable.ts';

/** The account of a public key: 33 bytes compressed or 65 uncompressed. @throws KEY_INVALID */
export function walletOf(publicKey: Uint8Array, chain: ChainId): AccountId {
  const point = publicKey instanceof Uint8Array ? readPublicKey(publicKey) : null;
  if (point === null) throw new CastellanError('KEY_INVALID', { message: 'The bytes are no secp256k1 public key.' });
  return accountOf(chain, addressOfKey(point));
}

function refuse(reason: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: `The signature does not belong to these bytes (${reason.replaceAll('_', ' ')}).`,
    details: { reason },
  });
}

/**
 * The parts of a signature over `hash`: r‖s‖v, 65 bytes, low s, v 0 or 1 (27 or 28 are read too).
 * @throws SIGNATURE_INVALID unless it recovers to the address
 */
export function checkSignature(
  hash: Uint8Array,
  signature: Uint8Array,
  signer: EvmAddress,
): { readonly r: bigint; readonly s: bigint; readonly odd: boolean } {
  if (!(signature instanceof Uint8Array) || signature.length !== 65) throw refuse('length');
  const v = signature[64] as number;
  const odd = v === 1 || v === 28;
  if (!odd && v !== 0 && v !== 27) throw refuse('recovery_id');
  const r = BigInt(hexOf(signature, 0, 32));
  const s = BigInt(hexOf(signature, 32, 64));
  const point = recoverPublicKey(hash, r, s, odd);
  if (point === null) throw refuse('not_a_low_s_signature');
  if (addressOfKey(point) !== signer) throw refuse('another_key');
  return { r, s, odd };
}

/**
 * Joins payload and signature, for EIP-1559 `0x02 ‖ rlp([…nine fields, yParity, r, s])`; the hash is Keccak-256 of all of it.
 * A blob transaction (EIP-4844) is joined without its blobs.
 *
 * @param signature r‖s‖v, 65 bytes, low s, v 0 or 1 (27 or 28 are read too)
 * @throws SIGNATURE_INVALID unless it recovers to the wallet, or to the sender where the wallet is a contract; PAYLOAD_UNDECODABLE where the bytes are not the ones decided on
 */
export function assemble(tx: UnsignedTransaction, signature: Uint8Array): SignedTransaction {
  if (!constantTimeEqual(payloadDigest(tx.payload), tx.payloadDigest)) throw undecodable('payload_digest_mismatch');
  const envelope = readEnvelope(tx.payload);
  if (`eip155:${envelope.chainId}` !== tx.chain) throw undecodable('chain_id_mismatch');
  if (envelope.nonce !== BigInt(tx.slot)) throw undecodable('slot_mismatch');
  const { r, s, odd } = checkSignature(keccak256(tx.payload), signature, addressOf(senderOf(tx), tx.chain));
  const raw = joinSignature(envelope, r, s, odd);
  const smart = tx.smart === undefined ? {} : { smart: tx.smart };
  return { chain: tx.chain, wallet: tx.wallet, slot: tx.slot, raw, hash: hexOf(keccak256(raw)), ...smart };
}
