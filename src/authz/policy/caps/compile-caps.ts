import { type AssetId, assetChain, collectionOf, type LedgerWindow, nativeAssetId, readAmount, type Token } from '../../../core/index.ts';
import type { CapSpec } from '../compiled-policy.ts';
import { parseDecimal, scaleDecimal } from '../language/decimal.ts';
import type { Names } from '../language/names.ts';
import type { ParsedPermissions } from '../permissions.ts';
import type { PolicyBase } from '../policy-base.ts';
import { CAP_WINDOWS } from './cap-scope.ts';

/** The limits by the names that they have in permissions, and their windows. */
const WINDOWS = {
  perTransaction: CAP_WINDOWS.transaction,
  hourly: CAP_WINDOWS.hour,
  daily: CAP_WINDOWS.day,
  weekly: CAP_WINDOWS.week,
  monthly: CAP_WINDOWS.month,
  total: CAP_WINDOWS.total,
} as const;
type WindowName = keyof typeof WINDOWS;
const NAMES = Object.keys(WINDOWS) as WindowName[];
/** Where a limit warns unless its owner says otherwise, per cent. */
export const WARNING_PERCENT = 80;

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
  if (text !== undefined) return unitOf(text, 'limits.unit', names);
  const natives = tokens.filter(({ asset }) => names.chains.includes(assetChain(asset)) && asset === nativeAssetId(assetChain(asset)));
  const [only] = natives;
  if (only !== undefined && natives.length === 1) return { id: only.asset, decimals: only.decimals };
  names.problems.push('limits.unit: name an asset or USD, the native coin is not unambiguous');
  return { id: '', decimals: 0 };
}

/** A unit that is named: dollars, or an asset of the token list. */
export function unitOf(text: string, path: string, names: Names): Unit {
  if (text === 'USD') return { id: 'USD', decimals: USD_DECIMALS };
  const asset = names.asset(text, path);
  const token = asset === undefined ? undefined : names.token(asset);
  if (asset !== undefined && token === undefined) names.problems.push(`${path}: the asset is on no token list`);
  return { id: asset ?? '', decimals: token?.decimals ?? 0 };
}

/** The caps in the unit; what the permissions leave out is inherited. */
export function compileUnitCap(permissions: ParsedPermissions, base: PolicyBase, unit: Unit, names: Names): CapSpec {
  const { limits } = permissions;
  const percent = limits?.warningThresholdPct ?? base.limits.warningThresholdPct;
  const windows = NAMES.flatMap((name) => {
    const value = limits?.[name] ?? base.limits[name];
    return value === undefined ? [] : windowOf(WINDOWS[name], name, value, unit.decimals, `limits.${name}`, names, percent);
  });
  return { unit: unit.id, windows };
}

/**
 * Caps of assets with limits of their own: `daily` must be there; one transaction may at most take the day's; a week or
 * month without a limit is bounded by its days.
 */
export function compileAssetCaps(permissions: ParsedPermissions, base: PolicyBase, names: Names): ReadonlyMap<AssetId, CapSpec> {
  const caps = new Map<AssetId, CapSpec>();
  const percent = permissions.limits?.warningThresholdPct ?? base.limits.warningThresholdPct;
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
        return value === undefined ? [] : windowOf(WINDOWS[name], name, value, token.decimals, `${path}.${name}`, names, percent);
      });
      caps.set(asset, { unit: asset, windows });
    }
  }
  return caps;
}

/** A cap of one day, for a strategy's volume. */
export function dailyCap(value: number | string, unit: Unit, rule: string, path: string, names: Names): CapSpec {
  return { unit: unit.id, windows: windowOf(CAP_WINDOWS.day, rule, value, unit.decimals, path, names) };
}

/** Whole units as smallest ones; a problem where the unit has not that many decimals. */
export function wholeUnits(value: number | string | bigint, decimals: number, path: string, names: Names): bigint | undefined {
  const parsed = parseDecimal(typeof value === 'bigint' ? value.toString() : value);
  const scaled = parsed === undefined ? undefined : scaleDecimal(parsed, decimals);
  if (scaled === undefined) names.problems.push(`${path}: more decimals than the unit has`);
  return scaled;
}

/** One window as the ledger keeps it. A window without length is no account that fills up: it warns of nothing. */
export function windowOf(
  windowMs: number | null,
  rule: string,
  value: number | string,
  decimals: number,
  path: string,
  names: Names,
  percent: number = WARNING_PERCENT,
): LedgerWindow[] {
  const limit = wholeUnits(value, decimals, path, names);
  if (limit === undefined) return [];
  if (readAmount(limit.toString()) === undefined) {
    names.problems.push(`${path}: more than the ledger can count`);
    return [];
  }
  const window = { windowMs, limit: limit.toString(), rule };
  if (windowMs === 0 || limit === 0n) return [window];
  const at = (limit * BigInt(percent) + 99n) / 100n;
  return [{ ...window, warn: { at: at.toString(), percent, crosses: false } }];
}
