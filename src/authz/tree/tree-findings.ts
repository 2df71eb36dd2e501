import type { Json, Reason } from '../../core/index.ts';
import type { Valuation } from '../judge-memo.ts';
import { type LayerContext, reason } from '../layer.ts';
import type { CompiledTree } from '../policy/compiled-policy.ts';
import { ruleFindings } from '../rule-findings.ts';
import { leafContext } from './leaf-context.ts';

/** What a tree, or a part of it, says of a transaction. */
export interface TreeFindings {
  readonly verdict: 'allow' | 'escalate' | 'deny';
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
  /** The leaves, or the empty list, that it comes from. */
  readonly decided: readonly string[];
}

const ALLOWED: TreeFindings = { verdict: 'allow', denials: [], escalations: [], decided: [] };
/** Reasons of one leaf that are told. */
const MAX_OF_LEAF = 2;

type Trace = { leaf: string; verdict: TreeFindings['verdict']; rule: string | null };

/**
 * Puts the transaction to a tree. Each leaf judges all of it: parts that agree with one leaf and parts that agree with another agree with
 * neither. Which leaf said what stands in the fact `policy.tree`.
 */
export function treeFindings(context: LayerContext, valuation: Valuation | undefined): TreeFindings {
  const { tree } = context.policy;
  if (tree === null) return ALLOWED;
  const leaves: Trace[] = [];
  const found = judgeNode(context, valuation, tree, leaves);
  context.fact(
    'policy.tree',
    (): Json => ({ verdict: found.verdict, decided: found.decided, leaves: leaves.map((leaf) => ({ ...leaf })) }),
  );
  return found;
}

function judgeNode(context: LayerContext, valuation: Valuation | undefined, node: CompiledTree, leaves: Trace[]): TreeFindings {
  if (node.kind === 'leaf') return judgeLeaf(context, valuation, node, leaves);
  if (node.children.length === 0) {
    const empty = reason('policy_no_match', 'A part of the policy that is empty allows nothing.', { rule: `policy.${node.path}` });
    return { verdict: 'deny', denials: [empty], escalations: [], decided: [node.path] };
  }
  // Each is asked, so that the trace is whole.
  const found = node.children.map((child) => judgeNode(context, valuation, child, leaves));
  return node.kind === 'allOf' ? strictestOf(found) : mildestOf(found);
}

function strictestOf(found: readonly TreeFindings[]): TreeFindings {
  const verdict = (['deny', 'escalate', 'allow'] as const).find((wanted) => found.some((one) => one.verdict === wanted)) ?? 'deny';
  return {
    verdict,
    denials: found.flatMap(({ denials }) => denials),
    escalations: found.flatMap(({ escalations }) => escalations),
    decided: found.filter((one) => one.verdict === verdict).flatMap(({ decided }) => decided),
  };
}

function mildestOf(found: readonly TreeFindings[]): TreeFindings {
  const agreeing = found.find(({ verdict }) => verdict === 'allow') ?? found.find(({ verdict }) => verdict === 'escalate');
  return agreeing ?? strictestOf(found);
}

function judgeLeaf(
  context: LayerContext,
  valuation: Valuation | undefined,
  { path, policy }: Extract<CompiledTree, { kind: 'leaf' }>,
  leaves: Trace[],
): TreeFindings {
  const { denials, escalations } = ruleFindings(leafContext(context, policy, path), valuation);
  const named = (found: Reason): Reason => ({ ...found, rule: `policy.${path}${found.rule === undefined ? '' : `:${found.rule}`}` });
  const verdict = denials.length > 0 ? 'deny' : escalations.length > 0 ? 'escalate' : 'allow';
  leaves.push({ leaf: path, verdict, rule: (denials[0] ?? escalations[0])?.rule ?? null });
  return {
    verdict,
    denials: denials.slice(0, MAX_OF_LEAF).map(named),
    // An approval answers codes: each that a person is asked about is told once.
    escalations:
      verdict === 'escalate'
        ? escalations.filter((one, index) => escalations.findIndex(({ code }) => code === one.code) === index).map(named)
        : [],
    decided: [path],
  };
}
