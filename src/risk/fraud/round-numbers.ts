import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isRoundAmount } from '../round-amount.ts';

/** Share of round payments from which round is this agent's habit. */
const HABIT = 0.3;

/**
 * `round_numbers`: a round amount from an agent that does not pay round amounts, as when a person types one into a
 * hijacked session. Flags: it scores a little and stops nothing.
 *
 * Avoiding it costs the attacker nothing: any odd amount will do.
 */
export function roundNumbers(context: RiskContext): PatternMatch | undefined {
  const { effects, profile, wallet } = context.input;
  if (profile !== undefined && context.warm && profile.round >= HABIT) return undefined;
  for (const effect of effects) {
    if (effect.kind !== 'outflow' || effect.account !== wallet || !isRoundAmount(effect.amount)) continue;
    return {
      id: 'round_numbers',
      name: 'Round amount',
      confidence: context.warm ? 0.3 : 0.1,
      recommendedAction: 'flag',
      evidence: { amount: String(effect.amount), asset: effect.asset, usualShare: context.warm ? (profile?.round ?? null) : null },
      reason: null,
    };
  }
  return undefined;
}
