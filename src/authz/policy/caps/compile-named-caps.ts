import { type AssetId, collectionOf, describeIssues } from '../../../core/index.ts';
import type { CompiledCap } from '../compiled-policy.ts';
import type { Names } from '../language/names.ts';
import type { ParsedPermissions } from '../permissions.ts';
import type { PolicyBase } from '../policy-base.ts';
import { capSchema, type ParsedCap } from './cap-schema.ts';
import { CAP_WINDOWS, type CapHolder, HOLDERS } from './cap-scope.ts';
import { type Unit, unitOf, windowOf } from './compile-caps.ts';

/** What a cap's windows share. */
type CapTerms = Omit<CompiledCap, 'spec'>;

/**
 * The named caps of a policy: the deployment's, and its own, which stand beside them. Entries of one name are windows over one
 * account, and have to agree about what that account is.
 */
export function compileNamedCaps(permissions: ParsedPermissions, base: PolicyBase, unit: Unit, names: Names): readonly CompiledCap[] {
  const caps = new Map<string, CompiledCap>();
  for (const [path, cap] of given(permissions, base, names)) {
    const counted = countedIn(cap, unit, path, names);
    if (counted === undefined) continue;
    const { asset, unit: ofCap } = counted;
    const holder = holderOf(cap, path, names);
    const terms: CapTerms = { capId: cap.capId, scope: cap.scope, of: holder, asset };
    const windowMs = cap.windowMs ?? CAP_WINDOWS[cap.window ?? 'total'];
    const rule = `${cap.capId}.${cap.window ?? `${windowMs}ms`}`;
    const windows = windowOf(windowMs, rule, cap.max, ofCap.decimals, `${path}.max`, names, cap.warningThresholdPct);
    const known = caps.get(cap.capId);
    if (known !== undefined && !isSameAccount(known, terms, ofCap.id))
      names.problems.push(`${path}: another entry of ${cap.capId} counts something else`);
    if (known?.spec.windows.some((window) => window.windowMs === windowMs) === true)
      names.problems.push(`${path}: ${cap.capId} has this window twice`);
    caps.set(cap.capId, { ...terms, spec: { unit: ofCap.id, windows: [...(known?.spec.windows ?? []), ...windows] } });
  }
  return [...caps.values()];
}

function given(permissions: ParsedPermissions, base: PolicyBase, names: Names): readonly (readonly [string, ParsedCap])[] {
  const own = (permissions.limits?.caps ?? []).map((cap, index) => [`limits.caps[${index}]`, cap] as const);
  const inherited = (base.limits.caps ?? []).flatMap((cap, index) => {
    const parsed = capSchema.safeParse(cap);
    if (parsed.success) return [[`defaultLimits.caps[${index}]`, parsed.data] as const];
    names.problems.push(...describeIssues(parsed.error).map((problem) => `defaultLimits.caps[${index}]: ${problem}`));
    return [];
  });
  return [...inherited, ...own];
}

function isSameAccount(known: CompiledCap, terms: CapTerms, unit: string): boolean {
  return known.scope === terms.scope && known.of === terms.of && known.asset === terms.asset && known.spec.unit === unit;
}

function holderOf({ scope, of }: ParsedCap, path: string, names: Names): CapHolder {
  const own = HOLDERS.find((holder) => holder === scope);
  if (own !== undefined && of !== undefined && of !== own) names.problems.push(`${path}.of: the scope ${scope} says whose it is`);
  return own ?? of ?? 'fleet';
}

/** What the cap counts: one asset in its own amounts, or everything in a unit. */
function countedIn(
  cap: ParsedCap,
  unit: Unit,
  path: string,
  names: Names,
): { readonly asset: AssetId | null; readonly unit: Unit } | undefined {
  if (cap.asset === undefined) {
    const counted = cap.unit === undefined ? unit : unitOf(cap.unit, `${path}.unit`, names);
    return { asset: null, unit: counted };
  }
  const asset = names.asset(cap.asset, `${path}.asset`);
  if (asset === undefined) return undefined;
  // Collectibles count in pieces, on no token list.
  const token = collectionOf(asset) === null ? names.token(asset) : { decimals: 0 };
  if (token === undefined) names.problems.push(`${path}.asset: the asset is on no token list`);
  return { asset, unit: { id: asset, decimals: token?.decimals ?? 0 } };
}
