import type { KeyAlgorithm } from './chain-adapter.ts';
import type { AccountId, ChainId } from './ids.ts';

/** What a user is asked to sign: the exact bytes, and what they do in words made from the bytes alone. */
export interface SigningOrder {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly requestId: string;
  /** The exact bytes that were decided about. */
  readonly payload: Uint8Array;
  /** The 32 bytes that the signature is over. */
  readonly hash: Uint8Array;
  /** What the bytes do. */
  readonly rendered: string;
}

/**
 * A user's own wallet. The key is theirs and never in our keeping: the gate protects them from the agent, and what they sign
 * besides it is their own affair.
 */
export interface UserSigner {
  readonly algorithm: KeyAlgorithm;
  /** Hex: 33 bytes compressed or 65 uncompressed for secp256k1, 32 for ed25519. */
  readonly publicKey?: string;
  /** In the chain's own spelling, for wallets that tell no public key. */
  readonly address?: string;
  /** Asks the user before a permit is spent. Left out, signing itself is the consent. */
  approve?(order: SigningOrder, options: { readonly signal: AbortSignal }): Promise<boolean>;
  /** 65 bytes r‖s‖v (v 0 or 1) or 64 bytes Ed25519, over `order.hash`. Null says no for good. */
  sign(order: SigningOrder, options: { readonly signal: AbortSignal }): Promise<Uint8Array | null>;
}
