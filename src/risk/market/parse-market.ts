import type { AssetCondition, AssetId, FeeCondition, MarketSnapshot, PoolCondition } from '../../core/index.ts';

/** A pool ready to be reckoned with. */
export interface ReadPool {
  readonly assets: readonly [AssetId, AssetId];
  readonly reserves: readonly [bigint, bigint];
  readonly feePpm: number;
  readonly atMs: number;
  readonly place?: string;
}

/** A snapshot ready to be looked things up in. */
export interface ReadMarket {
  readonly maxAgeMs: number;
  readonly assets: ReadonlyMap<AssetId, AssetCondition>;
  /** By what they hold: a decision looks at those of what it moves, however many there are. */
  readonly pools: ReadonlyMap<AssetId, readonly ReadPool[]>;
  readonly fees: ReadonlyMap<AssetId, FeeCondition>;
}

const DIGITS = /^[1-9][0-9]{0,199}$/;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isPair = (value: unknown, fits: (part: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && value.every(fits);

function isAsset(value: unknown): value is AssetCondition {
  if (typeof value !== 'object' || value === null) return false;
  const { asset, atMs, volatilityPpm, cold, depegPpm, spreadPpm } = value as Partial<AssetCondition>;
  const isPegFine = depegPpm === undefined || depegPpm === null || isCount(depegPpm);
  return isText(asset) && isCount(atMs) && isCount(volatilityPpm) && typeof cold === 'boolean' && isPegFine && isCount(spreadPpm);
}

function isPool(value: unknown): value is PoolCondition {
  if (typeof value !== 'object' || value === null) return false;
  const { assets, reserves, feePpm, atMs, place } = value as Partial<PoolCondition>;
  if (place !== undefined && !isText(place)) return false;
  return isPair(assets, isText) && isPair(reserves, (part) => isText(part) && DIGITS.test(part)) && isCount(feePpm) && isCount(atMs);
}

function isFee(value: unknown): value is FeeCondition {
  if (typeof value !== 'object' || value === null) return false;
  const { asset, atMs, ratioPpm, cold } = value as Partial<FeeCondition>;
  return isText(asset) && isCount(atMs) && isCount(ratioPpm) && typeof cold === 'boolean';
}

const read = new WeakMap<object, ReadMarket>();

/**
 * A snapshot, live or recorded, read strictly: an entry that makes no sense is missing. Undefined for what is no snapshot. What was read of an
 * object is remembered by its identity: it must not change.
 */
export function parseMarket(value: unknown): ReadMarket | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const known = read.get(value);
  if (known !== undefined) return known;
  const { v, maxAgeMs, assets, pools, fees } = value as Partial<MarketSnapshot>;
  if (v !== 2 || !isCount(maxAgeMs) || !Array.isArray(assets) || !Array.isArray(pools) || !Array.isArray(fees)) return undefined;
  const found: ReadMarket = {
    maxAgeMs: maxAgeMs as number,
    assets: new Map(assets.filter(isAsset).map((entry) => [entry.asset, entry])),
    pools: poolsByAsset(pools.filter(isPool)),
    fees: worstFees(fees.filter(isFee)),
  };
  read.set(value, found);
  return found;
}

function poolsByAsset(pools: readonly PoolCondition[]): ReadonlyMap<AssetId, readonly ReadPool[]> {
  const found = new Map<AssetId, ReadPool[]>();
  for (const { reserves, ...pool } of pools) {
    const read: ReadPool = { ...pool, reserves: [BigInt(reserves[0]), BigInt(reserves[1])] };
    for (const asset of pool.assets) found.set(asset, [...(found.get(asset) ?? []), read]);
  }
  return found;
}

/** Where several sources tell of one chain's fees, the dearest counts. */
function worstFees(fees: readonly FeeCondition[]): ReadonlyMap<AssetId, FeeCondition> {
  const worst = new Map<AssetId, FeeCondition>();
  for (const fee of fees) if (fee.ratioPpm >= (worst.get(fee.asset)?.ratioPpm ?? 0)) worst.set(fee.asset, fee);
  return worst;
}
