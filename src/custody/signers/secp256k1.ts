import { secp256k1 } from '@noble/curves/secp256k1.js';
import { CastellanError, fromHex, toEvmAddress } from '../../core/index.ts';

/** Tells whether 32 bytes are a private key of secp256k1: between 1 and the group order, exclusive. */
export function isSecp256k1Secret(secret: Uint8Array): boolean {
  return secret instanceof Uint8Array && secret.length === 32 && secp256k1.utils.isValidSecretKey(secret);
}

/** The compressed public key, 33 bytes. */
export function toSecp256k1PublicKey(secret: Uint8Array): Uint8Array {
  return secp256k1.getPublicKey(secret, true);
}

/** The address by which a signature tells of a public key: of the key itself it tells nothing else. @param publicKey - hex, compressed */
export function toSecp256k1Address(publicKey: string): string {
  return toEvmAddress(secp256k1.Point.fromBytes(fromHex(publicKey)).toBytes(false).slice(1));
}

/**
 * Signs 32 bytes: r‖s‖v, 65 bytes, s in the lower half, v 0 or 1.
 *
 * Deterministic (RFC 6979, no extra entropy): one payload has one signature, so signing it again gives out nothing new
 * and recovery sends the very bytes of the first time.
 * @throws KEY_INVALID unless `hash` is 32 bytes
 */
export function signSecp256k1(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  if (!(hash instanceof Uint8Array) || hash.length !== 32)
    throw new CastellanError('KEY_INVALID', { message: 'What is signed is a hash of 32 bytes.' });
  const recovered = secp256k1.sign(hash, secret, { prehash: false, lowS: true, format: 'recovered' });
  // The library puts the recovery id first.
  const signature = new Uint8Array(65);
  signature.set(recovered.subarray(1), 0);
  signature[64] = recovered[0] as number;
  return signature;
}
