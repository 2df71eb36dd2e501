import type { HaltChange, HaltState } from './halt.ts';
import type { AccountId, AgentId, Digest, RequestId, TimeMs } from './ids.ts';
import type { ChargeLine, LedgerWindow } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import type { PermitTerms } from './permit.ts';
import type { Reason } from './reason.ts';
import type { SignatureTerms } from './signature-order.ts';
import type { Slot } from './transaction.ts';

/** JSON-safe value as a store keeps it. Money is a decimal string at rest. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A versioned document. The first version is 1. */
export interface Doc<T extends Json = Json> {
  readonly version: number;
  readonly value: T;
}

/**
 * The life of one request's money: `held → redeemed → signed → broadcast → final`, or out by `released`.
 * `denied` and `escalated` requests have a row too, so that an id is never reused for another body.
 */
export type RequestState = 'denied' | 'escalated' | 'held' | 'redeemed' | 'signed' | 'broadcast' | 'final' | 'released';

/** Everything that the store keeps about one request: one row per (agent, request id), for ever. */
export interface RequestRow {
  readonly agent: AgentId;
  readonly requestId: RequestId;
  readonly bodyDigest: Digest;
  readonly actionDigest: Digest;
  readonly payloadDigest: Digest | null;
  readonly decisionId: string;
  /** Position of the decision's entry in the log. */
  readonly logIndex: number;
  readonly state: RequestState;
  readonly wallet: AccountId;
  readonly slot: Slot | null;
  /** Room held in the ledger. */
  readonly lines: readonly ChargeLine[];
  /** A held reservation that is not redeemed by then frees its room. */
  readonly dueMs: TimeMs;
  readonly permit: PermitTerms | null;
  /** The part of `lines` that is the fee ceiling; booked at what the chain really charged. */
  readonly feeLines: readonly ChargeLine[];
  readonly feeCeiling: string;
  /** The unsigned payload, base64: recovery may only ever complete these very bytes. */
  readonly payload: string | null;
  /** Encrypted signed bytes, base64, once they exist; and the hash the network knows. */
  readonly sealed: string | null;
  readonly txHash: string | null;
  readonly updatedMs: TimeMs;
  /** Present where what is signed is no transaction: it has no slot, no fee and no hash, and others decide when it is used. */
  readonly signature?: SignatureTerms;
  /**
   * The request in whose place of the sequence this one is: to do the same at a higher fee, or nothing. At most one of them lands; `lines` is
   * what this one takes beyond what the others hold already.
   */
  readonly replaces?: { readonly requestId: RequestId; readonly by: 'same' | 'nothing' };
  /** Kept by the store: until when the hold counts in the ledger, rounded up. */
  readonly heldUntilMs?: TimeMs;
  /** Kept by the store: what was booked into the windows and when, from `final` on. */
  readonly booked?: { readonly atMs: TimeMs; readonly lines: readonly ChargeLine[] } | null;
}

/** One command of a step. Closed union; ids make each naturally idempotent. */
export type Command =
  /** Takes room on every line or on none. Creates or replaces (from `escalated`/`released`) the request's row. */
  | { readonly kind: 'ledger.reserve'; readonly request: RequestRow; readonly caps: readonly LedgerCap[] }
  /** Records a request that holds no room (denied or escalated). Refused with `request_id_reused` for another body. */
  | { readonly kind: 'ledger.note'; readonly request: RequestRow }
  /**
   * Moves a request forward: `signed` (with sealed bytes), `broadcast`, `final` (books the lines into the windows at
   * `bookedAtMs`; `fees` replaces fee lines where the chain charged less), `released`, or back from `final` to
   * `broadcast` after a reorg. Repeating a move that was made is a no-op.
   */
  | {
      readonly kind: 'ledger.settle';
      readonly agent: AgentId;
      readonly requestId: RequestId;
      readonly to: 'signed' | 'broadcast' | 'final' | 'released';
      readonly sealed?: string;
      readonly txHash?: string;
      readonly lines?: readonly ChargeLine[];
      /** With `released`: the bytes are void for ever on the chain and its sequence did not move, so the slot is free again. */
      readonly freesSlot?: true;
    }
  /** Gives the room of a held reservation back now, voiding its permit. Refused once redeemed. */
  | { readonly kind: 'ledger.expire'; readonly agent: AgentId; readonly requestId: RequestId }
  /** Counts one event; refused (`rate_limited`, `cooldown_active`) where that breaks a bound. `max: null` only counts. */
  | {
      readonly kind: 'rate.take';
      readonly key: string;
      readonly windowMs: number;
      readonly max: number | null;
      readonly cooldownMs: number;
    }
  /** Writes down how a request of the agent ended, or `count` of them, in a row that stays small. */
  | { readonly kind: 'outcome.note'; readonly agent: AgentId; readonly outcome: Outcome; readonly count?: number }
  /** Writes the permit's terms into the request's row, which must be `held` in this step or before. */
  | { readonly kind: 'permit.issue'; readonly agent: AgentId; readonly requestId: RequestId; readonly permit: PermitTerms }
  /** The linearization point: see {@link RedeemCommand}. */
  | RedeemCommand
  /** Takes exactly `slot` of a wallet; refused `slot_taken` where it is not the next free one. `base` seeds a new wallet. */
  | {
      readonly kind: 'slot.take';
      readonly wallet: AccountId;
      readonly slot: Slot;
      readonly base: Slot;
      readonly agent: AgentId;
      readonly requestId: RequestId;
      readonly dueMs: TimeMs;
    }
  /** Puts a document; `ifVersion` 0 means "must not exist"; omitted means "whatever it is". `value: null` deletes. */
  | { readonly kind: 'doc.put'; readonly key: string; readonly value: Json; readonly ifVersion?: number }
  | { readonly kind: 'halt.set'; readonly change: HaltChange; readonly ifEpoch?: number }
  /** Appends canonical entries to the audit log. `leaf` is SHA-256(0x00 ‖ entry), hex. Idempotent by `id`. */
  | { readonly kind: 'log.append'; readonly id: string; readonly entry: string; readonly leaf: string }
  /**
   * Drops the text of all entries before a position: ids, leaves and links stay, so that every proof and every replay stays
   * as it was. `lastId` is the entry just before it, `record` the entry, further on, that says so. At most 5,000 entries at
   * once. Refused where an entry is not where the command says; repeating it is a no-op, going back is refused.
   */
  | PruneCommand;

