import type { CompiledPolicy, TemporalCondition, TemporalRule } from '../../authz/index.ts';

const RANK: Readonly<Record<TemporalRule['then'], number>> = { review: 0, escalate: 1, deny: 2 };

/** Whether `after` holds wherever `before` does. What has a shape of its own has to stay as it was. */
function conditionKeeps(before: TemporalCondition, after: TemporalCondition): boolean {
  if (before.field !== after.field || before.asset !== after.asset || before.contract !== after.contract) return false;
  if (before.operator === 'lt') {
    const sameSpan = before.windowMs === after.windowMs;
    const isSooner = (after.warmUpMs ?? 0) <= (before.warmUpMs ?? 0) && (after.minOutcomes ?? 0) <= (before.minOutcomes ?? 0);
    return sameSpan && isSooner && BigInt(after.value) >= BigInt(before.value);
  }
  const isLonger = after.windowMs === null || (before.windowMs !== null && after.windowMs >= before.windowMs);
  return isLonger && BigInt(after.value) <= BigInt(before.value);
}

/** Every temporal rule stays, as strict or stricter, over the same span or a longer one. New ones only tighten. */
export function temporalTightens({ temporal: before }: CompiledPolicy, { temporal: after }: CompiledPolicy): boolean {
  return before.every((rule) =>
    after.some(
      (kept) =>
        RANK[kept.then] >= RANK[rule.then] && rule.when.every((condition) => kept.when.some((own) => conditionKeeps(condition, own))),
    ),
  );
}
