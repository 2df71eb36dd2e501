import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import { type Found, moved } from '../decode/found.ts';
import type { MethodCall } from '../decode/method-entry.ts';

/** Stands for the chain's own coin where a token is expected; most aggregators spell it so. */
const COIN = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
const ZERO = '0x0000000000000000000000000000000000000000';

/** The asset of an address where `0xeeee…` is the coin; with `zeroToo` the zero address as well. */
export function assetAt(call: MethodCall, address: AbiValue | undefined, zeroToo = false): AssetId {
  return address === COIN || (zeroToo && address === ZERO) ? call.frame.native : call.token(address);
}

/** The account of a recipient where the zero address stands for the caller. */
export function recipientAt(call: MethodCall, address: AbiValue | undefined): AccountId {
  return address === ZERO ? call.frame.sender : call.account(address);
}

/** What the contract takes of the caller, at most. The coin is taken with the call: the walk has moved it already. */
export function takes(call: MethodCall, asset: AssetId, amount: bigint): readonly Found[] {
  return asset === call.frame.native ? [] : moved(call.frame.sender, call.contract, asset, amount);
}

/**
 * What the contract pays out, at least. To the caller it is an inflow; to anybody else an outflow to them, which counts like
 * the caller's own: it is the caller's money that comes out of there. What stays in the contract is nobody's yet.
 */
export function pays(call: MethodCall, to: AccountId, asset: AssetId, amount: bigint): readonly Found[] {
  const { sender } = call.frame;
  if (to === sender) return [{ kind: 'inflow', account: sender, counterparty: call.contract, asset, amount }];
  return to === call.contract ? [] : moved(call.contract, to, asset, amount);
}

/** What the contract credits to an account inside itself: nothing to tell where that is the caller's own. */
export function credits(call: MethodCall, to: AccountId, asset: AssetId, amount: bigint): readonly Found[] {
  return to === call.frame.sender || to === call.contract ? [] : moved(call.contract, to, asset, amount);
}

/** A trade as its outer arguments bound it: at most `sold` leaves, at least `bought` comes, to `to`. */
export function trade(
  call: MethodCall,
  sold: { readonly asset: AssetId; readonly amount: bigint },
  bought: { readonly asset: AssetId; readonly amount: bigint },
  to: AccountId,
): readonly Found[] {
  return [...takes(call, sold.asset, sold.amount), ...pays(call, to, bought.asset, bought.amount)];
}
