import { HOURS_PER_WEEK } from '../profile.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { hourOfWeek } from '../train-profile.ts';

/** Payments before an empty hour says anything: a week has 168 of them. */
const ENOUGH = 200;
const POINTS = 10;

/** The agent was never active in this hour of the week nor in the ones beside it. */
export function unusualHourSignal(context: RiskContext): RiskFactor | undefined {
  const { profile, nowMs } = context.input;
  if (profile === undefined || profile.count < ENOUGH) return undefined;
  const hour = hourOfWeek(nowMs);
  for (let offset = -1; offset <= 1; offset += 1) {
    if ((profile.hours[(hour + offset + HOURS_PER_WEEK) % HOURS_PER_WEEK] ?? 0) > 0) return undefined;
  }
  return {
    id: 'unusual_hour',
    component: 'behavioral',
    points: POINTS,
    detail: 'The agent was never active at this hour of the week.',
    reason: null,
  };
}
