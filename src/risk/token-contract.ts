import type { AccountId, AssetId } from '../core/index.ts';
import { assetContract } from '../core/index.ts';

/** Assets remembered; at the bound all are forgotten and read again. */
const MAX_ASSETS = 1024;
const contracts = new Map<AssetId, AccountId | null>();

/** The contract behind an asset, null for a chain's own coin: {@link assetContract}, read once per asset. @throws ASSET_INVALID */
export function tokenContract(asset: AssetId): AccountId | null {
  const found = contracts.get(asset);
  if (found !== undefined) return found;
  const contract = assetContract(asset);
  if (contracts.size >= MAX_ASSETS) contracts.clear();
  contracts.set(asset, contract);
  return contract;
}
