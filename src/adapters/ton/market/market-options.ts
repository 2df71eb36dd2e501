import { z } from 'zod';
import { nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import { lazySchema } from '../../../core/schema.ts';

/** A pool whose reserves are read. */
export interface TonPoolOption {
  readonly protocol: 'stonfi-v1' | 'stonfi-v2' | 'dedust';
  readonly address: string;
  /** What it holds, in its own order: minters, or `native`. */
  readonly assets: readonly [string, string];
  /** Of STON.fi's first version: the router that it belongs to. Default: the published one. */
  readonly router?: string;
  /**
   * One of the two that counts as so much of a unit, a whole token as a whole unit: the other is priced by it. The price of one pool can be moved
   * by one trade, so that it raises scores and values nothing.
   */
  readonly quote?: { readonly asset: string; readonly unit?: string; readonly decimals: number; readonly unitDecimals?: number };
}

/** What is read of the market on a TON chain. */
export interface TonMarketOptions {
  readonly pools: readonly TonPoolOption[];
}

/** One pool after parsing. */
export interface TonPool {
  readonly protocol: TonPoolOption['protocol'];
  readonly account: AccountId;
  readonly assets: readonly [AssetId, AssetId];
  readonly minters: readonly [AccountId | null, AccountId | null];
  readonly router: AccountId | null;
  readonly quote: { readonly side: 0 | 1; readonly unit: string; readonly decimals: number; readonly unitDecimals: number } | null;
}

const address = z.string().min(1).max(256);
const decimals = z.int().min(0).max(255);

/** The `market` section of a chain. */
export const marketOptionsSchema = lazySchema(() =>
  z.strictObject({
    pools: z
      .array(
        z.strictObject({
          protocol: z.enum(['stonfi-v1', 'stonfi-v2', 'dedust']),
          address,
          assets: z.tuple([address, address]).refine(([a, b]) => a !== b, 'A pool holds two different assets.'),
          router: address.optional(),
          quote: z
            .strictObject({ asset: address, unit: z.string().min(1).max(256).default('USD'), decimals, unitDecimals: decimals.default(6) })
            .optional(),
        }),
      )
      .max(64),
  }),
);

type Path = readonly (string | number)[];

/** Reads the accounts of the section; `account` and `issue` name what is wrong. */
export function readMarketOptions(
  given: z.output<typeof marketOptionsSchema>,
  chain: ChainId,
  account: (text: string, path: Path) => AccountId,
  issue: (path: Path, message: string) => void,
): readonly TonPool[] {
  return given.pools.map(({ protocol, address: text, assets, router, quote }, index): TonPool => {
    const at = (...path: Path): Path => ['market', 'pools', index, ...path];
    const minterOf = (asset: string, side: number): AccountId | null => (asset === 'native' ? null : account(asset, at('assets', side)));
    const minters = [minterOf(assets[0], 0), minterOf(assets[1], 1)] as const;
    const [first, second] = minters.map((minter) => (minter === null ? nativeAssetId(chain) : tokenAsset(chain, minter))) as [
      AssetId,
      AssetId,
    ];
    if (first === second) issue(at('assets'), 'A pool holds two different assets.');
    const quoted = quote === undefined || quote.asset === 'native' ? null : account(quote.asset, at('quote', 'asset'));
    const side = minters[0] === quoted ? 0 : minters[1] === quoted ? 1 : undefined;
    if (quote !== undefined && side === undefined) issue(at('quote', 'asset'), 'It is none of the two that the pool holds.');
    return {
      protocol,
      account: account(text, at('address')),
      assets: [first, second],
      minters,
      router: router === undefined ? null : account(router, at('router')),
      quote: quote === undefined ? null : { side: side ?? 0, unit: quote.unit, decimals: quote.decimals, unitDecimals: quote.unitDecimals },
    };
  });
}
