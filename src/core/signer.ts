import type { KeyAlgorithm } from './chain-adapter.ts';

/** A signature over a payload, in the algorithm's plain form: 65 bytes r‖s‖v (low s, v 0 or 1) or 64 bytes Ed25519. */
export interface PayloadSignature {
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature is over, where co-signers had to complete the payload first. */
  readonly payload?: Uint8Array;
}

/** What each algorithm signs for a payload: wired once from the adapters' codecs, never passed by a caller. */
export type SigningHashes = Readonly<Partial<Record<KeyAlgorithm, (payload: Uint8Array) => Uint8Array>>>;

/** The only way to a key: redeems the permit for exactly this payload, then signs it. */
export interface Custodian {
  /** @throws PERMIT_REFUSED with the reason code in `details.reason`; KEY_REVOKED; KEY_UNKNOWN. */
  sign(permitId: string, payload: Uint8Array): Promise<PayloadSignature>;
}

/** An attestation key: signs only domain-separated messages that can never be a transaction. */
export interface AttestationKey {
  readonly id: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** A raw Ed25519 signature, 64 bytes. @throws SIGNING_CLOSED for a message that could be a transaction */
  sign(message: Uint8Array): Uint8Array;
}
