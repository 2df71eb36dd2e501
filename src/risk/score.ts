import type { RiskAssessment, RiskComponent, RiskFactor, RiskLevel } from './risk-assessment.ts';
import type { RiskWeights } from './risk-input.ts';
import { DEFAULT_RISK_WEIGHTS } from './risk-input.ts';

/** What the strongest component may be averaged down by: one clear danger stays visible beside two calm components. */
const STRONGEST_LESS = 15;

/**
 * Joins factors into components and components into the score. Within a component points join as independent chances do,
 * so that each adds and none overflows. The aggregate is the weighted mean, but never more than 15 below the strongest
 * component that has weight. Monotone in the points of every factor.
 *
 * Fails closed: points that are no number count as 100, weights that are no shares as the default ones.
 */
export function scoreOf(factors: readonly RiskFactor[], weights: RiskWeights = DEFAULT_RISK_WEIGHTS): RiskAssessment['breakdown'] {
  const used = areShares(weights) ? weights : DEFAULT_RISK_WEIGHTS;
  const transaction = joined(factors, 'transaction');
  const behavioral = joined(factors, 'behavioral');
  const market = joined(factors, 'market');
  const sum = used.transaction + used.behavioral + used.market;
  const mean = (used.transaction * transaction + used.behavioral * behavioral + used.market * market) / sum;
  const strongest = Math.max(used.transaction > 0 ? transaction : 0, used.behavioral > 0 ? behavioral : 0, used.market > 0 ? market : 0);
  return {
    transaction: rounded(transaction),
    behavioral: rounded(behavioral),
    market: rounded(market),
    aggregate: rounded(Math.max(mean, strongest - STRONGEST_LESS)),
  };
}

/** The level of a score: < 30 low, < 60 medium, ≤ 80 high, > 80 critical; a score that is no number is critical. */
export function levelOf(score: number): RiskLevel {
  if (score < 30) return 'low';
  if (score < 60) return 'medium';
  return score <= 80 ? 'high' : 'critical';
}

function joined(factors: readonly RiskFactor[], component: RiskComponent): number {
  let calm = 1;
  for (const factor of factors) {
    if (factor.component !== component) continue;
    const points = factor.points >= 0 ? Math.min(100, factor.points) : factor.points < 0 ? 0 : 100;
    calm *= 1 - points / 100;
  }
  return (1 - calm) * 100;
}

function areShares(weights: RiskWeights): boolean {
  const { transaction, behavioral, market } = weights;
  const sum = transaction + behavioral + market;
  return transaction >= 0 && behavioral >= 0 && market >= 0 && sum > 0 && sum < Number.POSITIVE_INFINITY;
}

/** Two decimals, upwards but for the noise of binary fractions. */
function rounded(value: number): number {
  return Math.max(0, Math.min(100, Math.ceil(value * 100 - 1e-6) / 100));
}
