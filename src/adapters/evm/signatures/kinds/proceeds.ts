import type { AccountId, AssetId } from '../../../../core/ids.ts';
import type { Found } from '../../decode/found.ts';

/** What an order pays to somebody for what the wallet gives. */
export interface Proceeds {
  readonly to: AccountId;
  readonly asset: AssetId;
  readonly least: bigint;
  readonly most: bigint;
}

/** Of a price, what markets and makers take at most, percent: 2.5 and 10 where it is much. */
const MOST_FEES = 15n;

/**
 * What others get out of an order beyond a market's fees is the wallet's own money: a payment to them, whoever makes it.
 * Each asset by itself, the others' largest share against the wallet's smallest.
 */
export function paidToOthers(contract: AccountId, wallet: AccountId, proceeds: readonly Proceeds[]): readonly Found[] {
  const sum = (asset: AssetId, isOurs: boolean): bigint =>
    proceeds
      .filter((one) => one.asset === asset && (one.to === wallet) === isOurs)
      .reduce((total, one) => total + (isOurs ? one.least : one.most), 0n);
  return proceeds.flatMap(({ to, asset, most }): readonly Found[] => {
    if (to === wallet) return [];
    const others = sum(asset, false);
    if (others * 100n <= (others + sum(asset, true)) * MOST_FEES) return [];
    return [{ kind: 'outflow', account: contract, counterparty: to, asset, amount: most }];
  });
}
