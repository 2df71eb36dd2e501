export { assessRisk } from './assess-risk.ts';
export type { AnomalyFinding, AnomalyInput } from './detect-anomaly.ts';
export { detectAnomaly } from './detect-anomaly.ts';
export { firstPaidMs } from './known.ts';
export type { Lookalike } from './lookalike.ts';
export { findLookalike } from './lookalike.ts';
export { parseProfile } from './parse-profile.ts';
export type { Profile, SettledPayment } from './profile.ts';
export { emptyProfile } from './profile.ts';
export { excerptProfile, readExcerpt } from './profile-excerpt.ts';
export type {
  PatternAction,
  PatternId,
  PatternMatch,
  RiskAssessment,
  RiskComponent,
  RiskFactor,
  RiskFlag,
  RiskLevel,
  RiskVeto,
} from './risk-assessment.ts';
export type { AmountsInUnit, MarketFacts, RiskInput, RiskWeights } from './risk-input.ts';
export { levelOf } from './score.ts';
export type { ScreeningEntry, ScreeningKind, ScreeningSeverity } from './screening.ts';
export { isListed, parseScreening, SCREENING_KINDS, SCREENING_SEVERITIES, screenKey } from './screening.ts';
export type { Summary } from './statistics.ts';
export { deviationsIn, normalQuantile, summarize } from './statistics.ts';
export { trainProfile } from './train-profile.ts';