/** See the command `log.prune`. */
export interface PruneCommand extends LogPruned {
  readonly kind: 'log.prune';
  readonly lastId: string;
}

/**
 * Redeems a permit: unused and unexpired; epoch, policy and registry current; nothing halted; reservation held; payload
 * and key the ones it was issued for. `redeemer` makes a retry by the same caller idempotent and any other a refusal.
 */
export interface RedeemCommand {
  readonly kind: 'permit.redeem';
  readonly permitId: string;
  readonly payloadDigest: Digest;
  readonly keyId: string;
  readonly redeemer: string;
}

/** The caps that stand over one ledger account, in its unit. */
export interface LedgerCap {
  readonly account: string;
  readonly windows: readonly LedgerWindow[];
}

/** An all-or-nothing list of commands. A step whose first `log.append` id exists already is answered as it was then. */
export interface Step {
  readonly commands: readonly Command[];
}

/** What a step came to. A refusal changes nothing and says why. */
export type StepResult =
  | { readonly ok: true; readonly atMs: TimeMs; readonly logIndex: number | null; readonly epoch: number; readonly replayed: boolean }
  | { readonly ok: false; readonly atMs: TimeMs; readonly command: number; readonly reason: Reason };

/** How far the texts of entries were dropped from the log, and what holds them now. */
export interface LogPruned {
  /** Position of the first entry that is kept. */
  readonly before: number;
  /** RFC 6962 tree hash of the lines of the archive, hex. */
  readonly archive: string;
  /** Id of the entry that records it. */
  readonly record: string;
}

/** One stored log entry. `chain` is SHA-256(previous chain ‖ leaf), hex. `entry` is empty where it was dropped. */
export interface LogRow {
  readonly index: number;
  readonly id: string;
  readonly entry: string;
  readonly leaf: string;
  readonly chain: string;
}

/** Position and hash of the log's end; the empty log is size 0 and 64 zeros. */
export interface LogHead {
  readonly size: number;
  readonly chain: string;
}

/** What a store promises, for health. */
export interface StoreInfo {
  readonly kind: string;
  readonly durability: 'ephemeral' | 'durable';
  /** True where several processes may share the data. */
  readonly shared: boolean;
  readonly notes: readonly string[];
}

/**
 * All state that outlives a process or is shared by several. Every method rejects with STORE_UNAVAILABLE where the
 * backend cannot be reached, and nothing has happened then or will happen later.
 */
export interface Store {
  readonly info: StoreInfo;
  /** Applies each step atomically and in order; resolves once all are durable. Concurrent calls share one commit. */
  apply(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Reads rows by key from one consistent state at least as new as any commit acknowledged before the call. */
  get(keys: readonly string[]): Promise<readonly (Json | undefined)[]>;
  /** Documents and rows under a key prefix, in key order. */
  scan(
    prefix: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly { readonly key: string; readonly value: Json }[]>;
  /** Log rows from `from` (inclusive), at most `limit` (default and most 1,000). */
  log(from: number, limit?: number): Promise<readonly LogRow[]>;
  /** Length and chain hash of the log. */
  logHead(): Promise<LogHead>;
  /** Index of the entry with this id. */
  findLog(id: string): Promise<number | undefined>;
  /** The halt state; synchronous snapshot refreshed by each apply and get of this process. */
  haltSnapshot(): { readonly state: HaltState; readonly readAtMs: TimeMs } | undefined;
  /** Calls back after each commit of this process, with what it appended. The callback must not throw. */
  watch(listener: (appended: readonly LogRow[]) => void): () => void;
  /** Store time, ms. */
  now(): Promise<TimeMs>;
  /** Lets the store go. Whatever was resolved before is kept. */
  close(): Promise<void>;
}

/** The one place that spells row keys. Ids are validated at the edge and hold no `/`. */
export const storeKey = {
  request: (agent: AgentId, requestId: RequestId): string => `request/${requestId}/${agent}`,
  /** Exists from redeemed until final or released: what recovery has to look at. */
  open: (agent: AgentId, requestId: RequestId): string => `open/${requestId}/${agent}`,
  openAll: (): string => 'open/',
  ledger: (account: string): string => `ledger/${account}`,
  ledgerWindow: (account: string, windowMs: number): string => `window/${account}/${windowMs}`,
  rate: (key: string): string => `rate/${key}`,
  outcomes: (agent: AgentId): string => `outcomes/${agent}`,
  slots: (wallet: AccountId): string => `slots/${wallet}`,
  halt: (): string => 'halt',
  /** A {@link LogPruned}; absent where nothing was dropped. */
  pruned: (): string => 'pruned',
  doc: (key: string): string => `doc/${key}`,
} as const;
