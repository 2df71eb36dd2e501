import { marketView } from '../market/market-view.ts';
import { percentOf, pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** A day's deviation of 20 % is all that swings can add. */
const STEPS = [
  [0, 0],
  [200_000, 100],
] as const;
const COLD = 10;

/** The moved assets swing. */
export function volatilitySignal(context: RiskContext): RiskFactor | undefined {
  const { volatilityPpm } = marketView(context);
  if (volatilityPpm === 0) return undefined;
  const detail = `Daily volatility is ${percentOf(volatilityPpm)}.`;
  return { id: 'volatility', component: 'market', points: pointsAt(volatilityPpm, STEPS), detail, reason: null };
}

/** How much they swing is not known yet. */
export function volatilityColdSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).isVolatilityCold) return undefined;
  const detail = 'Too few prices were seen to say how much they swing.';
  return { id: 'volatility_unknown', component: 'market', points: COLD, detail, reason: 'risk_inputs_missing' };
}
