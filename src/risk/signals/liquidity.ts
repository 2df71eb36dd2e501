import { marketView } from '../market/market-view.ts';
import { percentOf, pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Below a hundredth of what the pools hold nobody notices; a third of it is for a person, and all of it is no market any more. */
const STEPS = [
  [10_000, 0],
  [50_000, 25],
  [150_000, 50],
  [330_000, 76],
  [700_000, 95],
  [1_000_000, 100],
] as const;
const UNKNOWN = 5;

/** What leaves is large beside what the pools hold of it: what it is said to be worth could not be had for it. */
export function liquiditySignal(context: RiskContext): RiskFactor | undefined {
  const { sharePpm } = marketView(context);
  const points = pointsAt(sharePpm, STEPS);
  if (points === 0) return undefined;
  const detail = `What leaves is ${percentOf(sharePpm)} of what the market holds of it.`;
  return { id: 'liquidity_thin', component: 'market', points, detail, reason: null };
}

/** No pool is known of what leaves. */
export function liquidityUnknownSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).isDepthUnknown) return undefined;
  const detail = 'How much the market holds of what leaves is not known.';
  return { id: 'liquidity_unknown', component: 'market', points: UNKNOWN, detail, reason: 'risk_inputs_missing' };
}
