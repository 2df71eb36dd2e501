import type { ApprovalQuorum, Reason, ReasonCode, Role } from '../../../core/index.ts';
import { formatDecimal, parseDecimal } from '../language/decimal.ts';
import type { Names } from '../language/names.ts';
import type { Rule } from '../language/rule.ts';
import { type ApprovalQuorumInput, approvalQuorumSchema, type CompiledQuorum, type ParsedQuorum } from './approval-quorum-schema.ts';

const ROLES = ['owner', 'operator', 'approver'] as const satisfies readonly Role[];
/** As many reasons as a layer tells: where there are as many, one may have been left untold. */
const MAX_TOLD = 16;

/** A quorum and how its field is called. */
type Placed = readonly [quorum: ParsedQuorum, path: string];

/** Those of the deployment and those of the agent, all of which hold. */
export function placeQuorums(
  base: readonly ApprovalQuorumInput[] | undefined,
  own: readonly ParsedQuorum[] | undefined,
  names: Names,
): readonly Placed[] {
  const inherited = (base ?? []).flatMap((given, index): Placed[] => {
    const path = `base.approvalQuorums[${index}]`;
    const parsed = approvalQuorumSchema.safeParse(given);
    if (!parsed.success) names.problems.push(`${path}: ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
    return parsed.success ? [[parsed.data, path]] : [];
  });
  return [...inherited, ...(own ?? []).map((quorum, index): Placed => [quorum, `approvalQuorums[${index}]`])];
}

/** The rules that ask a person above the amounts of quorums. */
export function quorumRules(quorums: readonly Placed[]): readonly Rule[] {
  return quorums.flatMap(([{ above }, id]) => {
    if (above === undefined) return [];
    const decimal = parseDecimal(above);
    // What has more digits than any amount asks always.
    const when = [{ field: 'value', operator: 'gt', value: decimal === undefined ? '0' : formatDecimal(decimal) }] as const;
    const label = 'Above this value a quorum of its own decides.';
    return { id, when, then: 'escalate', label, priority: 0, code: 'approval_required' };
  });
}

/** Makes quorums of what was written; `rules` are all of the policy, and one that is named has to be there and escalate. */
export function compileQuorums(quorums: readonly Placed[], rules: readonly Rule[], names: Names): readonly CompiledQuorum[] {
  const known = new Set(rules.flatMap(({ id, then }) => (then === 'escalate' ? [id] : [])));
  return quorums.map(([quorum, path]) => {
    for (const id of quorum.rules ?? []) if (!known.has(id)) names.problems.push(`${path}.rules: no rule ${id} asks a person`);
    const need = Object.fromEntries(ROLES.flatMap((role) => (quorum.need[role] === undefined ? [] : [[role, quorum.need[role]]])));
    return {
      path,
      reasons: quorum.reasons === undefined ? null : new Set<ReasonCode>(quorum.reasons),
      rules: quorum.above !== undefined ? new Set([path]) : quorum.rules === undefined ? null : new Set(quorum.rules),
      need,
    };
  });
}

/**
 * What these escalations need, each role at the most that any quorum asks for; undefined where none asks.
 *
 * Fails closed: where a layer told as many reasons as it tells at most, every quorum holds.
 */
export function quorumOf(quorums: readonly CompiledQuorum[], escalated: readonly Reason[]): ApprovalQuorum | undefined {
  if (escalated.length === 0) return undefined;
  const isCut = escalated.length >= MAX_TOLD;
  const holding = quorums.filter(
    ({ reasons, rules }) =>
      isCut ||
      (reasons === null && rules === null) ||
      escalated.some(({ code, rule }) => reasons?.has(code) === true || (rule !== undefined && rules?.has(rule) === true)),
  );
  if (holding.length === 0) return undefined;
  const most = (role: Role): number => Math.max(0, ...holding.map(({ need }) => need[role] ?? 0));
  return Object.fromEntries(ROLES.flatMap((role) => (most(role) > 0 ? [[role, most(role)]] : [])));
}
