import { nativeAssetId, tokenAsset } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import type { EvmChainConfig } from './config.ts';

/** Decimals of the coin of every EVM chain: one unit is 10^18 wei. */
const NATIVE_DECIMALS = 18;

/** The tokens that the configuration names for one chain. */
export interface ChainTokens {
  readonly chain: ChainId;
  readonly native: Token;
  readonly erc20: readonly { readonly contract: AccountId; readonly token: Token }[];
  /** Implementations that accounts may take for their code, lowercase addresses. */
  readonly delegates: ReadonlySet<string>;
}

/** Resolves a chain's token list; identity is the contract, never the symbol. */
export function chainTokens(config: EvmChainConfig): ChainTokens {
  return {
    chain: config.chain,
    native: { asset: nativeAssetId(config.chain), symbol: config.nativeSymbol, decimals: NATIVE_DECIMALS },
    erc20: config.tokens.map(({ address, symbol, decimals }) => ({
      contract: address,
      token: { asset: tokenAsset(config.chain, address), symbol, decimals },
    })),
    delegates: new Set(config.delegates.map((account) => addressOf(account, config.chain))),
  };
}

/** All of them as one list, the native coin first. */
export function tokenList(tokens: ChainTokens): readonly Token[] {
  return [tokens.native, ...tokens.erc20.map(({ token }) => token)];
}
