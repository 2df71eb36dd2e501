import type { AssetId, TimeMs } from './ids.ts';
import type { Price } from './price.ts';

/** What one asset costs, as one source sees it. */
export interface MarketPrice extends Price {
  /** What is priced. */
  readonly asset: AssetId;
  /** What the price counts in: `USD`, or an asset's id. */
  readonly unit: string;
  /** True for the price of one place at one moment, which a single trade can move: it may raise a score and never values anything. */
  readonly isSpot?: boolean;
  /** Standard deviation of a day's returns, millionths, where the source knows it; otherwise it is reckoned from the prices. */
  readonly volatilityPpm?: number;
}

/** A pool of two assets that trades by the product of its reserves, or with less impact than that. */
export interface MarketPool {
  /** What it holds, in any order. */
  readonly assets: readonly [AssetId, AssetId];
  /** Base units, in the order of `assets`. */
  readonly reserves: readonly [bigint, bigint];
  /** What the pool keeps of what is paid in, millionths. */
  readonly feePpm: number;
  /** Of when the reserves are, ms; 0 for some that stand still. */
  readonly atMs: TimeMs;
  /** Which pool it is: one that is told of several times holds what it holds once, and the least of what is told. */
  readonly place?: string;
}

/** What the chain takes for a unit of work now. */
export interface MarketFee {
  /** The coin in which it is paid. */
  readonly asset: AssetId;
  /** Base units for a unit of work, whatever the chain counts; only its ratio to what is usual matters. */
  readonly price: bigint;
  /** What is usual, where the source knows it; otherwise it is reckoned from the prices. */
  readonly usual?: bigint;
  /** Of when the price is, ms; 0 for one that stands still. */
  readonly atMs: TimeMs;
}

/** Everything that a source knows at one time. What it does not name is missing, which raises the score. */
export interface MarketReading {
  /** Several of one asset are several sources, which are held against each other. */
  readonly prices: readonly MarketPrice[];
  /** Pools that can be traded with. */
  readonly pools: readonly MarketPool[];
  /** One for each chain that the source knows. */
  readonly fees: readonly MarketFee[];
  /** What could not be read, for health: `feed_stale eip155:1/slip44:60`. Nothing is decided by it. */
  readonly faults?: readonly string[];
}

/** Knows what the market does. It is asked beside decisions, again and again, and a decision uses what it said last. */
export interface MarketData {
  /** Reads everything it knows; the signal ends it. One that fails or is late has said nothing. */
  read(signal: AbortSignal): Promise<MarketReading> | MarketReading;
}

/** What an asset is declared to be worth: a stablecoin, say. */
export interface Peg {
  /** What the value counts in, as prices do. */
  readonly unit: string;
  /** Of one whole token, as a decimal text. */
  readonly price: string;
  /** Decimals of the token's base units. */
  readonly decimals: number;
  /** Decimals of the unit: 6 for USD. */
  readonly unitDecimals: number;
}

/** How an asset stands on the market. Ratios are millionths. */
export type AssetCondition = {
  readonly asset: AssetId;
  /** Of when the oldest price is that counts; 0 for one that stands still. */
  readonly atMs: TimeMs;
  /** Standard deviation of a day's returns. */
  readonly volatilityPpm: number;
  /** True while too few prices were seen: then the volatility is only the least that it can be. */
  readonly cold: boolean;
  /** How far from its declared worth; null where nobody could say, absent where none is declared. */
  readonly depegPpm?: number | null;
  /** How far the sources are apart. */
  readonly spreadPpm: number;
};

/** A pool as a decision keeps it: reserves are decimal texts. */
export type PoolCondition = {
  readonly assets: readonly [AssetId, AssetId];
  readonly reserves: readonly [string, string];
  readonly feePpm: number;
  readonly atMs: TimeMs;
  readonly place?: string;
};

/** How a chain's fees stand. */
export type FeeCondition = {
  readonly asset: AssetId;
  readonly atMs: TimeMs;
  /** The present price by the usual one, millionths. */
  readonly ratioPpm: number;
  /** True while too few prices were seen to call one usual. */
  readonly cold: boolean;
};

/** What is known of the market at one moment, as plain data: a decision keeps the part that it was judged by. */
export type MarketSnapshot = {
  readonly v: 2;
  /** What is older than this says nothing about now. */
  readonly maxAgeMs: number;
  readonly assets: readonly AssetCondition[];
  readonly pools: readonly PoolCondition[];
  readonly fees: readonly FeeCondition[];
};
