import type { RiskAssessment } from '../risk-assessment.ts';

/** From this score on a person decides. */
export const ASKS_FROM = 60;

/** Whether a gate that denies above `maxRiskScore` lets it through without asking anybody, by risk alone. */
export function passesRisk(
  { score, vetoes, patterns }: Pick<RiskAssessment, 'score' | 'vetoes' | 'patterns'>,
  maxRiskScore: number,
): boolean {
  if (!(score < ASKS_FROM && score <= maxRiskScore) || vetoes.length > 0) return false;
  return !patterns.some(({ recommendedAction }) => recommendedAction === 'block' || recommendedAction === 'escalate');
}
