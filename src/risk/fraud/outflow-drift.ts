import { outflowLastDay } from '../daily-outflow.ts';
import { logAmount } from '../log-amount.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { usualDays } from '../weekly-outflow.ts';

const MS_PER_DAY = 86_400_000;
/** Octaves above a usual day of a month ago: a little less than twice as much. */
const DRIFTED = 0.9;
/** Deviation of the days up to which that is enough; where they differ more, three deviations more are needed for each. */
const REGULAR = 0.45;
const STRICTER = 3;

/**
 * `outflow_drift`: a day's outflow about twice that of a usual day as it was a month ago, and above every day of then, however slowly it came to that. Who
 * poisons what counts as usual raises each day by so little that no day stands out beside the one before: beside a month ago it does. Escalates.
 *
 * Avoiding it costs the attacker a month for each doubling, or a wallet whose days differ so much that twice as much is nothing new.
 */
export function outflowDrift({ input }: RiskContext): PatternMatch | undefined {
  const { profile, nowMs, amountsInUnit } = input;
  if (profile === undefined || amountsInUnit.outflow === null || amountsInUnit.outflow <= 0n) return undefined;
  const usual = usualDays(profile.weeks, Math.floor(nowMs / MS_PER_DAY));
  if (usual === undefined) return undefined;
  const seen = outflowLastDay(profile.daily, nowMs);
  const booked = amountsInUnit.lastDay ?? 0n;
  const day = (booked > seen ? booked : seen) + amountsInUnit.outflow;
  const above = logAmount(day) - usual.mean;
  const needed = DRIFTED + STRICTER * Math.max(0, usual.deviation - REGULAR);
  if (!(above >= needed) || logAmount(day) < usual.most) return undefined;
  return {
    id: 'outflow_drift',
    name: 'Outflow that drifted upwards',
    confidence: 0.75,
    recommendedAction: 'escalate',
    evidence: { multipleOfUsualDay: Math.round(2 ** above * 100) / 100, dayOutflow: String(day), deviation: usual.deviation },
    reason: 'outflow_drift',
  };
}
