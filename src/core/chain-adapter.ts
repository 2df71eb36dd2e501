import type { SignatureVerifier } from './approval.ts';
import type { AssetChange } from './asset-change.ts';
import type { ChainAnswer, ChainQuestion } from './chain-look-up.ts';
import type { Effect } from './effect.ts';
import type { AccountId, AssetId, ChainId, TimeMs } from './ids.ts';
import type { MarketData } from './market.ts';
import type { SignatureMark, SignatureOrder, SignatureReading, SignatureStatus } from './signature-order.ts';
import type { SecondOpinion } from './simulation-provider.ts';
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
  /**
   * Reads something other than a transaction that a key is asked to sign; absent where this family signs transactions only.
   * What is not understood has an `unknown` effect; nothing is ever guessed.
   * @throws PAYLOAD_UNDECODABLE for an order that is none
   */
  readSignature?(order: SignatureOrder, chain: ChainId, wallet: AccountId, smart?: SmartAccount): SignatureReading;
  /** The signature in the form in which others take it. @throws SIGNATURE_INVALID unless it is the wallet's over this payload */
  assembleSignature?(payload: Uint8Array, signature: Uint8Array, wallet: AccountId): Uint8Array;
  /**
   * The same transaction in the same place at another fee; absent where no transaction takes another's place.
   * @throws PAYLOAD_UNDECODABLE for one that cannot be replaced
   */
  reprice?(tx: UnsignedTransaction, fee: FeeQuote): UnsignedTransaction;
  /**
   * What the fee of `tx` would have to be at least for nodes to take it in the place of `stuck`; undefined where it is that already.
   * @throws PAYLOAD_UNDECODABLE for one that cannot be replaced
   */
  underbid?(tx: UnsignedTransaction, stuck: UnsignedTransaction): FeeQuote['params'] | undefined;
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
  /** Net changes of holdings by account and asset, fees apart; absent where nobody but {@link effects} tells them. */
  readonly changes?: readonly AssetChange[];
  /** What the contracts that the bytes call were made of, where the chain can tell: another time it may be something else. */
  readonly code?: readonly PinnedCode[];
  /** What somebody else's simulation came to, where one was asked. */
  readonly opinions?: readonly SecondOpinion[];
}

/** The part of a contract's facts that decides what a call of it does. */
export type PinnedCode = Pick<ContractFacts, 'account' | 'codeHash' | 'implementation' | 'admin'>;

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

/** What a contract is made of now. Hashes are Keccak-256 (EVM) or representation hashes (TON), lowercase hex without prefix. */
export interface ContractFacts {
  readonly account: AccountId;
  /** Null where there is no code. */
  readonly codeHash: string | null;
  /** Of a known kind of proxy: what it runs, and who may change that. */
  readonly implementation: AccountId | null;
  readonly admin: AccountId | null;
  /** By the contract's own `owner()` or get-method; null where it has none. */
  readonly owner: AccountId | null;
}

/** One thing that happened to an account on the chain. */
export interface AccountActivity {
  readonly kind: 'sent' | 'received' | 'allowance' | 'operator' | 'code';
  readonly account: AccountId;
  /** Hash under which our own records know a transaction of ours. */
  readonly txHash: string;
  readonly slot: number | null;
  readonly counterparty: AccountId | null;
  readonly asset: AssetId | null;
  readonly amount: bigint | 'unlimited' | null;
  readonly block: string;
  readonly blockHash: string;
  readonly atMs: TimeMs;
}

/** What happened to accounts since a cursor, and from where to go on. A cursor is the adapter's own, JSON-safe text. */
export interface ActivityPage {
  readonly events: readonly AccountActivity[];
  readonly cursor: string;
  /** True where a block that the cursor stood on is no longer part of the chain; events begin at the last common one. */
  readonly reorganised: boolean;
  /** True where more is known already. */
  readonly more: boolean;
  /** The first height that the events are of, where heights can come again with other blocks; else null. */
  readonly fromHeight: number | null;
  /** What accounts hold of the chain's coin as of the cursor, where coins can leave by ways that no event shows; empty where nothing is new. */
  readonly holdings: readonly { readonly account: AccountId; readonly amount: bigint }[];
}

/** Whose word a chain's reads stand on. */
export interface NodeTrust {
  /** Endpoints of the configuration. */
  readonly configured: number;
  /** How many of them must give the same answer. */
  readonly quorum: number;
  /** Positions of those that failed again and again and are not asked at present. */
  readonly resting: readonly number[];
}

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
  /**
   * How much of a token `spender` may still take from `owner`, base units; absent where this family knows no allowances.
   * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT; REQUEST_INVALID for what is no token of this chain
   */
  allowance?(asset: AssetId, owner: AccountId, spender: AccountId, signal?: AbortSignal): Promise<bigint>;
  /**
   * What became of a signature that was handed out, by the newest state that is final; absent where this family signs
   * transactions only. That its time has passed is told by `finalHead`.
   */
  signatureStatus?(mark: SignatureMark, wallet: AccountId, signal?: AbortSignal): Promise<SignatureStatus>;
  /** Height and time of the newest state that is final. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
  finalHead?(signal?: AbortSignal): Promise<{ readonly number: string; readonly timestampMs: number }>;
  /** What contracts are made of, all by one block. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT */
  inspect?(accounts: readonly AccountId[], signal?: AbortSignal): Promise<readonly ContractFacts[]>;
  /** What stands at accounts and what tokens call themselves, by the newest state, all asked side by side. @throws CHAIN_UNAVAILABLE, TIMEOUT */
  lookUp?(question: ChainQuestion, signal?: AbortSignal): Promise<ChainAnswer>;
  /** What happened to accounts since `cursor`; null begins at the present head. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
  activity?(accounts: readonly AccountId[], cursor: string | null, signal?: AbortSignal): Promise<ActivityPage>;
  /** The account behind a name (ENS, TON DNS); null where nobody holds it. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, NAME_INVALID */
  resolveName?(name: string, signal?: AbortSignal): Promise<AccountId | null>;
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
  /**
   * The least fee at which the network takes another transaction in the place of `stuck` and is likely to include it: of the same calls, or
   * of `instead`. Absent where no transaction takes another's place.
   * @throws CHAIN_REJECTED with `details.reason` `fee_exceeds_ceiling`; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID
   */
  requote?(
    stuck: UnsignedTransaction,
    options: { readonly instead?: Action; readonly ceiling?: bigint; readonly signal?: AbortSignal },
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
  /** Whose word all of this stands on, for health; absent where a chain has no endpoints. */
  trust?(): NodeTrust;
  /** What the configuration reads of the market here: feeds, pools, fees. Absent where it reads none. */
  readonly market?: MarketData;
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
