import type { Address, Cell } from '@ton/core';
import type { Account } from './account.ts';
import type { Block } from './block.ts';
import type { TransactionRecord } from './transaction-record.ts';

/** An account's state from a masterchain block on. */
export interface AccountVersion {
  readonly seqno: number;
  readonly account: Account;
}

/** A message and where it goes. */
export interface PendingMessage {
  readonly cell: Cell;
  readonly to: Address;
}

/** All that a snapshot keeps. */
export interface ChainState {
  /** By raw address; ascending, the last one is now. */
  readonly accounts: Map<string, AccountVersion[]>;
  /** By raw address; ascending by logical time. */
  readonly transactions: Map<string, TransactionRecord[]>;
  /** By the message that came in. */
  readonly received: Map<string, TransactionRecord>;
  /** By each message that went out. */
  readonly sent: Map<string, TransactionRecord>;
  /** Ascending without a gap; the last one is the head. */
  blocks: Block[];
  /** Transactions in `blocks`. */
  kept: number;
  /** Internal messages that the next block delivers. */
  inFlight: PendingMessage[];
  /** Externals that wait for a block. */
  queue: PendingMessage[];
  /** Public libraries as a dictionary of hash to cell, null while there is none. */
  libraries: Cell | null;
  lt: bigint;
  /** Chain time less host time, ms. */
  offsetMs: number;
}

/** A state without blocks. */
export function emptyState(offsetMs: number): ChainState {
  return {
    accounts: new Map(),
    transactions: new Map(),
    received: new Map(),
    sent: new Map(),
    blocks: [],
    kept: 0,
    inFlight: [],
    queue: [],
    libraries: null,
    lt: 0n,
    offsetMs,
  };
}

/** A copy that later blocks leave alone. */
export function copyState(state: ChainState): ChainState {
  return {
    ...state,
    accounts: copyLists(state.accounts),
    transactions: copyLists(state.transactions),
    received: new Map(state.received),
    sent: new Map(state.sent),
    blocks: [...state.blocks],
    inFlight: [...state.inFlight],
    queue: [...state.queue],
  };
}

const copyLists = <Item>(lists: ReadonlyMap<string, readonly Item[]>): Map<string, Item[]> =>
  new Map([...lists].map(([key, items]) => [key, [...items]]));
