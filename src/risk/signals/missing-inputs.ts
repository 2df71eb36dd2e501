import { COLD_BELOW } from '../profile.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const NO_PROFILE = 40;
const UNPRICED = 60;

/** Nothing, or too little, is known about what the agent usually does. Fades as settled payments come in. */
export function profileMissingSignal(context: RiskContext): RiskFactor | undefined {
  const { profile } = context.input;
  const seen = profile === undefined ? 0 : Math.min(profile.count, profile.priced);
  if (seen >= COLD_BELOW) return undefined;
  return {
    id: 'profile_missing',
    component: 'behavioral',
    points: (NO_PROFILE * (COLD_BELOW - seen)) / COLD_BELOW,
    detail: seen === 0 ? 'No settled payment is known of this agent.' : `Only ${seen} settled payments are known of this agent.`,
    reason: 'risk_inputs_missing',
  };
}

/** The outflow cannot be valued in the unit of the limits: it may be anything. */
export function amountUnpricedSignal(context: RiskContext): RiskFactor | undefined {
  if (context.input.amountsInUnit.outflow !== null) return undefined;
  return {
    id: 'amount_unpriced',
    component: 'transaction',
    points: UNPRICED,
    detail: 'The amount cannot be valued.',
    reason: 'risk_inputs_missing',
  };
}
