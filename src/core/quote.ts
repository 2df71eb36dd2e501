import type { AccountId, AssetId, ChainId, TimeMs } from './ids.ts';

/** What a transaction trades, as its bytes say. */
export interface Trade {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** What leaves, base units, by asset. */
  readonly sold: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** The one asset that comes in. */
  readonly bought: AssetId;
}

/** What the market gives for a trade at a moment. */
export interface Quote {
  /** Base units of the bought asset that an undisturbed trade would bring, all fees counted. */
  readonly amount: bigint;
  /** Of when it is, ms; older than a minute counts as none. */
  readonly atMs: TimeMs;
}

/** Says what the market gives, so that a trade that demands far less is seen. It is asked for a trade of one bought asset, and never decides anything. */
export interface QuoteSource {
  /** The quote; undefined where there is none. Heed the signal: what comes later is not waited for. */
  quote(trade: Trade, signal: AbortSignal): Promise<Quote | undefined> | Quote | undefined;
}
