import { octavesGrown, pairsOutOfOrder, TRAIL_LENGTH, trailStep } from '../amount-trail.ts';
import { logAmount } from '../log-amount.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Growth within the trail that is worth a look: the newer half twice the older. */
const OCTAVES = 1;
/** Pairs of the nine amounts, of 36, that may be out of order. */
const OUT_OF_ORDER = 2;
const CONFIDENCE = 0.9;
const LESS_PER_PAIR = 0.15;

/**
 * `gradual_increase`: eight payments that grew steadily to twice their size, and this one goes on, as when someone feels for
 * the amount at which a limit or a person steps in. Alerts: it scores and stops nothing.
 *
 * One sudden large payment does not fit; `amount_unusual` sees that. Avoiding this costs the attacker a smaller payment
 * among every few, or growth below a factor of two in eight payments. An agent whose business really grows so fast is
 * pointed out as long as it does.
 */
export function gradualIncrease(context: RiskContext): PatternMatch | undefined {
  const { profile, amountsInUnit } = context.input;
  const trail = profile?.amount.trail;
  if (trail === undefined || trail.length < TRAIL_LENGTH || amountsInUnit.outflow === null) return undefined;
  const grown = octavesGrown(trail);
  if (!(grown >= OCTAVES)) return undefined;
  const outOfOrder = pairsOutOfOrder(trail, trailStep(logAmount(amountsInUnit.outflow)));
  if (outOfOrder > OUT_OF_ORDER) return undefined;
  return {
    id: 'gradual_increase',
    name: 'Steadily increasing amounts',
    confidence: CONFIDENCE - LESS_PER_PAIR * outOfOrder,
    recommendedAction: 'alert',
    evidence: { payments: trail.length, growth: Math.round(100 * 2 ** grown) / 100, outOfOrder, outflow: String(amountsInUnit.outflow) },
    reason: null,
  };
}
