import { type ApprovalQuorum, type CompiledPolicy, type Decision, describeRule, type TemporalRule } from '../../index.ts';

type Rule = CompiledPolicy['rules'][number];
type Tree = NonNullable<CompiledPolicy['tree']>;

/** Signs that a terminal may not have, in two that every one has. */
const SIGNS: Readonly<Record<string, string>> = { '≠': '!=', '≥': '>=', '≤': '<=' };

/** A rule in words, of printable ASCII alone: `escalate when value > 0.02 (requireApprovalAbove)`. */
export const ruleText = (rule: Rule): string =>
  describeRule(rule)
    .replace(/^(\w+) when always /, '$1 always ')
    .replace(/[≠≥≤]/g, (sign) => SIGNS[sign] ?? sign);

/** A rule over history in words: `deny when 3 or more failures in a row (temporal.failing)`. */
export const temporalText = ({ id, then, label }: TemporalRule): string => `${then} when ${label.replace(/\.$/, '')} (${id})`;

/** Whose yes is needed: `2 owner, 1 approver`. */
export const quorumText = (quorum: ApprovalQuorum): string =>
  Object.entries(quorum)
    .map(([role, count]) => `${count} ${role}`)
    .join(', ');

/** A tree in lines: what each node joins, and the rules of each leaf that the policy around it has not. */
export function treeLines(tree: Tree, around: readonly Rule[], depth = 0): readonly string[] {
  const line = `${'  '.repeat(depth)}${tree.kind} ${tree.path}`;
  if (tree.kind !== 'leaf') return [line, ...tree.children.flatMap((child) => treeLines(child, around, depth + 1))];
  const known = new Set(around.map(ruleText));
  const own = tree.policy.rules.map(ruleText).filter((text) => !known.has(text));
  return [line, ...own.map((text) => `${'  '.repeat(depth + 1)}${text}`)];
}

/** The rule of that name in words, as reasons name it: of a leaf `policy.<path>:<id>`; undefined where the policy has none. */
export function ruleOf({ rules, temporal, tree }: CompiledPolicy, name: string): string | undefined {
  const rule = rules.find(({ id }) => id === name);
  if (rule !== undefined) return ruleText(rule);
  const late = temporal.find(({ id }) => id === name);
  if (late !== undefined) return temporalText(late);
  for (const { path, policy } of tree === null ? [] : leavesOf(tree)) {
    const own = policy.rules.find(({ id }) => name === `policy.${path}:${id}`);
    if (own !== undefined) return ruleText(own);
  }
  return undefined;
}

/** What the policy had to do with a decision: rules over history that matched, which leaf of a tree decided, whose yes is needed, and the rules in words. */
export function decidedLines({ reasons, signals, facts, quorum }: Decision, policy: CompiledPolicy | undefined): readonly string[] {
  const late = reasons.filter(({ code }) => code === 'temporal_rule_triggered');
  const reviews = signals.flatMap(({ details }) => (details?.['type'] === 'review' ? [details] : []));
  const tree = (facts['union.policy.tree'] ?? facts['policy.tree']) as unknown as TreeFact | undefined;
  const names = [...new Set([...reasons.flatMap(({ rule }) => rule ?? []), ...reviews.map(({ rule }) => String(rule))])];
  const words = policy === undefined ? [] : [...new Set(names.flatMap((name) => ruleOf(policy, name) ?? []))];
  return [
    ...late.map(({ rule, requested, limit }) => `history: ${rule ?? ''} found ${requested ?? 'too much'}, bound ${limit ?? 'unknown'}`),
    ...reviews.map(({ rule, found, limit }) => `history: ${String(rule)} found ${String(found)}, bound ${String(limit)}; left for review`),
    ...(tree === undefined ? [] : treeFactLines(tree)),
    ...(quorum === undefined ? [] : [`needs the yes of ${quorumText(quorum)}`]),
    ...words.map((text) => `rule: ${text}`),
  ];
}

interface TreeFact {
  readonly verdict: string;
  readonly decided: readonly string[];
  readonly leaves: readonly { readonly leaf: string; readonly verdict: string; readonly rule: string | null }[];
}

const treeFactLines = ({ verdict, decided, leaves }: TreeFact): readonly string[] => [
  `tree: ${verdict}, decided by ${decided.join(', ') || 'all of its leaves'}`,
  ...leaves.map(({ leaf, verdict: said, rule }) => `  leaf ${leaf}: ${said}${rule === null ? '' : ` by ${rule}`}`),
];

function leavesOf(tree: Tree): readonly Extract<Tree, { readonly kind: 'leaf' }>[] {
  return tree.kind === 'leaf' ? [tree] : tree.children.flatMap(leavesOf);
}
