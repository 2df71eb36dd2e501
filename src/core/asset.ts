import { accountChain, accountKey, parseAccount } from './account.ts';
import { chainFamily, parseChainId } from './chain-id.ts';
import { CastellanError } from './errors.ts';
import type { AccountId, AssetId, ChainId } from './ids.ts';

/** `<chain>/<namespace>:<reference>` of CAIP-19, and the number of an item. */
const CAIP19 = /^([^/]+)\/([-a-z0-9]{3,8}):([^/]+)(?:\/(0|[1-9][0-9]{0,77}))?$/;

/**
 * Reads a CAIP-19 asset id into its one spelling: `eip155:1/slip44:60`, `eip155:1/erc20:0x<lowercase>`,
 * `ton:-239/slip44:607`, `ton:-239/jetton:0%3A<64 hex>`, or a collectible (see {@link collectibleAsset}). Any accepted
 * spelling of the contract's address will do.
 * @throws ASSET_INVALID; CHAIN_INVALID and ADDRESS_INVALID for those parts
 * @example
 * ```ts
 * import { parseAssetId } from 'castellan/adapter';
 *
 * console.log(parseAssetId('tvm:-239/slip44:607')); // ton:-239/slip44:607
 * ```
 */
export function parseAssetId(text: string): AssetId {
  const match = typeof text === 'string' ? CAIP19.exec(text) : null;
  if (match === null) throw invalid('An asset is `<chain>/slip44:<coin>`, `<chain>/erc20:<address>` or `<chain>/jetton:<address>`.');
  const [, before, kind, reference, item] = match as unknown as readonly [string, string, string, string, string | undefined];
  const chain = parseChainId(before);
  const { coinType, tokens, collectibles } = chainFamily(chain);
  if (kind === 'slip44') {
    if (reference === coinType && item === undefined) return nativeAssetId(chain);
    throw invalid('The coin number is not the one of this chain.');
  }
  const piece = Object.hasOwn(collectibles, kind) ? collectibles[kind] : undefined;
  if (kind !== tokens && piece === undefined) throw invalid('The token standard is not one of this chain.');
  const contract = parseAccount(reference.replace(/^(-?[0-9]+)%3[Aa]/, '$1:'), chain);
  if (piece !== undefined)
    return collectibleAsset(chain, kind as CollectibleStandard, contract, item === undefined ? undefined : BigInt(item));
  if (item !== undefined) throw invalid('Only collectibles have item numbers.');
  return tokenAsset(chain, contract);
}

/**
 * The chain's own coin.
 *
 * @example
 * ```ts
 * import { nativeAssetId, parseChainId } from 'castellan/adapter';
 *
 * console.log(nativeAssetId(parseChainId('eip155:1'))); // eip155:1/slip44:60
 * ```
 */
export function nativeAssetId(chain: ChainId): AssetId {
  return `${chain}/slip44:${chainFamily(chain).coinType}` as AssetId;
}

/**
 * The asset id of the token whose contract is `address`.
 *
 * @throws ASSET_INVALID where that is on another chain
 * @example
 * ```ts
 * import { parseAccount, parseChainId, tokenAsset } from 'castellan/adapter';
 *
 * const chain = parseChainId('eip155:1');
 * const usdc = parseAccount('0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', chain);
 * console.log(tokenAsset(chain, usdc)); // eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48
 * ```
 */
export function tokenAsset(chain: ChainId, address: AccountId): AssetId {
  if (accountChain(address) !== chain) throw invalid('The token contract is on another chain.');
  return `${chain}/${chainFamily(chain).tokens}:${accountKey(address).replace(':', '%3A')}` as AssetId;
}

/** Standards of things that are told apart one by one. */
export type CollectibleStandard = 'erc721' | 'erc1155' | 'nft';

/**
 * One collectible: `eip155:1/erc721:0x…/42`, `eip155:1/erc1155:0x…/42`; a TON item is an account of its own: `ton:-239/nft:0%3A…`.
 * Without an `id` the whole collection. Amounts count pieces.
 * @throws ASSET_INVALID where the contract is on another chain
 */
export function collectibleAsset(chain: ChainId, standard: CollectibleStandard, contract: AccountId, id?: bigint): AssetId {
  if (accountChain(contract) !== chain) throw invalid('The collection is on another chain.');
  const { collectibles } = chainFamily(chain);
  const known = Object.hasOwn(collectibles, standard) ? collectibles[standard] : undefined;
  if (known === undefined) throw invalid('The chain has no such collectibles.');
  if (id !== undefined && (!known.numbered || id < 0n || id >= 2n ** 256n)) throw invalid('The item number is out of range.');
  return `${chain}/${standard}:${accountKey(contract).replace(':', '%3A')}${id === undefined ? '' : `/${id}`}` as AssetId;
}

/** The collection of a collectible; null for coins and tokens. */
export function collectionOf(asset: AssetId): AssetId | null {
  const match = /^[^/]+\/(?:erc721|erc1155|nft):[^/]+/.exec(asset);
  return match === null ? null : (match[0] as AssetId);
}

/**
 * The chain an asset lives on.
 *
 * @throws ASSET_INVALID for what is no asset id
 * @example
 * ```ts
 * import { assetChain, parseAssetId } from 'castellan/adapter';
 *
 * console.log(assetChain(parseAssetId('eip155:1/slip44:60'))); // eip155:1
 * ```
 */
export function assetChain(asset: AssetId): ChainId {
  const slash = asset.indexOf('/');
  if (slash <= 0) throw invalid('The value is no asset id.');
  return asset.slice(0, slash) as ChainId;
}

/** The contract of anything that has one: a token, or a collection; null for the chain's own coin. */
export function assetContract(asset: AssetId): AccountId | null {
  const collection = collectionOf(asset);
  if (collection === null) return assetAddress(asset);
  return `${assetChain(asset)}:${collection
    .slice(collection.lastIndexOf('/') + 1)
    .replace(/^[a-z0-9]+:/, '')
    .replace('%3A', ':')}` as AccountId;
}

/**
 * The token's contract account; null for the chain's own coin.
 *
 * @throws ASSET_INVALID for a collectible, and for what is no asset id
 * @example
 * ```ts
 * import { assetAddress, parseAssetId } from 'castellan/adapter';
 *
 * console.log(assetAddress(parseAssetId('eip155:1/slip44:60'))); // null
 * ```
 */
export function assetAddress(asset: AssetId): AccountId | null {
  const chain = assetChain(asset);
  const rest = asset.slice(chain.length + 1);
  if (rest.startsWith('slip44:')) return null;
  const prefix = `${chainFamily(chain).tokens}:`;
  if (!rest.startsWith(prefix)) throw invalid('The value is no asset id.');
  return `${chain}:${rest.slice(prefix.length).replace('%3A', ':')}` as AccountId;
}

function invalid(message: string): CastellanError {
  return new CastellanError('ASSET_INVALID', { message });
}
