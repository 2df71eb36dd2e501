import { whatIsUnlike } from '../model/explain.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { ALARM_GOOD_IN_1000 } from '../thresholds/index.ts';
import { amountUnusualSignal } from './amount.ts';

/** What makes a person decide, whatever else is calm. */
const ASKS_A_PERSON = 75;
/**
 * Points by how many of 1,000 good actions are as unlike their wallet's habits. {@link ASKS_A_PERSON} is at four in a thousand.
 * It denies by itself never.
 */
const POINTS: readonly (readonly [goodIn1000: number, points: number])[] = [
  [200, 0],
  [50, 10],
  [20, 25],
  [10, 45],
  [ALARM_GOOD_IN_1000, ASKS_A_PERSON],
  [1, 86],
  [0.2, 94],
];

/**
 * The transaction is unlike what this wallet usually does: whom it deals with, how much, when, in which order. An unusual amount is part of that: what it scores
 * already is not scored twice, so that both together come to the stronger of them.
 */
export function unlikeHabitsSignal(context: RiskContext): RiskFactor | undefined {
  const { unlike, rate } = context;
  if (unlike === undefined || rate === undefined) return undefined;
  const points = beyond(amountUnusualSignal(context)?.points ?? 0, habitPoints(unlike.goodIn1000, rate.goodIn1000));
  if (points <= 0) return undefined;
  const least = Math.min(unlike.goodIn1000, rate.goodIn1000);
  const whose = rate.goodIn1000 < unlike.goodIn1000 ? 'of this agent ' : '';
  return {
    id: 'unlike_habits',
    component: 'behavioral',
    points,
    detail: `Of 1,000 good actions ${whose}${least < 1 ? 'less than one is' : `about ${Math.round(least)} are`} as unlike their wallet's habits: ${whatIsUnlike(unlike.figures).join('; ')}.`,
    reason: 'unlike_habits',
  };
}

/** The agent's own record makes a person decide, or not; more points than that come from what is rare among all wallets alone. */
function habitPoints(trained: number, own: number): number {
  const [ofAll, ofAgent] = [pointsOf(trained), pointsOf(own)];
  return ofAgent <= ofAll ? ofAgent : Math.max(ofAll, Math.min(ASKS_A_PERSON, ofAgent));
}

/** Points that join with `scored` ones to `all`; 0 where those are as many. */
function beyond(scored: number, all: number): number {
  return all <= scored ? 0 : 100 * (1 - (100 - all) / (100 - scored));
}

/** Between two anchors points rise evenly with the logarithm of the rate. */
function pointsOf(goodIn1000: number): number {
  let [rate, points] = POINTS[0] as readonly [number, number];
  if (!(goodIn1000 < rate)) return Number.isNaN(goodIn1000) ? 94 : 0;
  for (const [nextRate, nextPoints] of POINTS) {
    if (goodIn1000 > nextRate) return points + ((nextPoints - points) * Math.log(rate / goodIn1000)) / Math.log(rate / nextRate);
    [rate, points] = [nextRate, nextPoints];
  }
  return points;
}
