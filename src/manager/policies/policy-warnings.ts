import type { CompiledPolicy, CompiledTree } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Role } from '../../core/registry.ts';
import type { Json } from '../../core/store.ts';
import { capFindings } from './cap-findings.ts';
import type { ConfigFinding, ValidateOptions } from './config-finding.ts';
import { contradicts } from './rule-contradiction.ts';
import { ruleImplies } from './rule-implication.ts';

const warn = (code: string, path: string, message: string): ConfigFinding => ({ code, path, message });

/** What a sound policy is hardly meant to say. */
export function policyWarnings(
  policy: CompiledPolicy,
  permissions: Json,
  options: ValidateOptions & { readonly tokens: readonly Token[] },
): readonly ConfigFinding[] {
  return [
    ...ruleWarnings(policy, ownRules(permissions)),
    ...emptyTrees(policy.tree),
    ...capFindings(policy, options),
    ...approvalWarnings(policy, options),
    ...quorumWarnings(policy, options),
    ...cooldownWarnings(policy),
    ...(policy.requireSimulation
      ? []
      : [warn('no_simulation', 'requireSimulation', 'Transactions may be signed that nothing has simulated.')]),
    ...(policy.rules.some(({ then }) => then === 'allow') || onlyLooks(permissions)
      ? []
      : [warn('nothing_allowed', '', 'Nothing in the policy allows anything.')]),
    ...closedContracts(permissions),
  ];
}

/** Whether it says that the agent is there to look: then it is meant that nothing is allowed. */
function onlyLooks(permissions: Json): boolean {
  const { capabilities } = (permissions ?? {}) as {
    readonly capabilities?: Readonly<Record<string, { readonly enabled?: boolean; readonly readOnly?: boolean }>>;
  };
  return Object.values(capabilities ?? {}).some(({ enabled, readOnly }) => enabled === true && readOnly === true);
}

/** Ids of the rules that the owner wrote down as rules. */
function ownRules(permissions: Json): ReadonlySet<string> {
  const rules = (permissions as { readonly rules?: Json } | null)?.rules;
  return new Set((Array.isArray(rules) ? rules : []).map((rule) => String((rule as { readonly id?: Json }).id)));
}

/** Rules that nothing reaches. Those that permissions make overlap by design: only what an owner wrote can be one too many. */
function ruleWarnings({ rules }: CompiledPolicy, own: ReadonlySet<string>): readonly ConfigFinding[] {
  return rules.flatMap((rule, index): ConfigFinding[] => {
    if (contradicts(rule.when)) return [warn('unreachable_rule', rule.id, 'Its conditions contradict each other: nothing matches it.')];
    const isAsked = own.has(rule.id) || rule.then === 'escalate';
    const denied = isAsked && rule.then !== 'deny' ? rules.find((other) => other.then === 'deny' && ruleImplies(rule, other)) : undefined;
    if (denied !== undefined) return [warn('unreachable_rule', rule.id, `Whatever it matches is denied by ${denied.id}.`)];
    if (!own.has(rule.id)) return [];
    const wider = rules.find(
      (other, at) => other !== rule && other.then === rule.then && ruleImplies(rule, other) && (at < index || !ruleImplies(other, rule)),
    );
    return wider === undefined ? [] : [warn('shadowed_rule', rule.id, `${wider.id} says the same of all that it matches.`)];
  });
}

function emptyTrees(tree: CompiledTree | null): readonly ConfigFinding[] {
  if (tree === null || tree.kind === 'leaf') return [];
  const own =
    tree.children.length === 0 ? [warn('empty_tree', `policy.${tree.path}`, 'A part of the tree is empty, which allows nothing.')] : [];
  return [...own, ...tree.children.flatMap(emptyTrees)];
}

/** People are asked, and there is nobody. */
function approvalWarnings({ rules, temporal, tree }: CompiledPolicy, { approvers }: ValidateOptions): readonly ConfigFinding[] {
  if (approvers === undefined || approvers > 0) return [];
  const asks = [...rules, ...temporal].filter(({ then }) => then === 'escalate').map(({ id }) => id);
  const inTree = (node: CompiledTree | null): readonly string[] => {
    if (node === null) return [];
    if (node.kind !== 'leaf') return node.children.flatMap(inTree);
    return node.policy.rules.filter(({ then }) => then === 'escalate').map(({ id }) => `policy.${node.path}:${id}`);
  };
  return [...asks, ...inTree(tree)].map((id) => warn('approval_route_missing', id, 'It asks a person, and nobody may approve.'));
}

/** More people are needed than there are: nothing that asks them ever passes. */
function quorumWarnings({ approvalQuorums }: CompiledPolicy, { keys }: ValidateOptions): readonly ConfigFinding[] {
  if (keys === undefined) return [];
  return approvalQuorums.flatMap(({ path, need }) =>
    (Object.keys(need) as Role[])
      .filter((role) => (need[role] ?? 0) > (keys[role] ?? 0))
      .map((role) =>
        warn('quorum_unreachable', `${path}.need.${role}`, `It needs ${need[role]}, and the registry has ${keys[role] ?? 0}.`),
      ),
  );
}

/** A window in which no second action can fall bounds nothing. */
function cooldownWarnings({ rate, temporal, unitCap }: CompiledPolicy): readonly ConfigFinding[] {
  const { cooldownMs } = rate;
  const spans: readonly (readonly [string, number | null])[] = [
    ...temporal.flatMap(({ id, when }) => when.map(({ windowMs }) => [id, windowMs] as const)),
    ...unitCap.windows.map(({ windowMs, rule }) => [`limits.${rule}`, windowMs] as const),
    ['rateLimiting.maxPerHour', rate.maxPerHour > 1 ? 3_600_000 : null],
  ];
  return spans.flatMap(([path, windowMs]) =>
    windowMs !== null && windowMs > 0 && windowMs < cooldownMs
      ? [warn('window_shorter_than_cooldown', path, 'The cooldown lets at most one action fall into its window.')]
      : [],
  );
}

/** Entries of contracts that name no method at all. */
function closedContracts(permissions: Json): readonly ConfigFinding[] {
  const entries = (permissions as { readonly allowedContracts?: Json } | null)?.allowedContracts;
  return (Array.isArray(entries) ? entries : []).flatMap((entry, index) => {
    const { selectors } = entry as { readonly selectors?: Json };
    if (!Array.isArray(selectors) || selectors.length > 0) return [];
    return [warn('unreachable_rule', `allowedContracts[${index}]`, 'It lists no selector: nothing of the contract may be called.')];
  });
}
