import { assetChain, nativeAssetId } from '../core/asset.ts';
import type { Token } from '../core/chain-adapter.ts';
import { TON_MAINNET } from '../core/chain-id.ts';
import type { ChainId } from '../core/ids.ts';
import type { Chains } from './directory.ts';

/** What symbols mean and which chains addresses are of, apart from whether anything serves those chains. */
export interface Vocabulary {
  readonly ids: readonly ChainId[];
  readonly all: readonly Token[];
  tokens(chain: ChainId): readonly Token[];
}

/** TON's own coin, which limits count in where nothing else is said. */
const TONCOIN: Token = Object.freeze({ asset: nativeAssetId(TON_MAINNET), symbol: 'TON', decimals: 9 });

/** The words of the chains that are served; without any, TON's main network and its coin, so that policies can be written. */
export function vocabularyOf(chains: Pick<Chains, 'ids' | 'tokens' | 'allTokens'>): Vocabulary {
  if (chains.ids.length > 0) return { ids: chains.ids, all: chains.allTokens, tokens: chains.tokens };
  return { ids: [TON_MAINNET], all: [TONCOIN], tokens: (chain) => (chain === assetChain(TONCOIN.asset) ? [TONCOIN] : []) };
}
