import nacl from 'tweetnacl';
import { CastellanError } from '../../core/index.ts';

/** Tells whether bytes are an Ed25519 seed: any 32 bytes but 32 equal ones, which no source of randomness gives. */
export function isEd25519Secret(secret: Uint8Array): boolean {
  return secret instanceof Uint8Array && secret.length === 32 && !secret.every((byte) => byte === secret[0]);
}

/** The public key of a 32-byte seed, 32 bytes. @throws KEY_INVALID for a seed of another size */
export function toEd25519PublicKey(secret: Uint8Array): Uint8Array {
  return withPair(secret, ({ publicKey }) => publicKey);
}

/**
 * Signs 32 bytes: R‖S, 64 bytes.
 *
 * Deterministic (RFC 8032): one payload has one signature, so signing it again gives out nothing new and recovery sends
 * the very bytes of the first time.
 * @throws KEY_INVALID unless `hash` and the seed are 32 bytes
 */
export function signEd25519(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  if (!(hash instanceof Uint8Array) || hash.length !== 32)
    throw new CastellanError('KEY_INVALID', { message: 'What is signed is a hash of 32 bytes.' });
  return withPair(secret, ({ secretKey }) => nacl.sign.detached(hash, secretKey));
}

function withPair<T>(secret: Uint8Array, use: (pair: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }) => T): T {
  if (!(secret instanceof Uint8Array) || secret.length !== 32)
    throw new CastellanError('KEY_INVALID', { message: 'An Ed25519 seed is 32 bytes.' });
  const pair = nacl.sign.keyPair.fromSeed(secret);
  try {
    return use(pair);
  } finally {
    pair.secretKey.fill(0);
  }
}
