import { marketView } from '../market/market-view.ts';
import { percentOf, pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Two thousandths are a calm day; three hundredths are for a person; a fifth is the end of the peg. */
const STEPS = [
  [2_000, 0],
  [5_000, 15],
  [20_000, 60],
  [30_000, 76],
  [100_000, 95],
  [200_000, 100],
] as const;
const UNKNOWN = 20;

/** Something that is declared to be worth a fixed amount is worth another. */
export function depegSignal(context: RiskContext): RiskFactor | undefined {
  const { depegPpm } = marketView(context);
  const points = pointsAt(depegPpm, STEPS);
  if (points === 0) return undefined;
  const detail = `What is moved is ${percentOf(depegPpm)} off what it is declared to be worth.`;
  return { id: 'depeg', component: 'market', points, detail, reason: null };
}

/** Nobody can say whether it is worth what is declared. */
export function pegUnknownSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).isPegUnknown) return undefined;
  const detail = 'Whether what is moved is worth what is declared is not known.';
  return { id: 'peg_unknown', component: 'market', points: UNKNOWN, detail, reason: 'risk_inputs_missing' };
}
