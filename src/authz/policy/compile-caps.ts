import { type AssetId, assetChain, collectionOf, type LedgerWindow, nativeAssetId, type Token } from '../../core/index.ts';
import type { CapSpec } from './compiled-policy.ts';
import { parseDecimal, scaleDecimal } from './decimal.ts';
import type { Names } from './names.ts';
import type { ParsedPermissions } from './permissions.ts';
import type { PolicyBase } from './policy-base.ts';

const DAY_MS = 86_400_000;
/** A day, a week and a month are 24 h, 7 d and 30 d. `0` bounds one transaction. */
const WINDOWS = { perTransaction: 0, daily: DAY_MS, weekly: 7 * DAY_MS, monthly: 30 * DAY_MS } as const;
type WindowName = keyof typeof WINDOWS;
const NAMES = Object.keys(WINDOWS) as WindowName[];

/** US dollars count in millionths. */
export const USD_DECIMALS = 6;

/** The unit that limits count in. */
export interface Unit {
  readonly id: string;
  readonly decimals: number;
}

/** Finds the unit of a policy's limits. */
export function compileUnit(permissions: ParsedPermissions, base: PolicyBase, tokens: readonly Token[], names: Names): Unit {
  const text = permissions.limits?.unit ?? base.limits.unit;
  if (text === 'USD') return { id: 'USD', decimals: USD_DECIMALS };
  if (text !== undefined) {
    const asset = names.asset(text, 'limits.unit');
    const token = asset === undefined ? undefined : names.token(asset);
    if (asset !== undefined && token === undefined) names.problems.push('limits.unit: the asset is on no token list');
    return { id: asset ?? '', decimals: token?.decimals ?? 0 };
  }
  const natives = tokens.filter(({ asset }) => names.chains.includes(assetChain(asset)) && asset === nativeAssetId(assetChain(asset)));
  const [only] = natives;
  if (only !== undefined && natives.length === 1) return { id: only.asset, decimals: only.decimals };
  names.problems.push('limits.unit: name an asset or USD, the native coin is not unambiguous');
  return { id: '', decimals: 0 };
}

/** The caps in the unit; what the permissions leave out is inherited. */
export function compileUnitCap(permissions: ParsedPermissions, base: PolicyBase, unit: Unit, names: Names): CapSpec {
  const { limits } = permissions;
  const windows = NAMES.flatMap((name) => windowOf(name, limits?.[name] ?? base.limits[name], unit.decimals, `limits.${name}`, names));
  return { unit: unit.id, windows };
}

/**
 * Caps of assets with limits of their own: `daily` must be there; one transaction may at most take the day's; a week or
 * month without a limit is bounded by its days.
 */
export function compileAssetCaps(permissions: ParsedPermissions, names: Names): ReadonlyMap<AssetId, CapSpec> {
  const caps = new Map<AssetId, CapSpec>();
  for (const [key, own] of Object.entries(permissions.limits?.assets ?? {})) {
    const path = `limits.assets.${key}`;
    if (own.daily === undefined) names.problems.push(`${path}.daily: an asset with limits of its own needs this one`);
    for (const asset of names.assets(key, path)) {
      // Collectibles count in pieces, on no token list.
      const token = collectionOf(asset) === null ? names.token(asset) : { decimals: 0 };
      if (token === undefined) {
        names.problems.push(`${path}: the asset is on no token list`);
        continue;
      }
      if (caps.has(asset)) names.problems.push(`${path}: the asset is named twice`);
      const windows = NAMES.flatMap((name) => {
        const value = own[name] ?? (name === 'perTransaction' ? own.daily : undefined);
        return value === undefined ? [] : windowOf(name, value, token.decimals, `${path}.${name}`, names);
      });
      caps.set(asset, { unit: asset, windows });
    }
  }
  return caps;
}

/** A cap of one day, for a strategy's volume. */
export function dailyCap(value: number | string, unit: Unit, rule: string, path: string, names: Names): CapSpec {
  const limit = wholeUnits(value, unit.decimals, path, names);
  return { unit: unit.id, windows: limit === undefined ? [] : [{ windowMs: DAY_MS, limit: limit.toString(), rule }] };
}

/** Whole units as smallest ones; a problem where the unit has not that many decimals. */
export function wholeUnits(value: number | string | bigint, decimals: number, path: string, names: Names): bigint | undefined {
  const parsed = parseDecimal(typeof value === 'bigint' ? value.toString() : value);
  const scaled = parsed === undefined ? undefined : scaleDecimal(parsed, decimals);
  if (scaled === undefined) names.problems.push(`${path}: more decimals than the unit has`);
  return scaled;
}

function windowOf(name: WindowName, value: number | string, decimals: number, path: string, names: Names): LedgerWindow[] {
  const limit = wholeUnits(value, decimals, path, names);
  return limit === undefined ? [] : [{ windowMs: WINDOWS[name], limit: limit.toString(), rule: name }];
}
