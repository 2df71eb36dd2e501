import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const DOUBTED_BELOW = 0.5;
const POINTS_AT_ZERO = 30;

/** The agent doubts itself. Claiming confidence never lowers anything; a claim that is no number from 0 to 1 counts as none. */
export function confidenceSignal(context: RiskContext): RiskFactor | undefined {
  const claimed = context.input.declaredConfidence;
  if (claimed === undefined || (claimed >= DOUBTED_BELOW && claimed <= 1)) return undefined;
  const doubt = claimed >= 0 && claimed < DOUBTED_BELOW ? (DOUBTED_BELOW - claimed) / DOUBTED_BELOW : 1;
  return {
    id: 'confidence_low',
    component: 'behavioral',
    points: POINTS_AT_ZERO * doubt,
    detail: `The agent declares a confidence of ${claimed}.`,
    reason: null,
  };
}
