import type { Effect } from '../../core/index.ts';
import { HOURS_PER_WEEK } from '../profile.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { hourOfWeek } from '../train-profile.ts';

const HOURS_PER_DAY = 24;
/** Payments that the hours still hold before one of them can be called unusual. */
const ENOUGH = 30;
/** What a past payment says for an hour, by how many hours lie between: people start early and finish late. */
const NEARNESS = [7, 5, 3, 1] as const;
/** Share of past payments, weighed so, below which an hour is unusual: one in fifty. */
const UNUSUAL = 1 / 50;
const MOST_CONFIDENT = 0.9;

/**
 * `timing_attack`: money or rights leave at an hour of the day at which this agent practically never pays, as when someone
 * waits until nobody looks. Monitors: it scores a little and stops nothing.
 *
 * Avoiding it costs the attacker the wait for an hour at which the agent works. An agent without a rhythm has no unusual
 * hours, and one that changes its own is pointed out until about one payment in fifty lies at the new hour.
 */
export function timingAttack(context: RiskContext): PatternMatch | undefined {
  const { profile, nowMs, effects, wallet } = context.input;
  if (profile === undefined || profile.count < ENOUGH) return undefined;
  const hour = hourOfWeek(nowMs) % HOURS_PER_DAY;
  // The hours never hold more than were counted: where this is enough, the rest need not be added up.
  const near = paymentsNear(profile.hours, hour, profile.count * UNUSUAL);
  if (near >= profile.count * UNUSUAL || !effects.some((effect) => givesAway(effect, wallet))) return undefined;
  let seen = 0;
  for (let at = 0; at < HOURS_PER_WEEK; at += 1) seen += profile.hours[at] as number;
  if (seen < ENOUGH || near >= seen * UNUSUAL) return undefined;
  const share = near / seen;
  return {
    id: 'timing_attack',
    name: 'Payment at an unusual hour',
    confidence: Math.min(MOST_CONFIDENT, (1 - share / UNUSUAL) * (seen / (seen + ENOUGH))),
    recommendedAction: 'monitor',
    evidence: { hourUtc: Number.isNaN(hour) ? null : hour, usualShare: share, payments: seen },
    reason: null,
  };
}

/** Past payments weighed by nearness to this hour of any day; no more are added up than answer whether `enough` are there. */
function paymentsNear(hours: readonly number[], hour: number, enough: number): number {
  let weighed = 0;
  for (let apart = 0; apart < NEARNESS.length && weighed < enough; apart += 1) {
    const weight = (NEARNESS[apart] as number) / NEARNESS[0];
    weighed += weight * paymentsAt(hours, (hour + apart) % HOURS_PER_DAY);
    if (apart > 0) weighed += weight * paymentsAt(hours, (hour - apart + HOURS_PER_DAY) % HOURS_PER_DAY);
  }
  return weighed;
}

/** Past payments at this hour of any day. */
function paymentsAt(hours: readonly number[], hour: number): number {
  let sum = 0;
  for (let at = hour; at < HOURS_PER_WEEK; at += HOURS_PER_DAY) sum += hours[at] as number;
  return sum;
}

/** Hours are learned from payments: what neither pays nor could, such as collecting a reward, has its own. */
function givesAway(effect: Effect, wallet: string): boolean {
  switch (effect.kind) {
    case 'outflow':
      return effect.account === wallet;
    case 'allowance':
      return effect.amount !== 0n;
    case 'operator':
      return effect.approved;
    case 'delegation':
    case 'control':
    case 'unknown':
      return true;
    default:
      return false;
  }
}
