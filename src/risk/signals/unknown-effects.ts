import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const FIRST = 60;
const EACH_MORE = 10;
const MOST = 95;

/** Parts of the bytes could not be decoded; an effect list without any effect says nothing and counts as that. */
export function unknownEffectsSignal(context: RiskContext): RiskFactor | undefined {
  let unknown = context.input.effects.length === 0 ? 1 : 0;
  for (const effect of context.input.effects) if (effect.kind === 'unknown') unknown += 1;
  if (unknown === 0) return undefined;
  return {
    id: 'effect_unknown',
    component: 'transaction',
    points: Math.min(MOST, FIRST + (unknown - 1) * EACH_MORE),
    detail:
      unknown === 1 ? 'One part of the transaction could not be decoded.' : `${unknown} parts of the transaction could not be decoded.`,
    reason: 'effect_unknown',
  };
}
