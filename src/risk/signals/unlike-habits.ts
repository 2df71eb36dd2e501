import { whatIsUnlike } from '../model/explain.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { ALARM_GOOD_IN_1000, type PersonalRate } from '../thresholds/index.ts';
import type { UnlikeHabits } from '../unlike-habits.ts';
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
  const begun = { id: 'unlike_habits', component: 'behavioral', points } as const;
  const factor: RiskFactor = Object.assign(Object.defineProperty(begun, 'detail', DETAIL) as Omit<RiskFactor, 'reason'>, {
    reason: 'unlike_habits' as const,
  });
  behind.set(factor, context);
  return factor;
}

/** What a factor was found by: what is unlike is looked for when somebody reads it, for that takes as long as a model's score, and the gate keeps the points alone. */
const behind = new WeakMap<object, RiskContext>();
const DETAIL: PropertyDescriptor & ThisType<RiskFactor> = {
  enumerable: true,
  get(): string {
    const { unlike, rate } = behind.get(this) as RiskContext;
    return unlike === undefined || rate === undefined ? '' : detailOf(unlike, rate);
  },
};

function detailOf({ goodIn1000, figures }: UnlikeHabits, own: PersonalRate): string {
  const least = Math.min(goodIn1000, own.goodIn1000);
  const whose = own.goodIn1000 < goodIn1000 ? 'of this agent ' : '';
  const many = least < 1 ? 'less than one is' : `about ${Math.round(least)} are`;
  return `Of 1,000 good actions ${whose}${many} as unlike their wallet's habits: ${whatIsUnlike(figures).join('; ')}.`;
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
