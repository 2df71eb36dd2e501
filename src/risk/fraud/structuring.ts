import { unitsOf } from '../habits/scale.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { ContextPayment, RiskContext } from '../risk-context.ts';
import { isCrossing } from './crossing.ts';
import { isExcused } from './excused.ts';

/** Payments to one party within its first week, these included, from which they count as parts of one. */
const PARTS = 3;
const MOST_CONFIDENT = 0.9;

/**
 * `structuring`: three or more payments to one party within its first week that come to what would have been large at once: above the limit for one
 * transaction, above what the wallet usually pays to new parties, or, where too few of those are known, to anybody. Escalates, when that is reached and
 * whenever it has doubled since.
 *
 * Bitfinex lost its coins in August 2016 in more than 2,000 withdrawals, none of which stopped at a limit. Avoiding it costs the attacker a new
 * account for every two payments, which `fan_out` counts, or a week of waiting after the first; under either, daily limits hold.
 */
export function structuring(context: RiskContext): PatternMatch | undefined {
  for (const payment of context.payments) {
    const { note } = payment;
    if (note === undefined || note.lately + 1 < PARTS || isExcused(context, payment.party)) continue;
    const alone = unitsOf(payment.amount, payment.decimals);
    const all = 2 ** note.sum;
    const usual = note.newUsual ?? note.usual;
    const overLimit = isOverLimit(context, payment, all, alone);
    // As a third part what came before is no reason to be silent: two parts were told of by nobody.
    const before = note.lately + 1 === PARTS ? 0 : all - alone;
    if (!overLimit && (usual === null || !isCrossing(before, all, 2 ** usual))) continue;
    return {
      id: 'structuring',
      name: 'One payment in several parts',
      confidence: Math.min(MOST_CONFIDENT, 0.6 + (overLimit ? 0.2 : 0)),
      recommendedAction: 'escalate',
      evidence: { destination: payment.party, parts: note.lately + 1, timesThisOne: Math.round((all / alone) * 100) / 100, overLimit },
      reason: 'risk_high',
    };
  }
  return undefined;
}

/** Come together, the parts would not have passed at once, and before this one they would; only told where all that leaves is for this party. */
function isOverLimit({ input, payments }: RiskContext, payment: ContextPayment, all: number, alone: number): boolean {
  const { outflow, perTransaction } = input.amountsInUnit;
  if (outflow === null || perTransaction === null || payments.some((other) => other !== payment)) return false;
  const [limit, now] = [Number(perTransaction), Number(outflow)];
  return now <= limit && isCrossing(now * (all / alone - 1), now * (all / alone), limit * (1 + Number.EPSILON));
}
