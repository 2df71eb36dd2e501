import type { SignatureVerifier } from './approval.ts';
import type { Effect } from './effect.ts';
import type { AccountId, AssetId, ChainId } from './ids.ts';
import type { CoSigning, SmartAccount, SmartAccounts } from './smart-account.ts';
import type {
  AccountFact,
  Action,
  DecodedTransaction,
  FeeQuote,
  Receipt,
  SignedTransaction,
  Slot,
  UnsignedTransaction,
} from './transaction.ts';

/** A token the registry knows. Symbols resolve only through this list. */
export interface Token {
  readonly asset: AssetId;
  readonly symbol: string;
  readonly decimals: number;
}

/** Signature scheme of a key, and of what a chain's wallets need. */
export type KeyAlgorithm = 'secp256k1' | 'ed25519';

/** What a codec needs to build the exact bytes. */
export interface BuildContext {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly slot: Slot;
  readonly fee: FeeQuote;
  /** From this moment of the chain's time on the bytes are void; null where the chain knows no such thing. */
  readonly validUntilMs: number | null;
  /** The wallet's key, where the codec needs it. */
  readonly publicKey?: Uint8Array;
  readonly facts?: readonly AccountFact[];
  /** The contract that is the wallet, where it is one. */
  readonly smart?: SmartAccount;
}

/** The offline, pure half of a chain: bytes in, meaning out. Never talks, never reads a clock. */
export interface Codec {
  /** Builds the exact bytes. @throws CastellanError REQUEST_INVALID when the action cannot be expressed. */
  build(action: Action, context: BuildContext): UnsignedTransaction;
  /**
   * Decodes every leaf of the payload from its bytes alone. What cannot be decoded is an `unknown` effect.
   * @throws CastellanError PAYLOAD_UNDECODABLE when the bytes are no transaction of this chain and wallet.
   */
  decode(tx: UnsignedTransaction): DecodedTransaction;
  /** Reads a foreign unsigned transaction into an action; the slot and fee are ours. @throws PAYLOAD_UNDECODABLE */
  parse(bytes: Uint8Array, chain: ChainId, wallet: AccountId): Action;
  /** Takes a foreign unsigned transaction exactly as it stands: its slot, its fee, its bytes. @throws PAYLOAD_UNDECODABLE */
  adopt(bytes: Uint8Array, chain: ChainId, wallet: AccountId, publicKey?: Uint8Array, smart?: SmartAccount): UnsignedTransaction;
  /** What others sign before the sender can, where the payload is such an order; undefined where one key signs alone. */
  coSigning?(payload: Uint8Array): CoSigning | undefined;
  /** The 32 bytes that `algorithm` signs for this payload. */
  signingHash(payload: Uint8Array): Uint8Array;
  readonly algorithm: KeyAlgorithm;
  /** Whether bytes can only be read beside the wallet's public key: a signature of this chain does not tell it. */
  readonly needsPublicKey: boolean;
  /** How long bytes of ours stay valid, ms; null where the chain knows no validity window. */
  readonly validForMs: number | null;
  /** Joins payload and signature. @throws SIGNATURE_INVALID unless it recovers or verifies to the wallet, or to its sender. */
  assemble(tx: UnsignedTransaction, signature: Uint8Array): SignedTransaction;
  /** The wallet account that a public key controls on this chain. */
  walletOf(publicKey: Uint8Array, chain: ChainId): AccountId;
  /** Native asset of the chain. */
  nativeAsset(chain: ChainId): Token;
}

/** How much of an asset an account holds, base units. */
export interface Balance {
  readonly asset: AssetId;
  readonly amount: bigint;
}

