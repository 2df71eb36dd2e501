import { marketView } from '../market/market-view.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const MISSING = 25;
const STALE = 30;

/** No market data of what is moved: scored as an uneasy market, and more than a calm one. */
export function marketMissingSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).missing) return undefined;
  return { id: 'market_missing', component: 'market', points: MISSING, detail: 'No fresh market data.', reason: 'risk_inputs_missing' };
}

/** What is known of something that is moved is of another time: whoever told it may have stopped telling for a reason. */
export function marketStaleSignal(context: RiskContext): RiskFactor | undefined {
  if (!marketView(context).stale) return undefined;
  return {
    id: 'market_stale',
    component: 'market',
    points: STALE,
    detail: 'Market data of what is moved is of another time.',
    reason: 'risk_inputs_missing',
  };
}
