import { marketView } from '../market/market-view.ts';
import { pointsAt } from '../market/points.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Twice what is usual is a busy hour; ten times is for a person. */
const STEPS = [
  [2_000_000, 0],
  [3_000_000, 20],
  [5_000_000, 50],
  [10_000_000, 76],
  [30_000_000, 95],
  [100_000_000, 100],
] as const;
const UNKNOWN = 5;

/** The chain takes much more for its work than it usually does. */
export function gasSpikeSignal(context: RiskContext): RiskFactor | undefined {
  const { feePpm } = marketView(context);
  const points = pointsAt(feePpm, STEPS);
  if (points === 0) return undefined;
  const detail = `Fees are ${(feePpm / 1_000_000).toFixed(1)} times what is usual.`;
  return { id: 'gas_spike', component: 'market', points, detail, reason: null };
}

/** What fees usually are, or what they are now, is not known. */
export function feeUnknownSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).isFeeUnknown) return undefined;
  const detail = 'Whether fees are what they usually are is not known.';
  return { id: 'fee_unknown', component: 'market', points: UNKNOWN, detail, reason: 'risk_inputs_missing' };
}
