import type { CompiledPolicy, CompiledQuorum } from '../../authz/index.ts';
import type { Role } from '../../core/registry.ts';
import { ruleImplies } from './rule-implication.ts';

const asksAsMuch = (before: CompiledQuorum, after: CompiledQuorum): boolean =>
  (Object.keys(before.need) as Role[]).every((role) => (after.need[role] ?? 0) >= (before.need[role] ?? 0));

/** Every question that a quorum answered is a denial now, or answered by as many people at least. */
export function quorumsTighten(before: CompiledPolicy, after: CompiledPolicy): boolean {
  return before.approvalQuorums.every((quorum) => {
    const kept = after.approvalQuorums.filter((other) => asksAsMuch(quorum, other));
    if (kept.some(({ reasons, rules }) => reasons === null && rules === null)) return true;
    if (quorum.rules !== null) return [...quorum.rules].every((id) => ruleKept(id, kept, before, after));
    return quorum.reasons !== null && [...quorum.reasons].every((code) => kept.some(({ reasons }) => reasons?.has(code) === true));
  });
}

/** By what it says and not by its name: another rule may have taken that. */
function ruleKept(id: string, kept: readonly CompiledQuorum[], before: CompiledPolicy, after: CompiledPolicy): boolean {
  const rule = before.rules.find((one) => one.id === id);
  if (rule === undefined) return true;
  return after.rules.some(
    (other) =>
      ruleImplies(rule, other) &&
      (other.then === 'deny' || (other.then === 'escalate' && kept.some(({ rules }) => rules?.has(other.id) === true))),
  );
}
