import { assetChain, nativeAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { TON_MAINNET } from '../../core/chain-id.ts';
import type { TokenList } from '../policies/capability-facts.ts';

/** TON’s own coin: what amounts are of where nothing else is said. */
export const TONCOIN: Token = Object.freeze({ asset: nativeAssetId(TON_MAINNET), symbol: 'TON', decimals: 9 });

/** What symbols mean, and on which chains, where no adapter tells. @throws ASSET_INVALID */
export function tokenListOf(tokens: readonly Token[]): TokenList {
  const ids = [...new Set(tokens.map(({ asset }) => assetChain(asset)))];
  return { ids, tokens: (chain) => tokens.filter(({ asset }) => assetChain(asset) === chain) };
}
