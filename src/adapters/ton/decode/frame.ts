import type { Capability, Effect, Operation } from '../../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { AccountFact } from '../../../core/transaction.ts';
import type { Send } from '../out-list.ts';
import type { Protocols } from '../protocols/index.ts';

/** Nesting of orders that is followed; deeper is unknown. Real ones nest two deep. */
export const MAX_DEPTH = 8;
/**
 * Messages of one order that are followed, those inside others included, beside all that such an inner order changes: twice
 * what one list can hold.
 */
export const MAX_LEAVES = 512;

/** Characters of all texts of one order that are looked at: many times what people write. */
export const MAX_TEXT = 16_384;

/** Other currencies of all messages of one order that are told one by one: many more than there are. */
export const MAX_CURRENCIES = 256;

/** What every leaf of one order is read against. */
export interface OrderFrame {
  readonly chain: ChainId;
  readonly native: AssetId;
  readonly wallet: AccountId;
  readonly facts: Facts;
  /** Tokens that the configuration lists. */
  readonly known: ReadonlySet<AssetId>;
  /** Contracts of known protocols. */
  readonly protocols: Protocols;
}

/** One message that the order sends, or makes another contract send. */
export interface Frame extends OrderFrame {
  /** Who sends it: what goes along is theirs. */
  readonly sender: AccountId;
  readonly send: Send;
  /** `0`, `0.2`, `0.2.1`: places among the actions. */
  readonly leaf: string;
  readonly depth: number;
}

/** What has been found so far in one order. */
export interface Findings {
  readonly effects: Effect[];
  leaves: number;
  /** Characters of text so far. */
  text: number;
  /** Other currencies so far. */
  currencies: number;
  complete: boolean;
}

/** What was read about the accounts that the order names; accounts of which two facts disagree are left out. */
export type Facts = ReadonlyMap<AccountId, AccountFact>;

const told = ({ state, holds, keeps }: AccountFact): string => `${state} ${holds} ${keeps?.owner} ${keeps?.asset}`;

/** What accounts keep for others, by what was read of them. */
export const keptBy =
  (facts: Facts) =>
  (account: AccountId): AccountFact['keeps'] =>
    facts.get(account)?.keeps;

/** Facts by account. */
export function factsOf(facts: readonly AccountFact[] | undefined): Facts {
  const found = new Map<AccountId, AccountFact>();
  const disputed = new Set<AccountId>();
  for (const fact of facts ?? []) {
    const other = found.get(fact.account);
    if (other !== undefined && told(other) !== told(fact)) disputed.add(fact.account);
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

/** Adds a call of what this send goes to. */
export function addCall(
  frame: Frame,
  call: {
    readonly op: string | null;
    readonly method: string | null;
    readonly args: Readonly<Record<string, string>> | null;
    readonly capability?: Capability;
    readonly operation?: Operation;
  },
  found: Findings,
): void {
  const { op, ...said } = call;
  const { to, value } = frame.send.message;
  const at = { value, asset: frame.native, leaf: frame.leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'call', contract: to, selector: op ?? '0x', ...said, ...at });
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
