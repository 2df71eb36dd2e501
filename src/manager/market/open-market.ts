import { parseAssetId } from '../../core/asset.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId } from '../../core/ids.ts';
import type { MarketData, Peg } from '../../core/market.ts';
import { type Worth, worthOf } from '../../risk/index.ts';
import type { Chains } from '../directory.ts';

/** Declared worths by asset, in their one spelling. @throws CONFIG_INVALID for what is no asset, or is named twice */
export function readPegs(pegs: Readonly<Record<string, Peg>>): ReadonlyMap<AssetId, Worth> {
  const found = new Map<AssetId, Worth>();
  for (const [text, peg] of Object.entries(pegs)) {
    const asset = assetOf(text);
    if (asset === undefined || found.has(asset)) {
      const problems = [`market.pegs.${text}: ${asset === undefined ? 'must be an asset id' : 'is there twice'}`];
      throw new CastellanError('CONFIG_INVALID', { message: `The configuration is wrong: ${problems[0]}`, details: { problems } });
    }
    found.set(asset, worthOf(peg));
  }
  return found;
}

/** Sources of the configuration, and what the chains are configured to read. */
export function marketSources(configured: readonly MarketData[], chains: Pick<Chains, 'ids' | 'node'>): readonly MarketData[] {
  const own = chains.ids.flatMap((chain) => {
    const { market } = chains.node(chain);
    return market === undefined ? [] : [market];
  });
  return [...configured, ...own];
}

function assetOf(text: string): AssetId | undefined {
  try {
    return parseAssetId(text);
  } catch {
    return undefined;
  }
}
