import { parseAssetId } from './asset.ts';
import { CastellanError } from './errors.ts';
import type { AssetId } from './ids.ts';
import type { MarketData, MarketFee, MarketPool, MarketPrice, MarketReading } from './market.ts';
import { createFixedPrices, type FixedPrice, type Price } from './price.ts';

/** What a market that stands still is made of. */
export interface StaticMarketOptions {
  /** What prices count in. Default `USD`. */
  readonly unit?: string;
  /** Decimals of the unit. Default 6, as of USD. */
  readonly unitDecimals?: number;
  /** By asset id, each of one whole token; `volatilityPpm` is the standard deviation of a day's returns, millionths. */
  readonly prices?: Readonly<Record<string, FixedPrice & { readonly volatilityPpm?: number }>>;
  /** Reserves in base units. */
  readonly pools?: readonly Omit<MarketPool, 'atMs'>[];
  /** What the chain takes, and what it usually takes. */
  readonly fees?: readonly (Omit<MarketFee, 'atMs'> & { readonly usual: bigint })[];
}

const isPpm = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * A market that stands still: for tests, and for whoever would rather assume something cautious than ask anybody. It never gets old.
 *
 * @param options - prices as decimal texts, reserves in base units, ratios in millionths
 * @throws AMOUNT_INVALID, ASSET_INVALID
 * @example
 * ```ts
 * import { staticMarket } from 'castellan';
 *
 * const ether = 'eip155:1/slip44:60';
 * const market = staticMarket({ prices: { [ether]: { price: '2500', decimals: 18, volatilityPpm: 40_000 } } });
 * const { prices } = await market.read(new AbortController().signal);
 * console.log(prices.map(({ asset, volatilityPpm }) => [asset, volatilityPpm])); // [ [ 'eip155:1/slip44:60', 40000 ] ]
 * ```
 */
export function staticMarket({ unit = 'USD', unitDecimals = 6, prices = {}, pools = [], fees = [] }: StaticMarketOptions): MarketData {
  const known = createFixedPrices(unit, prices, { decimals: unitDecimals });
  const reading: MarketReading = Object.freeze({
    prices: Object.entries(prices).map(([text, { volatilityPpm }]): MarketPrice => {
      const asset = parseAssetId(text);
      if (volatilityPpm !== undefined && !isPpm(volatilityPpm)) throw wrong(asset);
      const price = known.price(asset, unit) as Price;
      return { asset, unit, ...price, ...(volatilityPpm === undefined ? {} : { volatilityPpm }) };
    }),
    pools: pools.map(({ assets, reserves, feePpm }): MarketPool => {
      const [first, second] = assets.map(parseAssetId) as [AssetId, AssetId];
      if (!isPpm(feePpm) || reserves.some((reserve) => typeof reserve !== 'bigint' || reserve < 0n)) throw wrong(first);
      return { assets: [first, second], reserves: [reserves[0], reserves[1]], feePpm, atMs: 0 };
    }),
    fees: fees.map(({ asset, price, usual }): MarketFee => {
      if (typeof price !== 'bigint' || typeof usual !== 'bigint' || price <= 0n || usual <= 0n) throw wrong(asset);
      return { asset: parseAssetId(asset), price, usual, atMs: 0 };
    }),
  });
  return Object.freeze({ read: () => reading });
}

function wrong(asset: string): CastellanError {
  return new CastellanError('AMOUNT_INVALID', { message: 'A figure of a market is out of range.', details: { asset } });
}
