import { marketView } from '../market/market-view.ts';
import { percentOf, pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Sources that tell the same market are a few thousandths apart; a tenth is for a person. */
const STEPS = [
  [5_000, 0],
  [20_000, 25],
  [50_000, 50],
  [100_000, 76],
  [300_000, 95],
  [1_000_000, 100],
] as const;

/** Sources do not agree on a price: one of them is wrong, or is made to be. */
export function marketDivergenceSignal(context: RiskContext): RiskFactor | undefined {
  const { spreadPpm } = marketView(context);
  const points = pointsAt(spreadPpm, STEPS);
  if (points === 0) return undefined;
  return { id: 'market_divergent', component: 'market', points, detail: `Prices are ${percentOf(spreadPpm)} apart.`, reason: null };
}
