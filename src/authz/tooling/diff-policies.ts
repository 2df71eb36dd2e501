import { canonicalize } from '../../core/index.ts';
import type { CompiledPolicy, CompiledTree, Rule } from '../policy/index.ts';
import type { TemporalRule } from '../temporal/index.ts';

/** One value that two policies do not share; absent on the side that has none. */
export interface ValueDifference {
  /** Path in the compiled policy: `unitCap.windows.daily.limit`, `destinations.eip155:1:0x…`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** A rule that is in both and says something else. */
export interface RuleDifference<R = Rule> {
  readonly id: string;
  readonly before: R;
  readonly after: R;
}

/** Rules of one kind that two policies do not share. */
export interface RuleDifferences<R = Rule> {
  readonly added: readonly R[];
  readonly removed: readonly R[];
  readonly changed: readonly RuleDifference<R>[];
}

/** A leaf that is in both trees and says something else. */
export interface LeafDifference {
  /** Labels from the root on: `treasury/spend-tier/small`. */
  readonly path: string;
  readonly difference: PolicyDifference;
}

/** How two policies differ, in the one form that all permissions compile to. */
export interface PolicyDifference {
  /** True where they compile to the same: nothing that is judged can come out otherwise. */
  readonly same: boolean;
  readonly digests: readonly [before: string, after: string];
  readonly rules: RuleDifferences;
  /** Rules over what the agent did of late. */
  readonly temporal: RuleDifferences<TemporalRule>;
  /** Of the tree, its leaves apart: which node joins what, `tree.<path>`: `allOf`, `anyOf` or `leaf`. */
  readonly tree: readonly ValueDifference[];
  readonly leaves: readonly LeafDifference[];
  /** Caps, rates, fees: everything that is a figure. */
  readonly limits: readonly ValueDifference[];
  /** Accounts, contracts, protocols, deployments, strategies, tokens. */
  readonly lists: readonly ValueDifference[];
  /** Everything else. */
  readonly settings: readonly ValueDifference[];
}

/** Made from the other fields, or compared by themselves. */
const DERIVED: ReadonlySet<string> = new Set([
  'digest',
  'rules',
  'temporal',
  'tree',
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
  const values = valueDifferences(valuesOf(before), valuesOf(after));
  const of = (fields: ReadonlySet<string>): readonly ValueDifference[] => values.filter(({ path }) => fields.has(fieldOf(path)));
  const rules = ruleDifferences(before.rules, after.rules);
  const temporal = ruleDifferences(before.temporal, after.temporal);
  const [old, now] = [nodesOf(before.tree), nodesOf(after.tree)];
  const tree = valueDifferences(shapeOf(old), shapeOf(now));
  const leaves = [...now].flatMap(([path, node]): LeafDifference[] => {
    const known = old.get(path);
    if (node.kind !== 'leaf' || known?.kind !== 'leaf') return [];
    const difference = beyond(diffPolicies(known.policy, node.policy), values);
    return difference.same ? [] : [{ path, difference }];
  });
  const settings = values.filter(({ path }) => !LIMITS.has(fieldOf(path)) && !LISTS.has(fieldOf(path)));
  return judged({ digests: [before.digest, after.digest], rules, temporal, tree, leaves, limits: of(LIMITS), lists: of(LISTS), settings });
}

function judged(found: Omit<PolicyDifference, 'same'>): PolicyDifference {
  const { rules, temporal, tree, leaves, limits, lists, settings } = found;
  const parts = [rules, temporal].flatMap(({ added, removed, changed }) => [added, removed, changed]);
  return { ...found, same: [...parts, tree, leaves, limits, lists, settings].every(({ length }) => length === 0) };
}

/** Without what a leaf inherits from around the tree, where it is told already. */
function beyond(leaf: PolicyDifference, told: readonly ValueDifference[]): PolicyDifference {
  const own = (values: readonly ValueDifference[]): readonly ValueDifference[] =>
    values.filter(
      ({ path, before, after }) => !told.some((value) => value.path === path && value.before === before && value.after === after),
    );
  return judged({ ...leaf, limits: own(leaf.limits), lists: own(leaf.lists), settings: own(leaf.settings) });
}

function ruleDifferences<R extends { readonly id: string }>(before: readonly R[], after: readonly R[]): RuleDifferences<R> {
  const [old, now] = [before, after].map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  return {
    added: after.filter(({ id }) => old?.has(id) !== true),
    removed: before.filter(({ id }) => now?.has(id) !== true),
    changed: after.flatMap((rule): RuleDifference<R>[] => {
      const known = old?.get(rule.id);
      return known === undefined || canonicalize(known) === canonicalize(rule) ? [] : [{ id: rule.id, before: known, after: rule }];
    }),
  };
}

/** Every node of a tree by its path. */
function nodesOf(tree: CompiledTree | null): ReadonlyMap<string, CompiledTree> {
  if (tree === null) return new Map();
  const below = tree.kind === 'leaf' ? [] : tree.children.flatMap((child) => [...nodesOf(child)]);
  return new Map([[tree.path, tree], ...below]);
}

/** In which order the parts of an `anyOf` stand decides which of them is asked first, and no verdict. */
const shapeOf = (nodes: ReadonlyMap<string, CompiledTree>): ReadonlyMap<string, string> =>
  new Map([...nodes].map(([path, { kind }]) => [`tree.${path}`, kind]));

const fieldOf = (path: string): string => path.split('.', 1)[0] ?? '';

function valueDifferences(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly ValueDifference[] {
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
