import type { AssetId } from '../../core/index.ts';
import type { ReadPool } from './parse-market.ts';
import { impactOfPaying, impactOfTaking, ratioPpm } from './price-impact.ts';

/** How large a transaction is beside the pools of what it moves. */
export interface SizeAgainst {
  readonly sharePpm: number;
  readonly isDepthUnknown: boolean;
  readonly impactPpm: number | null;
  readonly isImpactUnknown: boolean;
}

type Amounts = ReadonlyMap<AssetId, bigint>;

/** All that the pools hold of an asset; one that is told of several times counts once, with the least. */
function depthOf(asset: AssetId, pools: readonly ReadPool[]): bigint {
  let depth = 0n;
  const placed = new Map<string, bigint>();
  for (const { assets, reserves, place } of pools) {
    const side = assets.indexOf(asset);
    if (side < 0) continue;
    const held = reserves[side] as bigint;
    if (place === undefined) depth += held;
    else if (held < (placed.get(place) ?? held + 1n)) placed.set(place, held);
  }
  for (const held of placed.values()) depth += held;
  return depth;
}

/**
 * Weighs amounts against pools: what leaves against all that they hold of it, and, where one asset leaves for another, how far that moves the
 * price. A trade may go through any pool of its pair, so that the least deep one counts; where the pair has none, any pool of either side.
 */
export function sizeAgainst(pools: readonly ReadPool[], moved: { readonly out: Amounts; readonly in: Amounts }): SizeAgainst {
  let sharePpm = 0;
  let isDepthUnknown = false;
  for (const [asset, amount] of moved.out) {
    const depth = depthOf(asset, pools);
    if (depth === 0n) isDepthUnknown = true;
    else sharePpm = Math.max(sharePpm, ratioPpm(amount, depth));
  }
  const isTrade = [...moved.out.keys()].some((out) => [...moved.in.keys()].some((into) => into !== out));
  if (!isTrade) return { sharePpm, isDepthUnknown, impactPpm: null, isImpactUnknown: false };
  const direct = pools.filter(({ assets: [a, b] }) => (moved.out.has(a) && moved.in.has(b)) || (moved.out.has(b) && moved.in.has(a)));
  const either = pools.filter(({ assets }) => assets.some((asset) => moved.out.has(asset) || moved.in.has(asset)));
  const through = direct.length > 0 ? direct : either;
  if (through.length === 0) return { sharePpm, isDepthUnknown, impactPpm: null, isImpactUnknown: true };
  let impactPpm = 0;
  for (const { assets, reserves, feePpm } of through) {
    assets.forEach((asset, side) => {
      const reserve = reserves[side] as bigint;
      const [paid, taken] = [moved.out.get(asset) ?? 0n, moved.in.get(asset) ?? 0n];
      if (paid > 0n) impactPpm = Math.max(impactPpm, impactOfPaying(paid, reserve, feePpm));
      if (taken > 0n) impactPpm = Math.max(impactPpm, impactOfTaking(taken, reserve));
    });
  }
  return { sharePpm, isDepthUnknown, impactPpm, isImpactUnknown: false };
}
