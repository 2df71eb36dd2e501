import { outflowLastDay, usualDay } from '../daily-outflow.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Finished days with outflow before a day can be called unusual. */
const ENOUGH_DAYS = 5;
/** Multiples of a usual day: what a person should see, what no person is asked about, what blocks at a hurried pace. */
const ESCALATED = 5n;
const BLOCKED = 8n;
const HURRIED = 2n;
/** Payments within the window, this one included, that are a hurry; and how far above the agent's own pace. */
const HURRY_WINDOW_MS = 600_000;
const HURRY_PAYMENTS = 6;
const HURRY_FACTOR = 4;

/**
 * `rapid_drain`: a day's outflow far above a usual day of this agent, or twice a usual day in one hurried run, as when a
 * stolen session empties a wallet before anyone looks. Blocks; between five and eight usual days it escalates, because
 * honest payrolls and purchases lie there too.
 *
 * Avoiding it costs the attacker time: less than the multiple a day, under daily limits, in sight of everyone. A young
 * profile has no usual day; limits alone hold there.
 */
export function rapidDrain(context: RiskContext): PatternMatch | undefined {
  const { profile, nowMs, amountsInUnit } = context.input;
  if (profile === undefined || !context.warm || amountsInUnit.outflow === null || amountsInUnit.outflow <= 0n) return undefined;
  const usual = usualDay(profile.daily);
  if (profile.daily.days < ENOUGH_DAYS || usual <= 0n) return undefined;
  const seen = outflowLastDay(profile.daily, nowMs);
  const booked = amountsInUnit.lastDay ?? 0n;
  const day = (booked > seen ? booked : seen) + amountsInUnit.outflow;
  if (day < usual * HURRIED) return undefined;
  const hurried = isHurried(profile.recent, 2 ** profile.interval.mean, nowMs);
  if (day < usual * ESCALATED && !hurried) return undefined;
  const blocked = hurried || day >= usual * BLOCKED;
  const multiple = Number((day * 100n) / usual) / 100;
  return {
    id: 'rapid_drain',
    name: 'Rapid drain',
    confidence: blocked ? 0.95 : 0.75,
    recommendedAction: blocked ? 'block' : 'escalate',
    evidence: { multipleOfUsualDay: multiple, hurried, dayOutflow: String(day), usualDay: String(usual) },
    reason: 'rapid_drain',
  };
}

function isHurried(recent: readonly number[], usualIntervalMs: number, nowMs: number): boolean {
  let payments = 1;
  for (const atMs of recent) if (nowMs - atMs <= HURRY_WINDOW_MS) payments += 1;
  return payments >= HURRY_PAYMENTS && payments >= (HURRY_FACTOR * HURRY_WINDOW_MS) / Math.max(1, usualIntervalMs);
}
