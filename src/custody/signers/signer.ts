import type { KeyAlgorithm } from '../../core/index.ts';
import { isEd25519Secret, signEd25519, toEd25519PublicKey } from './ed25519.ts';
import { isSecp256k1Secret, signSecp256k1, toSecp256k1PublicKey } from './secp256k1.ts';

/** What can be done with the 32 bytes of a private key. */
export interface Signer {
  isSecret(secret: Uint8Array): boolean;
  toPublicKey(secret: Uint8Array): Uint8Array;
  /** Signs a hash of 32 bytes, the same each time. @throws KEY_INVALID */
  sign(hash: Uint8Array, secret: Uint8Array): Uint8Array;
}

/** The signer of each algorithm. */
export const SIGNERS: Readonly<Record<KeyAlgorithm, Signer>> = Object.freeze({
  secp256k1: Object.freeze({ isSecret: isSecp256k1Secret, toPublicKey: toSecp256k1PublicKey, sign: signSecp256k1 }),
  ed25519: Object.freeze({ isSecret: isEd25519Secret, toPublicKey: toEd25519PublicKey, sign: signEd25519 }),
});
