import { canonicalize } from '../../core/index.ts';
import type { CompiledPolicy, Rule } from '../policy/index.ts';

/** One value that two policies do not share; absent on the side that has none. */
export interface ValueDifference {
  /** Path in the compiled policy: `unitCap.windows.daily.limit`, `destinations.eip155:1:0x…`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** A rule that is in both and says something else. */
export interface RuleDifference {
  readonly id: string;
  readonly before: Rule;
  readonly after: Rule;
}

/** How two policies differ, in the one form that all permissions compile to. */
export interface PolicyDifference {
  /** True where they compile to the same: nothing that is judged can come out otherwise. */
  readonly same: boolean;
  readonly digests: readonly [before: string, after: string];
  readonly rules: {
    readonly added: readonly Rule[];
    readonly removed: readonly Rule[];
    readonly changed: readonly RuleDifference[];
  };
  /** Caps, rates, fees: everything that is a figure. */
  readonly limits: readonly ValueDifference[];
  /** Accounts, contracts, protocols, deployments, strategies, tokens. */
  readonly lists: readonly ValueDifference[];
  /** Everything else. */
  readonly settings: readonly ValueDifference[];
}

/** Made from the other fields. */
const DERIVED: ReadonlySet<string> = new Set([
  'digest',
  'rules',
  'index',
  'deny',
  'escalate',
  'allow',
  'ofAmounts',
  'named',
  'readsValue',
  'readsCode',
]);
const LIMITS: ReadonlySet<string> = new Set(['unit', 'unitCap', 'assetCaps', 'caps', 'rate', 'maxFee', 'maxSlippage']);
const LISTS: ReadonlySet<string> = new Set([
  'tokens',
  'contracts',
  'protocols',
  'deployments',
  'delegates',
  'spenders',
  'destinations',
  'strategies',
]);

/**
 * Compares two compiled policies rule by rule and value by value. Order and spelling of what people wrote do not show.
 *
 * @example
 * ```ts
 * import { type AssetId, compilePolicy, DEFAULT_POLICY_BASE, diffPolicies } from 'castellan';
 *
 * const tokens = [{ asset: 'eip155:1/slip44:60' as AssetId, symbol: 'ETH', decimals: 18 }];
 * const policy = (daily: number) => compilePolicy({ limits: { unit: 'ETH', perTransaction: 1, daily } }, tokens, DEFAULT_POLICY_BASE);
 * const { same, limits } = diffPolicies(policy(5), policy(6));
 * console.log(same, limits[0]?.path); // false unitCap.windows.daily.limit
 * ```
 */
export function diffPolicies(before: CompiledPolicy, after: CompiledPolicy): PolicyDifference {
  const [old, now] = [before.rules, after.rules].map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  const values = valueDifferences(before, after);
  const of = (fields: ReadonlySet<string>): readonly ValueDifference[] => values.filter(({ path }) => fields.has(fieldOf(path)));
  const rules = {
    added: after.rules.filter(({ id }) => old?.has(id) !== true),
    removed: before.rules.filter(({ id }) => now?.has(id) !== true),
    changed: after.rules.flatMap((rule): RuleDifference[] => {
      const known = old?.get(rule.id);
      return known === undefined || canonicalize(known) === canonicalize(rule) ? [] : [{ id: rule.id, before: known, after: rule }];
    }),
  };
  const settings = values.filter(({ path }) => !LIMITS.has(fieldOf(path)) && !LISTS.has(fieldOf(path)));
  const same = values.length === 0 && rules.added.length + rules.removed.length + rules.changed.length === 0;
  return { same, digests: [before.digest, after.digest], rules, limits: of(LIMITS), lists: of(LISTS), settings };
}

const fieldOf = (path: string): string => path.split('.', 1)[0] ?? '';

function valueDifferences(before: CompiledPolicy, after: CompiledPolicy): readonly ValueDifference[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path): ValueDifference[] => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    return [{ path, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }];
  });
}

function valuesOf(policy: CompiledPolicy): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [field, value] of Object.entries(policy)) if (!DERIVED.has(field)) flatten(field, value, values);
  return values;
}

/** Every leaf by its path. Members of sets and lists are named by what they are, so that order and position say nothing. */
function flatten(path: string, value: unknown, values: Map<string, string>): void {
  if (value instanceof Map) for (const [key, inner] of value) flatten(`${path}.${key}`, inner, values);
  else if (value instanceof Set) for (const member of value) values.set(`${path}.${member}`, 'listed');
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) flatten(`${path}.${nameOf(item, index)}`, item, values);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      if (inner !== undefined && typeof inner !== 'function') flatten(`${path}.${key}`, inner, values);
  } else values.set(path, String(value));
}

/** Items that carry a name go by it; scalars by themselves. */
function nameOf(item: unknown, index: number): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const named = item as { readonly id?: unknown; readonly capId?: unknown; readonly rule?: unknown; readonly capability?: unknown };
  const name = named.id ?? named.capId ?? named.rule ?? named.capability;
  return typeof name === 'string' ? name : String(index);
}
