import type { Cell } from '@ton/core';
import type { Capability, Operation } from '../../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { AccountFact } from '../../../core/transaction.ts';

/** Protocols whose orders are read. */
export const PROTOCOLS = ['stonfi-v1', 'stonfi-v2', 'dedust', 'tonstakers', 'bemo', 'nominator-pool', 'getgems'] as const;
/** Name of one of them. */
export type ProtocolName = (typeof PROTOCOLS)[number];

/** What a contract of a protocol does in it. */
export const ROLES = ['router', 'token_account', 'vault', 'pool', 'sale'] as const;
/** One of these parts. */
export type Role = (typeof ROLES)[number];

/** One contract that the deployment holds for one of a protocol’s. An order is believed at such a contract alone. */
export interface Deployment {
  readonly protocol: ProtocolName;
  readonly role: Role;
  readonly account: AccountId;
  /**
   * Of a token account or vault: what it keeps. Of a pool of a DEX: the two that it changes into one another; of a staking
   * pool: the token that it gives for coins. Of a sale: the item.
   */
  readonly assets: readonly AssetId[];
  /** Of a token account: the router that it belongs to. */
  readonly owner: AccountId | null;
}

/** Contracts of known protocols, by account. */
export type Protocols = ReadonlyMap<AccountId, Deployment>;

export const NO_PROTOCOLS: Protocols = new Map();

/** Coins or tokens that come to a contract, with an order. */
export interface Arrival {
  readonly at: Deployment;
  /** Whose they were. */
  readonly from: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
  /** The body of the message, or what a token’s order passes on. */
  readonly payload: Cell;
  readonly chain: ChainId;
  readonly native: AssetId;
  readonly protocols: Protocols;
  /** What was read of an account that the order names: the token that it keeps, and for whom. */
  readonly keeps: (account: AccountId) => AccountFact['keeps'];
}

/** What an order to a contract of a protocol comes to. */
export interface Use {
  readonly protocol: ProtocolName;
  readonly op: string;
  readonly method: string;
  readonly capability: Capability;
  readonly operation?: Operation;
  readonly args: Readonly<Record<string, string>>;
  /** The least that comes out of it, and who gets it. */
  readonly gets: readonly { readonly asset: AssetId; readonly amount: bigint; readonly to: AccountId }[];
  /** Who else than the payer gets what comes out, or what was paid where the order fails. */
  readonly others: readonly AccountId[];
}

/** Everyone but the payer, each once. */
export function othersThan(payer: AccountId, ...takers: readonly (AccountId | null)[]): readonly AccountId[] {
  return [...new Set(takers.filter((taker): taker is AccountId => taker !== null && taker !== payer))];
}
