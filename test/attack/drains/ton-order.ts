import { type Address, beginCell, Dictionary } from '@ton/core';
import { jettonWalletAddress, type TonFixture } from '../../fixtures/ton-contracts.ts';
import { payment, type WalletAction } from '../../fixtures/ton-deploy.ts';
import { jettonTransferBody } from '../../fixtures/ton-messages.ts';
import type { HazardWorld } from '../../ton/hazard-cases.ts';

/** What a W5 wallet’s key may be asked to sign: sends, and changes of the wallet itself. */
export type TonOrder = readonly WalletAction[];

/** Whom an order robs, and who stands around. */
export type TonVictim = HazardWorld;

export const TON = 1_000_000_000n;
/** Ignoring errors: a W5 wallet takes no external message without it. */
export const IGNORE = 2;

type TokenTerms = Partial<Parameters<typeof jettonTransferBody>[0]> & { readonly value?: bigint; readonly at?: TonFixture };

/** A plain payment to the shop. */
export const paysShop = ({ shop }: TonVictim, more: Partial<Parameters<typeof payment>[0]> = {}): TonOrder => [
  payment({ to: shop, value: TON / 10n, ...more }),
];

/** Ten tokens, for the shop unless told otherwise; what is left of the coins comes back. */
export function sendsTokens({ jetton, wallet, shop }: TonVictim, { value = TON / 20n, at, ...given }: TokenTerms = {}): TonOrder {
  const to: Address = at?.address ?? jettonWalletAddress(jetton, wallet);
  return [payment({ to, value, body: jettonTransferBody({ amount: 10n, to: shop, responseTo: wallet, ...given }) })];
}

/** `op:32 query_id:64 new_owner response custom:nothing forward_amount:0 forward:inline` of TEP-62. */
export function givesItem(item: Address, to: Address, back: Address): TonOrder {
  const body = beginCell().storeUint(0x5fcc3d14, 32).storeUint(0, 64).storeAddress(to).storeAddress(back).storeBit(false).storeCoins(0);
  return [payment({ to: item, value: TON / 20n, body: body.storeBit(false).endCell() })];
}

/** A dictionary of one other currency. */
export const currency = (id: number, amount: bigint) =>
  Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).set(id, amount);
