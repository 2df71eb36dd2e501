import { accountKey } from '../../../../core/account.ts';
import { tokenAsset } from '../../../../core/asset.ts';
import type { purposeOf } from '../../../../core/effect.ts';
import type { AccountId, AssetId, TimeMs } from '../../../../core/ids.ts';
import type { SignatureMark } from '../../../../core/signature-order.ts';
import { hexOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import { flatten } from './flatten.ts';
import type { TypedOrder } from './kind.ts';

/** Second from which on a deadline is none: the year 2100. People who mean for ever write anything from 9,999,999,999 to 2²⁵⁶ − 1. */
const NEVER_FROM = 4_102_444_800n;

/** A deadline of the chain, seconds, as the moment from which on nobody can use the signature; null where that never comes. */
export function expiryMs(seconds: bigint): TimeMs | null {
  return seconds >= NEVER_FROM ? null : Number(seconds) * 1_000;
}

/** The earlier of two ends. */
export function earlier(a: TimeMs | null, b: TimeMs | null): TimeMs | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** That others may use it for ever, where it has no end. */
export function endless(order: TypedOrder, expiresAtMs: TimeMs | null, what = 'the signature'): readonly Found[] {
  if (expiresAtMs !== null) return [];
  return [{ kind: 'hazard', account: order.wallet, hazard: 'never_expires', detail: `${what} has no end` }];
}

/** The token's asset, listed or not. */
export function assetAt(order: TypedOrder, token: AccountId): AssetId {
  return order.known.tokens.get(accountKey(token)) ?? tokenAsset(order.chain, token);
}

/** The first four bytes of the type's hash: what a policy names beside the contract, as it names a method's selector. */
export function selectorOfType(order: Pick<TypedOrder, 'data'>): string {
  return hexOf(order.data.typeHash, 0, 4);
}

/** That the signature is for this contract, in the form of a call: a rule has to allow the contract. */
export function callTo(order: TypedOrder, told: { readonly protocol?: string } & Partial<ReturnType<typeof purposeOf>> = {}): Found {
  return {
    kind: 'call',
    contract: order.contract,
    selector: selectorOfType(order),
    method: order.data.primaryType,
    args: flatten(order.data.message),
    value: 0n,
    asset: order.native,
    ...told,
  };
}

/** The same where the contract is no token of the configuration: one of those is told by its effects alone. */
export function callUnlessToken(order: TypedOrder): readonly Found[] {
  return order.known.tokens.has(accountKey(order.contract)) ? [] : [callTo(order)];
}

/** Why a signature of ours is not the one that the contract will ask for; undefined where it is. */
export function anotherOwner(order: TypedOrder, owner: AccountId): { readonly unclear?: string } {
  return owner === order.wallet ? {} : { unclear: 'it speaks for another account than the wallet that signs' };
}

/** Where the chain tells what became of it. */
export function markAt(contract: AccountId, place: string, args: Readonly<Record<string, string | bigint>>): SignatureMark {
  return { contract, place, args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value)])) };
}
