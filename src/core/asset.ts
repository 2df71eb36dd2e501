import { accountChain, accountKey, parseAccount } from './account.ts';
import { chainNamespace, parseChainId } from './chain-id.ts';
import { CastellanError } from './errors.ts';
import type { AccountId, AssetId, ChainId } from './ids.ts';

/** `<chain>/<namespace>:<reference>` of CAIP-19. */
const CAIP19 = /^([^/]+)\/(slip44|erc20|jetton):([^/]+)$/;

/**
 * Reads a CAIP-19 asset id into its one spelling: `eip155:1/slip44:60`, `eip155:1/erc20:0x<lowercase>`,
 * `ton:-239/slip44:607`, `ton:-239/jetton:0%3A<64 hex>`. Any accepted spelling of the token's address will do.
 * @throws ASSET_INVALID; CHAIN_INVALID and ADDRESS_INVALID for those parts
 */
export function parseAssetId(text: string): AssetId {
  const match = typeof text === 'string' ? CAIP19.exec(text) : null;
  if (match === null) throw invalid('An asset is `<chain>/slip44:<coin>`, `<chain>/erc20:<address>` or `<chain>/jetton:<address>`.');
  const chain = parseChainId(match[1] as string);
  const reference = match[3] as string;
  if (match[2] === 'slip44') {
    const native = nativeAssetId(chain);
    if (native === `${chain}/slip44:${reference}`) return native;
    throw invalid('The coin number is not the one of this chain.');
  }
  if (match[2] !== tokenNamespace(chain)) throw invalid('The token standard is not one of this chain.');
  return tokenAsset(chain, parseAccount(reference.replace(/^(-?[0-9]+)%3[Aa]/, '$1:'), chain));
}

/** The chain's own coin. */
export function nativeAssetId(chain: ChainId): AssetId {
  return `${chain}/slip44:${chainNamespace(chain) === 'eip155' ? '60' : '607'}` as AssetId;
}

/** The asset id of the token whose contract is `address`. @throws ASSET_INVALID where that is on another chain */
export function tokenAsset(chain: ChainId, address: AccountId): AssetId {
  if (accountChain(address) !== chain) throw invalid('The token contract is on another chain.');
  return `${chain}/${tokenNamespace(chain)}:${accountKey(address).replace(':', '%3A')}` as AssetId;
}

/** The chain an asset lives on. */
export function assetChain(asset: AssetId): ChainId {
  const slash = asset.indexOf('/');
  if (slash <= 0) throw invalid('The value is no asset id.');
  return asset.slice(0, slash) as ChainId;
}

/** The token's contract account; null for the chain's own coin. */
export function assetAddress(asset: AssetId): AccountId | null {
  const chain = assetChain(asset);
  const rest = asset.slice(chain.length + 1);
  if (rest.startsWith('slip44:')) return null;
  const prefix = `${tokenNamespace(chain)}:`;
  if (!rest.startsWith(prefix)) throw invalid('The value is no asset id.');
  return `${chain}:${rest.slice(prefix.length).replace('%3A', ':')}` as AccountId;
}

function tokenNamespace(chain: ChainId): 'erc20' | 'jetton' {
  return chainNamespace(chain) === 'eip155' ? 'erc20' : 'jetton';
}

function invalid(message: string): CastellanError {
  return new CastellanError('ASSET_INVALID', { message });
}
