import type { KeyAlgorithm } from '../../core/index.ts';
import type { KeyInfo } from './key-record.ts';

/** A key that is kept in the vault of its seed; `key.id` is what wallets and permits name it by. */
export interface DerivedKey {
  readonly algorithm: KeyAlgorithm;
  /** As it was derived, hardened levels included. */
  readonly path: string;
  /** Hex; compressed for secp256k1. */
  readonly publicKey: string;
  readonly key: KeyInfo;
}

/** A key under bytes that the caller had anyway. Only its method gives the private key out: nothing that prints it does. */
export interface RawDerivedKey extends Omit<DerivedKey, 'key'> {
  readonly key: null;
  /** A copy of the 32 bytes; whoever asks wipes it. */
  exportPrivateKey(): Uint8Array;
}
