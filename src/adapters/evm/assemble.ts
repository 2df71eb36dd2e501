import { constantTimeEqual, keccak256, payloadDigest } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { type SignedTransaction, senderOf, type UnsignedTransaction } from '../../core/transaction.ts';
import { accountOf, addressOf, hexOf } from './address.ts';
import { readEnvelope } from './envelope.ts';
import { encodeRlp, integerBytes } from './rlp.ts';
import { readPublicKey, recoverPublicKey } from './secp256k1.ts';
import { undecodable } from './undecodable.ts';

/** The last 20 bytes of Keccak-256(x‖y). */
function addressOfKey(point: Uint8Array): string {
  return hexOf(keccak256(point), 12);
}

/** The account of a public key: 33 bytes compressed or 65 uncompressed. @throws KEY_INVALID */
export function walletOf(publicKey: Uint8Array, chain: ChainId): AccountId {
  const point = publicKey instanceof Uint8Array ? readPublicKey(publicKey) : null;
  if (point === null) throw new CastellanError('KEY_INVALID', { message: 'The bytes are no secp256k1 public key.' });
  return accountOf(chain, addressOfKey(point));
}

function refuse(reason: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: `The signature does not belong to this transaction (${reason.replaceAll('_', ' ')}).`,
    details: { reason },
  });
}

/**
 * Joins payload and signature: `0x02 ‖ rlp([…nine fields, yParity, r, s])`; the hash is Keccak-256 of all of it.
 *
 * @param signature r‖s‖v, 65 bytes, low s, v 0 or 1 (27 or 28 are read too)
 * @throws SIGNATURE_INVALID unless it recovers to the wallet, or to the sender where the wallet is a contract; PAYLOAD_UNDECODABLE where the bytes are not the ones decided on
 */
export function assemble(tx: UnsignedTransaction, signature: Uint8Array): SignedTransaction {
  if (!constantTimeEqual(payloadDigest(tx.payload), tx.payloadDigest)) throw undecodable('payload_digest_mismatch');
  const envelope = readEnvelope(tx.payload);
  if (envelope.type !== 'eip1559') throw undecodable('type_unsupported', { type: envelope.type });
  if (`eip155:${envelope.chainId}` !== tx.chain) throw undecodable('chain_id_mismatch');
  if (envelope.nonce !== BigInt(tx.slot)) throw undecodable('slot_mismatch');
  if (!(signature instanceof Uint8Array) || signature.length !== 65) throw refuse('length');
  const v = signature[64] as number;
  const odd = v === 1 || v === 28;
  if (!odd && v !== 0 && v !== 27) throw refuse('recovery_id');
  const r = BigInt(hexOf(signature, 0, 32));
  const s = BigInt(hexOf(signature, 32, 64));
  const point = recoverPublicKey(keccak256(tx.payload), r, s, odd);
  if (point === null) throw refuse('not_a_low_s_signature');
  if (addressOfKey(point) !== addressOf(senderOf(tx), tx.chain)) throw refuse('another_key');
  const raw = encodeRlp([...envelope.fields, integerBytes(odd ? 1n : 0n), integerBytes(r), integerBytes(s)], 2);
  const smart = tx.smart === undefined ? {} : { smart: tx.smart };
  return { chain: tx.chain, wallet: tx.wallet, slot: tx.slot, raw, hash: hexOf(keccak256(raw)), ...smart };
}
