import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Deviations up to which an amount is ordinary, points for each beyond, and their bound. */
const ORDINARY = 1;
const PER_DEVIATION = 20;
const MOST = 95;

/** The total outflow lies above what the agent usually sends: quantile and mean, the milder of the two. */
export function amountUnusualSignal(context: RiskContext): RiskFactor | undefined {
  const { deviation } = context;
  if (deviation === undefined || deviation.deviations <= ORDINARY) return undefined;
  return {
    id: 'amount_unusual',
    component: 'behavioral',
    points: Math.min(MOST, (deviation.deviations - ORDINARY) * PER_DEVIATION),
    detail: `The amount lies ${deviation.deviations.toFixed(1)} standard deviations above the usual; ${(deviation.tailShare * 100).toFixed(1)} % of payments were as large.`,
    reason: 'amount_unusual',
  };
}

const AT_LIMIT = 25;
const ABOVE_LIMIT = 60;

/** The total outflow as a part of the limit for one transaction: all there is to go by while a profile is young. */
export function amountOfLimitSignal(context: RiskContext): RiskFactor | undefined {
  const { outflow, perTransaction } = context.input.amountsInUnit;
  if (outflow === null || perTransaction === null || outflow <= 0n) return undefined;
  const permille = perTransaction <= 0n || outflow > perTransaction ? 1001 : Number((outflow * 1000n) / perTransaction);
  if (permille < 100) return undefined;
  return {
    id: 'amount_of_limit',
    component: 'transaction',
    points: permille > 1000 ? ABOVE_LIMIT : (AT_LIMIT * permille) / 1000,
    detail:
      permille > 1000
        ? 'The amount is above the limit for one transaction.'
        : `The amount is ${permille / 10} % of the limit for one transaction.`,
    reason: null,
  };
}
