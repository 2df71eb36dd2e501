import type { RiskContext } from '../risk-context.ts';
import { isExcused } from './excused.ts';
import { hasNewPayee } from './new-payees.ts';
import type { PatternAnswer } from './pattern.ts';

const CONFIDENCE = 0.8;
const MOST_CONFIDENT = 0.95;
const MORE_EACH = 0.05;

/**
 * `dust_bait`: a payment to an account that was never paid and once sent next to nothing. Such dust puts an address where the next one is copied from: the
 * list of past transactions. Escalates.
 *
 * On 3 May 2024 a holder sent 1,155 WBTC to an account that had just sent a tiny amount and showed the same ends as the intended one. Avoiding it costs
 * the attacker a gift of more than a 256th of what the wallet usually pays, to each wallet that is baited. Bait is only seen where what comes in is taught;
 * where nothing ever was, the pattern is unchecked.
 */
export function dustBait(context: RiskContext): PatternAnswer {
  for (const { party, note } of context.payments) {
    if (note === undefined || note.bait === 0 || isExcused(context, party)) continue;
    return {
      id: 'dust_bait',
      name: 'Payment to who sent dust',
      confidence: Math.min(MOST_CONFIDENT, CONFIDENCE + MORE_EACH * (note.bait - 1)),
      recommendedAction: 'escalate',
      evidence: { destination: party, dust: note.bait },
      reason: 'risk_high',
    };
  }
  return hasNewPayee(context) && context.newParties?.seesArrivals !== true ? { unchecked: 'dust_bait' } : undefined;
}
