import type { Effect } from '../../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { AccountFact } from '../../../core/transaction.ts';
import type { Send } from '../out-list.ts';

/** What every leaf of one order is read against. */
export interface OrderFrame {
  readonly chain: ChainId;
  readonly native: AssetId;
  readonly wallet: AccountId;
  readonly facts: Facts;
  /** Tokens that the configuration lists. */
  readonly known: ReadonlySet<AssetId>;
}

/** One send of the order. */
export interface Frame extends OrderFrame {
  readonly send: Send;
  /** Place among the order's actions. */
  readonly leaf: string;
}

/** What has been found so far in one order. */
export interface Findings {
  readonly effects: Effect[];
  complete: boolean;
}

/** What was read about the accounts that the order names; accounts of which two facts disagree are left out. */
export type Facts = ReadonlyMap<AccountId, AccountFact>;

/** Facts by account. */
export function factsOf(facts: readonly AccountFact[] | undefined): Facts {
  const found = new Map<AccountId, AccountFact>();
  const disputed = new Set<AccountId>();
  for (const fact of facts ?? []) {
    const other = found.get(fact.account);
    if (other !== undefined && (other.state !== fact.state || other.holds !== fact.holds)) disputed.add(fact.account);
    found.set(fact.account, fact);
  }
  for (const account of disputed) found.delete(account);
  return found;
}

/** Adds an `unknown` leaf: the order cannot be wholly understood. */
export function addUnknown(
  found: Findings,
  leaf: string,
  unknown: { readonly contract: AccountId | null; readonly selector: string | null; readonly detail: string },
): void {
  found.complete = false;
  found.effects.push({ kind: 'unknown', ...unknown, leaf, source: 'bytes' });
}

/** Adds both sides of a movement. */
export function addMove(
  found: Findings,
  leaf: string,
  move: { readonly from: AccountId; readonly to: AccountId; readonly asset: AssetId; readonly amount: bigint },
): void {
  const at = { asset: move.asset, amount: move.amount, leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'outflow', account: move.from, counterparty: move.to, ...at });
  found.effects.push({ kind: 'inflow', account: move.to, counterparty: move.from, ...at });
}
