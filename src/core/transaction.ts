import type { Effect } from './effect.ts';
import type { AccountId, AssetId, ChainId, Digest, TimeMs } from './ids.ts';
import type { SmartAccount } from './smart-account.ts';

/** One call in chain-neutral form. `data` is empty for a plain native transfer. */
export interface Call {
  readonly to: AccountId;
  /** Native base units. */
  readonly value: bigint;
  readonly data: Uint8Array;
  /** The chain's own terms of the call, where they are not what `build` would choose; see the adapter. */
  readonly terms?: Readonly<Record<string, string>>;
}

/**
 * What the node read about an account that the bytes name, where bytes alone do not say enough. A fact of the chain, never
 * of a caller.
 */
export interface AccountFact {
  readonly account: AccountId;
  /** `empty`: no code there yet. `wallet`: code of a known wallet, which takes any payment. */
  readonly state: 'empty' | 'wallet' | 'contract' | 'frozen';
  /** The token that this account keeps for our wallet, by the word of the token's own contract. */
  readonly holds: AssetId | null;
  /** The token that it keeps for somebody else whom the bytes name, likewise. */
  readonly keeps?: { readonly owner: AccountId; readonly asset: AssetId };
}

/** What an agent asks for, after parsing and before any chain has been asked. Amounts are base units. */
export type Action =
  | { readonly kind: 'transfer'; readonly asset: AssetId; readonly amount: bigint; readonly to: AccountId; readonly comment?: string }
  | { readonly kind: 'approve'; readonly asset: AssetId; readonly amount: bigint | 'unlimited'; readonly spender: AccountId }
  | { readonly kind: 'transfer_from'; readonly asset: AssetId; readonly amount: bigint; readonly from: AccountId; readonly to: AccountId }
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  /** An unsigned transaction that somebody else built, in the chain's own serialization. */
  | { readonly kind: 'transaction'; readonly bytes: Uint8Array };

/** Fee bounds in native base units. `ceiling` is the most that the transaction can ever cost in fees. */
export interface FeeQuote {
  readonly asset: AssetId;
  readonly ceiling: bigint;
  /** The chain's own parameters (gas, price per gas, forward amounts), decimal strings. */
  readonly params: Readonly<Record<string, string>>;
}

/** A position in the wallet's own sequence: nonce, or seqno. */
export type Slot = number;

/** One unsigned transaction: exactly the bytes that a key would sign, and nothing that is not in them. */
export interface UnsignedTransaction {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** The exact preimage whose chain-specific hash the key signs. */
  readonly payload: Uint8Array;
  /** SHA-256 over a domain tag and `payload`: what decisions and permits are bound to. */
  readonly payloadDigest: Digest;
  readonly slot: Slot;
  readonly fee: FeeQuote;
  readonly validUntilMs: TimeMs | null;
  /** The wallet's key, on chains where a signature does not tell it. */
  readonly publicKey?: Uint8Array;
  /** What decoding needs to know of the accounts that the bytes name; see {@link AccountFact}. */
  readonly facts?: readonly AccountFact[];
  /** The contract that is the wallet, where it is one: by our own records. */
  readonly smart?: SmartAccount;
}

/** What decoding the payload found. `complete: false` means a leaf is `unknown`. */
export interface DecodedTransaction {
  readonly effects: readonly Effect[];
  readonly calls: readonly Call[];
  readonly complete: boolean;
}

/** Bytes ready for the network, and the hash under which the network will know them. */
export interface SignedTransaction {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly slot: Slot;
  readonly raw: Uint8Array;
  readonly hash: string;
  /** The contract that is the wallet, where it is one: by our own records. */
  readonly smart?: SmartAccount;
}

/** What the chain did with a transaction, read after finality. */
export interface Receipt {
  readonly txHash: string;
  readonly success: boolean;
  /** True where it failed and part of it may have happened all the same: everything that it could cost counts as spent. */
  readonly partial?: boolean;
  readonly confirmedAtBlock: string;
  readonly confirmedAtMs: TimeMs;
  readonly blockHash: string;
  readonly gasUsed: string;
  /** Native base units really paid in fees. */
  readonly feePaid: bigint;
  readonly effects: readonly Effect[];
}

/** Who signs and pays: the sender of a smart account, or else the wallet itself. */
export function senderOf(tx: Pick<SignedTransaction, 'wallet' | 'smart'>): AccountId {
  return tx.smart?.sender ?? tx.wallet;
}
