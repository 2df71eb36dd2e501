import type { RiskAssessment } from '../risk-assessment.ts';
import type { StrongReason } from './remedy.ts';

const MOST = 3;

/** The three factors with the most points, strongest first. */
export function strongestReasons({ factors }: Pick<RiskAssessment, 'factors'>): readonly StrongReason[] {
  return factors
    .slice(0, MOST)
    .map(({ id, points, detail }) => ({ id, points: Math.round(Math.min(100, Math.max(0, points || 0)) * 100) / 100, detail }));
}
