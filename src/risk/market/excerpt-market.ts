import type { AssetId, Effect, MarketSnapshot } from '../../core/index.ts';
import type { MarketInput } from '../risk-input.ts';

/** The part of what is known of the market that judging these effects reads: assets, pools and fees that they name. */
export function excerptMarket(market: MarketInput, effects: readonly Effect[]): MarketInput {
  if (!('assets' in market)) return market;
  const named = new Set<AssetId>(effects.flatMap((effect) => ('asset' in effect ? [effect.asset] : [])));
  const excerpt: MarketSnapshot = {
    v: market.v,
    maxAgeMs: market.maxAgeMs,
    assets: market.assets.filter(({ asset }) => named.has(asset)),
    pools: market.pools.filter(({ assets }) => assets.some((asset) => named.has(asset))),
    fees: market.fees.filter(({ asset }) => named.has(asset)),
  };
  return excerpt;
}
