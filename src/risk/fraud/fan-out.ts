import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isCrossing } from './crossing.ts';
import { newPayees } from './new-payees.ts';

/** New parties within a day, these included, that are many; and the multiple of a usual day that they must be. */
const MANY = 8;
const MULTIPLE = 8;
/** From here on a person should see it. */
const VERY_MANY = 3 * MANY;

/**
 * `fan_out`: payments to many accounts that were never paid, in one transaction or within a day, by a wallet that meets few new ones. Alerts; escalates from
 * 25 accounts.
 *
 * Within two hours of the theft from Bybit in February 2025 the coins lay in 50 fresh accounts. Avoiding it costs the attacker fewer accounts, each of
 * which then holds enough to be seen by `new_dest_large` and `structuring`, or days. Payrolls and gifts to new people fit it too, which is why it alerts first.
 */
export function fanOut(context: RiskContext): PatternMatch | undefined {
  const now = newPayees(context).length;
  if (now === 0) return undefined;
  const before = context.newParties?.inDay ?? 0;
  const perDay = context.newParties?.perDay ?? 0;
  const all = now + before;
  if (!isCrossing(before, all, Math.max(MANY, MULTIPLE * perDay))) return undefined;
  const isVeryMany = all >= VERY_MANY;
  return {
    id: 'fan_out',
    name: 'Payments to many new accounts',
    confidence: isVeryMany ? 0.8 : 0.6,
    recommendedAction: isVeryMany ? 'escalate' : 'alert',
    evidence: { newNow: now, newWithinDay: all, newOnUsualDay: perDay },
    reason: isVeryMany ? 'risk_high' : null,
  };
}
