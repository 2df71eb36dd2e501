import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall } from '../decode/method-entry.ts';

/** Stands for all that the router holds. */
export const ROUTERS_BALANCE = 2n ** 255n;

const CALLER = '0x0000000000000000000000000000000000000001';
const ROUTER = '0x0000000000000000000000000000000000000002';
const COIN = '0x0000000000000000000000000000000000000000';

/** 1 is the caller, 2 the router. */
export function routerRecipient(call: MethodCall, address: AbiValue | undefined): AccountId {
  if (address === CALLER) return call.frame.sender;
  return address === ROUTER ? call.contract : call.account(address);
}

/** The zero address is the chain's own coin. */
export function routerAsset(call: MethodCall, address: AbiValue | undefined): AssetId {
  return address === COIN ? call.frame.native : call.token(address);
}
