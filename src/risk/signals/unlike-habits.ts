import { whatIsUnlike } from '../model/explain.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { amountUnusualSignal } from './amount.ts';

/**
 * Points by how many of 1,000 good actions are as unlike their wallet's habits. 75 is what makes a person decide, whatever else is calm: four in a thousand.
 * It denies by itself never.
 */
const POINTS: readonly (readonly [goodIn1000: number, points: number])[] = [
  [200, 0],
  [50, 10],
  [20, 25],
  [10, 45],
  [4, 75],
  [1, 86],
  [0.2, 94],
];

/**
 * The transaction is unlike what this wallet usually does: whom it deals with, how much, when, in which order. An unusual amount is part of that: what it scores
 * already is not scored twice, so that both together come to the stronger of them.
 */
export function unlikeHabitsSignal(context: RiskContext): RiskFactor | undefined {
  const { unlike } = context;
  if (unlike === undefined) return undefined;
  const points = beyond(amountUnusualSignal(context)?.points ?? 0, pointsOf(unlike.goodIn1000));
  if (points <= 0) return undefined;
  return {
    id: 'unlike_habits',
    component: 'behavioral',
    points,
    detail: `Of 1,000 good actions ${unlike.goodIn1000 < 1 ? 'less than one is' : `about ${Math.round(unlike.goodIn1000)} are`} as unlike their wallet's habits: ${whatIsUnlike(unlike.figures).join('; ')}.`,
    reason: 'unlike_habits',
  };
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
