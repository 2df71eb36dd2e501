import type { AccountId, ChainId } from './ids.ts';

/**
 * A wallet that is a contract: the money is in it, another account's transactions drive it. Fixed when the wallet is made,
 * and a fact of our own records from then on.
 */
export interface SmartAccount {
  /** The adapter's word for the code behind it. */
  readonly kind: string;
  readonly account: AccountId;
  /** The account that signs the transactions and pays their fees. Its sequence is the wallet's. */
  readonly sender: AccountId;
  /** What the adapter has to know besides; strings only, kept with the wallet. */
  readonly terms: Readonly<Record<string, string>>;
}

/** What the account's own code holds to, even where our process is owned. Amounts are base units. */
export interface OnChainLimits {
  /** Of the native coin within each period. */
  readonly daily?: bigint;
  /** Length of the period, seconds. Default: a day. */
  readonly periodSeconds?: number;
  /** Of the native coin in one call. */
  readonly perTransaction?: bigint;
  /** The same for tokens, by asset id; a token that is not named does not move. */
  readonly tokens?: Readonly<Record<string, { readonly daily: bigint }>>;
  /** Nobody else is paid or called. */
  readonly allowedDestinations?: readonly AccountId[];
  /** Words of the adapter for what may be called, such as `transfer`. */
  readonly allowedOperations?: readonly string[];
  /** When the right ends. */
  readonly expiresAtMs?: number;
}

/** Somebody with a key of their own on the chain who signs what only they may say, such as the owner of a smart account. */
export interface TypedDataSigner {
  /** In the chain's own spelling. */
  readonly address: string;
  /** Signs structured data of the chain; a viem account is one of these. */
  signTypedData(data: never): Promise<string>;
}

/** What a new smart account is made of. */
export interface SmartAccountPlan {
  readonly chain: ChainId;
  readonly sender: AccountId;
  /** Kind `safe`: whose signatures it takes, and how many of them. */
  readonly owners?: readonly AccountId[];
  readonly threshold?: number;
  /** Kind `delegation`: who owns the account, and what the sender may do with it. */
  readonly owner?: TypedDataSigner;
  readonly limits?: OnChainLimits;
  /** Tells accounts of the same parties apart. */
  readonly salt: string;
}

/** Makes smart accounts of one chain family. */
export interface SmartAccounts {
  readonly kinds: readonly string[];
  /**
   * Deploys the account; a sponsor of the adapter's configuration pays. Idempotent by the plan: the same plan finds the same
   * account. @throws MODE_UNAVAILABLE where the chain or the configuration cannot; CHAIN_UNAVAILABLE; REQUEST_INVALID
   */
  create(kind: string, plan: SmartAccountPlan, signal?: AbortSignal): Promise<SmartAccount>;
}

/** A signature of one of several who must sign before the sender does. */
export interface CoSignature {
  /** 33 bytes compressed, or 32. */
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * What several parties sign before the sender can: their hash, and how their signatures become the payload that the sender
 * signs. Pure: both follow from the payload that was decided about.
 */
export interface CoSigning {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** The payload completed with the co-signers' signatures. @throws SIGNATURE_INVALID where a signature is none of the hash */
  attach(signatures: readonly CoSignature[]): Uint8Array;
}
