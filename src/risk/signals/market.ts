import type { TimeMs } from '../../core/index.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import type { MarketFacts } from '../risk-input.ts';

const MISSING = 25;
const FRESH_FOR_MS = 600_000;
/** A day's deviation of 20 %, or an own price impact of 5 %, is all the market can add. */
const FULL_VOLATILITY = 0.2;
const FULL_IMPACT = 0.05;

/** True for data at most ten minutes away that is numbers, none of them negative. */
export function isFreshMarket(market: MarketFacts | undefined, nowMs: TimeMs): market is MarketFacts {
  return (
    market !== undefined &&
    Math.abs(nowMs - market.atMs) <= FRESH_FOR_MS &&
    market.dailyVolatility >= 0 &&
    (market.priceImpact === null || market.priceImpact >= 0)
  );
}

/** No fresh market data: scored as an uneasy market, and more than a calm one. */
export function marketMissingSignal(context: RiskContext): RiskFactor | undefined {
  if (isFreshMarket(context.input.market, context.input.nowMs)) return undefined;
  return { id: 'market_missing', component: 'market', points: MISSING, detail: 'No fresh market data.', reason: 'risk_inputs_missing' };
}

/** The moved assets swing. */
export function volatilitySignal(context: RiskContext): RiskFactor | undefined {
  const { market, nowMs } = context.input;
  if (!isFreshMarket(market, nowMs) || market.dailyVolatility === 0) return undefined;
  const points = Math.min(100, (market.dailyVolatility / FULL_VOLATILITY) * 100);
  return {
    id: 'volatility',
    component: 'market',
    points,
    detail: `Daily volatility is ${(market.dailyVolatility * 100).toFixed(1)} %.`,
    reason: null,
  };
}

/** The trade moves its own price. */
export function priceImpactSignal(context: RiskContext): RiskFactor | undefined {
  const { market, nowMs } = context.input;
  if (!isFreshMarket(market, nowMs) || market.priceImpact === null || market.priceImpact === 0) return undefined;
  const points = Math.min(100, (market.priceImpact / FULL_IMPACT) * 100);
  return {
    id: 'price_impact',
    component: 'market',
    points,
    detail: `The trade moves the price by ${(market.priceImpact * 100).toFixed(1)} %.`,
    reason: null,
  };
}
