import { parseAssetId } from './asset.ts';
import { CastellanError } from './errors.ts';
import type { AssetId } from './ids.ts';
import { parseAmount } from './money.ts';

/** Price of one base unit relation: `numerator` units of the quote per `denominator` base units of the asset. */
export interface Price {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Of when it is, ms; 0 for one that stands still. After `prices.maxAgeMs` it counts as none. */
  readonly atMs: number;
}

/** Why there is no price: nobody has one, what there is is too old, or those who have one do not agree. */
export type NoPrice = 'missing' | 'stale' | 'divergent';

/** Values assets in the unit that limits count in. A value that cannot be priced is not zero: it is a denial. */
export interface PriceSource {
  /** The price, or why there is none; undefined says no more than that. */
  price(asset: AssetId, unit: string): Promise<Price | NoPrice | undefined> | Price | NoPrice | undefined;
}

/** What one whole token costs, as a decimal text, and how many decimals its base units have. */
export interface FixedPrice {
  readonly price: string;
  readonly decimals: number;
}

/** Decimals of a money that is no token, such as USD. */
const QUOTE_DECIMALS = 6;

/**
 * Prices that stand still, for tests, for pegged tokens, and for whoever would rather set a cautious price by hand.
 *
 * Fails closed: an asset or a unit that is not named has no price.
 *
 * @param unit - what limits count in: `USD`, or an asset’s id, never its symbol
 * @param prices - by asset id, each of one whole token, in `unit`
 * @param options - `decimals` of the unit: 6 for USD, otherwise the unit token's own
 * @throws AMOUNT_INVALID, ASSET_INVALID
 * @example
 * ```ts
 * import { type AssetId, createFixedPrices } from 'castellan';
 *
 * const ether = 'eip155:1/slip44:60' as AssetId;
 * const prices = createFixedPrices('USD', { [ether]: { price: '2500.00', decimals: 18 } });
 * console.log((await prices.price(ether, 'USD')) !== undefined, await prices.price(ether, 'EUR')); // true undefined
 * ```
 */
export function createFixedPrices(
  unit: string,
  prices: Readonly<Record<string, FixedPrice>>,
  { decimals: unitDecimals = QUOTE_DECIMALS }: { readonly decimals?: number } = {},
): PriceSource {
  const whole = parseAmount('1', unitDecimals);
  const known = new Map<AssetId, Price>();
  for (const [asset, { price, decimals }] of Object.entries(prices)) {
    if (typeof price !== 'string')
      throw new CastellanError('AMOUNT_INVALID', { message: 'A price is a decimal text.', details: { asset } });
    const places = price.includes('.') ? price.length - price.indexOf('.') - 1 : 0;
    const numerator = parseAmount(price, places) * whole;
    if (numerator === 0n) throw new CastellanError('AMOUNT_INVALID', { message: 'A price is above zero.', details: { asset } });
    const base = parseAmount('1', decimals);
    known.set(parseAssetId(asset), { numerator, denominator: base * 10n ** BigInt(places), atMs: 0 });
  }
  return Object.freeze({ price: (asset: AssetId, asked: string) => (asked === unit ? known.get(asset) : undefined) });
}
