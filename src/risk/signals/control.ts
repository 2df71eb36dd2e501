import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const POINTS = 80;

/** Who owns, signs for or upgrades an account changes: whoever gets that gets everything. */
export function controlSignal(context: RiskContext): RiskFactor | undefined {
  for (const effect of context.input.effects) {
    if (effect.kind !== 'control') continue;
    return {
      id: 'control_change',
      component: 'transaction',
      points: POINTS,
      detail: `The ${effect.aspect} of ${effect.account} changes.`,
      reason: null,
    };
  }
  return undefined;
}
