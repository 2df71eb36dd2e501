import { collectibleAsset } from '../../../core/asset.ts';
import type { Effect, Hazard } from '../../../core/effect.ts';
import type { AccountId, AssetId, ChainId, TimeMs } from '../../../core/ids.ts';

/** What a call does, without the place where it was found. */
export type Found = Effect extends infer E ? (E extends Effect ? Omit<E, 'leaf' | 'source'> : never) : never;

/**
 * All of a uint96, which is how some tokens keep an allowance and spell one without end; no supply that matters comes near.
 * An allowance from here on is never used up.
 */
const UNLIMITED_FROM = 2n ** 96n - 1n;

/** An allowance as people mean it. */
export function allowanceAmount(amount: bigint, unlimitedFrom = UNLIMITED_FROM): bigint | 'unlimited' {
  return amount >= unlimitedFrom ? 'unlimited' : amount;
}

/** What leaves one account and reaches another. */
export function moved(from: AccountId, to: AccountId, asset: AssetId, amount: bigint): readonly Found[] {
  return [
    { kind: 'outflow', account: from, counterparty: to, asset, amount },
    { kind: 'inflow', account: to, counterparty: from, asset, amount },
  ];
}

/** One piece, or several, of a collection. */
export function movedItem(
  chain: ChainId,
  standard: 'erc721' | 'erc1155',
  collection: AccountId,
  move: { readonly from: AccountId; readonly to: AccountId; readonly id: bigint; readonly pieces: bigint },
): readonly Found[] {
  return moved(move.from, move.to, collectibleAsset(chain, standard, collection, move.id), move.pieces);
}

/** What an account lets another take of it from now on. */
export function allowed(
  owner: AccountId,
  spender: AccountId,
  asset: AssetId,
  amount: bigint | 'unlimited',
  expiresAtMs: TimeMs | null = null,
): Found {
  return { kind: 'allowance', owner, spender, asset, amount, expiresAtMs };
}

/** Who may rule an account, or what code it runs, changes. */
export function control(account: AccountId, aspect: Extract<Effect, { kind: 'control' }>['aspect'], to: AccountId | null): Found {
  return { kind: 'control', account, aspect, to };
}

/** A known way to lose money. */
export function hazard(account: AccountId, name: Hazard, detail: string): Found {
  return { kind: 'hazard', account, hazard: name, detail };
}
