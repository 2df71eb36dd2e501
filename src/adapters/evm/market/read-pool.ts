import { nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { MarketPool } from '../../../core/market.ts';
import type { EvmAddress } from '../address.ts';
import { selectorOf } from '../decode/index.ts';
import type { BareAnswer, BareCall } from './batch-call.ts';

/** `(uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)` */
const RESERVES = { selector: selectorOf('getReserves()'), words: 3 } as const;
const FIRST = { selector: selectorOf('token0()'), words: 1 } as const;
const SECOND = { selector: selectorOf('token1()'), words: 1 } as const;
const MAX_RESERVE = 1n << 112n;
const MAX_ADDRESS = 1n << 160n;

/** The calls that a pool takes, three of them. */
export function poolCalls(to: EvmAddress): readonly BareCall[] {
  return [RESERVES, FIRST, SECOND].map((call) => ({ to, ...call }));
}

/** A pool that is listed, and where. */
export interface ListedPool {
  readonly chain: ChainId;
  /** The token that wraps the coin. */
  readonly wrapped: AccountId | null;
  readonly feePpm: number;
  readonly account: AccountId;
}

/** What a pool holds, by its own word: twice where it holds the coin in its wrapped form; or why it tells nothing. */
export function readPool(
  { chain, wrapped, feePpm, account }: ListedPool,
  [reserves, ...tokens]: readonly BareAnswer[],
  { timestampMs }: { readonly timestampMs: number },
): readonly MarketPool[] | string {
  const [first, second] = reserves ?? [];
  if (reserves?.length !== RESERVES.words || first === undefined || second === undefined) return 'pool_unreadable';
  if (first >= MAX_RESERVE || second >= MAX_RESERVE) return 'pool_reserves_too_large';
  if (first === 0n || second === 0n) return 'pool_empty';
  const contracts = tokens.flatMap((word) => {
    const found = word?.[0];
    return found === undefined || found === 0n || found >= MAX_ADDRESS ? [] : [`0x${found.toString(16).padStart(40, '0')}`];
  });
  const [left, right] = contracts;
  if (left === undefined || right === undefined || left === right) return 'pool_unreadable';
  const pair = [left, right].map((contract) => tokenAsset(chain, `${chain}:${contract}` as AccountId)) as [AssetId, AssetId];
  const pool = (assets: readonly [AssetId, AssetId]): MarketPool => ({
    assets,
    reserves: [first, second],
    feePpm,
    atMs: timestampMs,
    place: account,
  });
  const coin = wrapped === null ? -1 : pair.indexOf(tokenAsset(chain, wrapped));
  if (coin < 0) return [pool(pair)];
  const native = nativeAssetId(chain);
  return [pool(pair), pool(coin === 0 ? [native, pair[1]] : [pair[0], native])];
}
