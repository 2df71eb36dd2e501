import type { Effect } from './effect.ts';
import type { AccountId, Digest, TimeMs } from './ids.ts';

/** Something other than a transaction that a key is asked to sign, in the words of whoever asks. */
export type SignatureOrder =
  /** Bytes that are signed as a message: `personal_sign` (ERC-191). */
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** Typed data as JSON text (EIP-712): types, primaryType, domain, message. */
  | { readonly kind: 'typed_data'; readonly json: string }
  /** Code for an account of its own (EIP-7702); numbers as decimal strings. Chain 0 means every chain. */
  | { readonly kind: 'authorization'; readonly chainId: string; readonly address: string; readonly nonce: string };

/** Where the chain tells that a signature was used or can no longer be used. The adapter alone reads `state`. */
export interface SignatureMark {
  readonly contract: AccountId;
  /** The adapter's own name of the place, e.g. `permit_nonce`, and its arguments, decimal or hex strings. */
  readonly place: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What an order comes to, from its own words alone: exact bytes, and everything that others may do with the signature. */
export interface SignatureReading {
  /** The exact preimage: the adapter's `signingHash(payload)` is what the key signs. */
  readonly payload: Uint8Array;
  readonly payloadDigest: Digest;
  /** What it is: `siwe`, `text`, `eip2612`, `dai_permit`, `permit2_single`, …; `unknown` where nothing is known of it. */
  readonly standard: string;
  /** What others may do with the signature, as if they did it. Source `bytes`; an `unknown` effect where it is not understood. */
  readonly effects: readonly Effect[];
  readonly complete: boolean;
  /** From then on the signature is void; null where it never is. */
  readonly expiresAtMs: TimeMs | null;
  /** Null where it moves nothing, or where the chain tells nothing. */
  readonly mark: SignatureMark | null;
  /** One line for people. */
  readonly summary: string;
  /** Host, with its port where it names one, that a login is for, as the message says it; absent where it is no login. */
  readonly site?: string;
}

/** What the store keeps of a signature beside its bytes, and a decision shows of it. */
export interface SignatureTerms extends Pick<SignatureReading, 'standard' | 'summary' | 'expiresAtMs' | 'mark'> {
  /** Whether others can move or change anything with it. A login or a text that cannot is done once it is handed out. */
  readonly binds: boolean;
}

/**
 * What became of a signature that was handed out. `open`: others may still use it. `partly_used`: they may, and have used it
 * already, or nobody can tell that they have not; what it took never comes back, however it ends.
 */
export type SignatureStatus = 'open' | 'partly_used' | 'used' | 'revoked' | 'expired';