/** A dry run of the exact bytes against current state. */
export interface SimulationReport {
  readonly success: boolean;
  readonly wouldRevert: boolean;
  readonly gasEstimate: string;
  readonly coverageLevel: 'basic' | 'deep';
  /** Always contains `state_may_diverge`. */
  readonly caveats: readonly string[];
  /** Effects on every account touched; amounts are measured differences of state where the chain can tell. */
  readonly effects: readonly Effect[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  /** Block that the report was computed on. */
  readonly block: { readonly number: string; readonly hash: string; readonly timestampMs: number };
}

/** Where a wallet's sequence stands on the chain. */
export interface SequenceState {
  /** The next slot by finalised-or-latest state. */
  readonly next: Slot;
  /** The chain's own time of that state, where validity is measured in it; else null. */
  readonly chainTimeMs: number | null;
}

/** What the network said to a broadcast. `unknown` is not failure: look the hash up. */
export type BroadcastResult =
  | { readonly status: 'accepted' | 'known' | 'unknown'; readonly hash: string }
  | { readonly status: 'rejected'; readonly hash: string; readonly detail: string };

/** Where a signed transaction stands. Only `final` may be believed. */
export type SettlementStatus =
  | { readonly status: 'pending' }
  | { readonly status: 'included'; readonly blockHash: string; readonly confirmations: number }
  | { readonly status: 'final'; readonly receipt: Receipt }
  /** Another transaction is final in this slot, or the validity window has passed on chain: ours can never land. */
  | { readonly status: 'replaced' | 'expired'; readonly by: string | null };

/** The half of a chain that talks. Every call has a timeout and a size limit; every answer is checked. */
export interface ChainNode {
  readonly chain: ChainId;
  /** Confirms that the endpoint serves this chain. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
  verifyChain(signal?: AbortSignal): Promise<void>;
  /**
   * Reads what decoding has to know of the accounts that the action names; absent where bytes say everything.
   * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
   */
  survey?(action: Action, wallet: AccountId, signal?: AbortSignal, smart?: SmartAccount): Promise<readonly AccountFact[]>;
  /**
   * What the account holds, base units, all by one block: the native coin first, zero or not, then each of `assets` that is not
   * zero. Fails closed where one of them cannot be read: a token that tells nothing is an error and never left out.
   * @throws CHAIN_REJECTED, with `details.reason` `token_unreadable` for such a token; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT;
   * REQUEST_INVALID for an account or asset of another chain
   */
  balances?(account: AccountId, assets: readonly AssetId[], signal?: AbortSignal): Promise<readonly Balance[]>;
  /** Fee for the action, bounded by `ceiling` where given. */
  quote(
    action: Action,
    wallet: AccountId,
    options: {
      readonly ceiling?: bigint;
      readonly facts?: readonly AccountFact[];
      readonly smart?: SmartAccount;
      readonly signal?: AbortSignal;
    },
  ): Promise<FeeQuote>;
  /** Runs the transaction on the chain's present state and says what it would do. Sends nothing. */
  simulate(
    tx: UnsignedTransaction,
    options: { readonly watch?: readonly AssetId[]; readonly signal?: AbortSignal },
  ): Promise<SimulationReport>;
  /** The next nonce or seqno of a wallet, by the chain's own state. */
  sequence(wallet: AccountId, signal?: AbortSignal): Promise<SequenceState>;
  /** Sends signed bytes. Idempotent: the same bytes twice are one transaction. */
  broadcast(signed: SignedTransaction, signal?: AbortSignal): Promise<BroadcastResult>;
  /** Reorg-safe look-up, one pass, no waiting. */
  status(signed: SignedTransaction, signal?: AbortSignal): Promise<SettlementStatus>;
  /** After this long without inclusion the same bytes are handed in again, ms; null where the network keeps them. */
  readonly rebroadcastMs: number | null;
  /** Waits until `final`, `replaced` or `expired`, or the deadline (then `pending`). */
  settle(signed: SignedTransaction, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<SettlementStatus>;
  /** Chain time in ms and height, for health. */
  head(signal?: AbortSignal): Promise<{ readonly number: string; readonly timestampMs: number }>;
  /** Ends what is open. Nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** One family of chains behind the gate. A third chain is one of these that passes the conformance suite. */
export interface ChainAdapter {
  readonly family: string;
  readonly chains: readonly ChainId[];
  readonly codec: Codec;
  /** Tokens that this adapter's configuration names, native asset included. */
  readonly tokens: readonly Token[];
  /** Signature schemes of this family that approvers and owners may use. */
  readonly verifiers?: readonly SignatureVerifier[];
  /** Makes wallets that are contracts, where this family has any. */
  readonly accounts?: SmartAccounts;
  /** What talks to one of its chains. @throws CHAIN_INVALID for a chain that is not in `chains`. */
  node(chain: ChainId): ChainNode;
}
