import { z } from 'zod';
import { nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import { lazySchema } from '../../../core/schema.ts';

/** An aggregator that tells a price, in the form of Chainlink's. */
export interface EvmFeedOption {
  /** What is priced: the address of a token of `tokens`, or `native`. */
  readonly asset: string;
  /** The aggregator, or its proxy. */
  readonly address: string;
  /** What the price counts in. Default `USD`. */
  readonly unit?: string;
  /** Decimals of the unit. Default 6, as of USD. */
  readonly unitDecimals?: number;
  /** The aggregator answers anew at least so often, ms; what is older is stale. As the publisher states it. */
  readonly heartbeatMs: number;
  /** What the aggregator calls itself, `ETH / USD`: one that calls itself otherwise is not believed. */
  readonly description?: string;
}

/** What is read of the market on an EVM chain. */
export interface EvmMarketOptions {
  readonly feeds?: readonly EvmFeedOption[];
  /** Pools of constant product, in the form of Uniswap v2's pairs; `feePpm` is what they keep, 3,000 by default. */
  readonly pools?: readonly { readonly address: string; readonly feePpm?: number }[];
  /** The token that wraps the coin: a pool of it is one of the coin, too. */
  readonly wrappedNative?: string;
  /** On a rollup: the feed that tells whether its sequencer works. While it does not, and for `graceMs` after (an hour), no price counts. */
  readonly sequencer?: { readonly address: string; readonly graceMs?: number };
}

/** One feed after parsing. */
export interface Feed {
  readonly asset: AssetId;
  readonly decimals: number;
  readonly account: AccountId;
  readonly unit: string;
  readonly unitDecimals: number;
  readonly heartbeatMs: number;
  readonly description?: string | undefined;
}

/** What is read, after parsing. */
export interface EvmMarketConfig {
  readonly feeds: readonly Feed[];
  readonly pools: readonly { readonly account: AccountId; readonly feePpm: number }[];
  readonly wrapped: AccountId | null;
  readonly sequencer: { readonly account: AccountId; readonly graceMs: number } | null;
}

const address = z.string().min(1).max(256);
const COIN_DECIMALS = 18;

/** The `market` section of a chain. */
export const marketOptionsSchema = lazySchema(() =>
  z.strictObject({
    feeds: z
      .array(
        z.strictObject({
          asset: address,
          address,
          unit: z.string().min(1).max(256).default('USD'),
          unitDecimals: z.int().min(0).max(36).default(6),
          heartbeatMs: z.int().min(1_000).max(604_800_000),
          description: z.string().min(1).max(64).optional(),
        }),
      )
      .max(128)
      .default([]),
    pools: z
      .array(z.strictObject({ address, feePpm: z.int().min(0).max(1_000_000).default(3_000) }))
      .max(128)
      .default([]),
    wrappedNative: address.optional(),
    sequencer: z.strictObject({ address, graceMs: z.int().min(0).max(86_400_000).default(3_600_000) }).optional(),
  }),
);

type Path = readonly (string | number)[];

/** Reads the accounts of the section; `account` and `issue` name what is wrong. */
export function readMarketOptions(
  given: z.output<typeof marketOptionsSchema>,
  chain: ChainId,
  tokens: readonly { readonly address: AccountId; readonly decimals: number }[],
  account: (text: string, path: Path) => AccountId,
  issue: (path: Path, message: string) => void,
): EvmMarketConfig {
  const { wrappedNative, sequencer } = given;
  const at = (...path: Path): Path => ['market', ...path];
  return {
    feeds: given.feeds.map(({ asset, address: text, ...feed }, index): Feed => {
      const aggregator = account(text, at('feeds', index, 'address'));
      if (asset === 'native') return { ...feed, asset: nativeAssetId(chain), decimals: COIN_DECIMALS, account: aggregator };
      const contract = account(asset, at('feeds', index, 'asset'));
      const token = tokens.find((known) => known.address === contract);
      if (token === undefined) issue(at('feeds', index, 'asset'), 'Only a token that is listed in `tokens` can be priced.');
      return { ...feed, asset: tokenAsset(chain, contract), decimals: token?.decimals ?? 0, account: aggregator };
    }),
    pools: given.pools.map(({ address: text, feePpm }, index) => ({ account: account(text, at('pools', index, 'address')), feePpm })),
    wrapped: wrappedNative === undefined ? null : account(wrappedNative, at('wrappedNative')),
    sequencer:
      sequencer === undefined ? null : { account: account(sequencer.address, at('sequencer', 'address')), graceMs: sequencer.graceMs },
  };
}
