import { marketView } from '../market/market-view.ts';
import { percentOf, pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** An own price impact of 5 % is all that it can add. */
const STEPS = [
  [0, 0],
  [50_000, 100],
] as const;
const UNKNOWN = 10;

/** The trade moves its own price. */
export function priceImpactSignal(context: RiskContext): RiskFactor | undefined {
  const { impactPpm } = marketView(context);
  if (impactPpm === null || impactPpm === 0) return undefined;
  const detail = `The trade moves the price by ${percentOf(impactPpm)}.`;
  return { id: 'price_impact', component: 'market', points: pointsAt(impactPpm, STEPS), detail, reason: null };
}

/** One asset leaves for another, and no pool of either is known. */
export function priceImpactUnknownSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).isImpactUnknown) return undefined;
  const detail = 'How far the trade moves the price is not known.';
  return { id: 'price_impact_unknown', component: 'market', points: UNKNOWN, detail, reason: 'risk_inputs_missing' };
}
