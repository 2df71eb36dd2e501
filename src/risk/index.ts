export { assessRisk } from './assess-risk.ts';
export type { AnomalyFinding, AnomalyInput } from './detect-anomaly.ts';
export { detectAnomaly } from './detect-anomaly.ts';
export { actionsOf } from './habits/actions-of.ts';
export { readFigures } from './habits/figures.ts';
export { type FleetParty, learnFleetParty, viewFleetParty } from './habits/fleet-party.ts';
export { emptyHabits, type Habits } from './habits/habits.ts';
export { learnAction } from './habits/learn-action.ts';
export { isNewTo } from './habits/look.ts';
export { unitsOf } from './habits/scale.ts';
export { type ActionKind, isAllowance, type WalletAction } from './habits/wallet-action.ts';
export { firstPaidMs, knownOf, paymentsTo } from './known.ts';
export type { Lookalike } from './lookalike.ts';
export { findLookalike } from './lookalike.ts';
export { HABIT_MODEL_VERSION, scoreHabits } from './model/habit-model.ts';
export { parseProfile } from './parse-profile.ts';
export type { Profile, SettledPayment } from './profile.ts';
export { emptyProfile } from './profile.ts';
export { excerptProfile, readExcerpt } from './profile-excerpt.ts';
export { trainHabits } from './profile-habits.ts';
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
export type { AttemptFacts, ContractFacts, QuoteFacts, RiskFacts, TokenNames } from './risk-facts.ts';
export type { AmountsInUnit, MarketFacts, RiskInput, RiskWeights } from './risk-input.ts';
export { levelOf } from './score.ts';
export type {
  BodyDigest,
  Exemption,
  HopOptions,
  HopRisk,
  Hops,
  ListBasis,
  ListBytes,
  ListFormat,
  ListReport,
  ListSource,
  ListState,
  ListTrust,
  ListUpdate,
  ListUpdateCheck,
  ListUpdateHeader,
  ListUpdateRefusal,
  OwnExemption,
  Screening,
  ScreeningEntry,
  ScreeningFinding,
  ScreeningHit,
  ScreeningKind,
  ScreeningOptions,
  ScreeningSeverity,
  SeenPayment,
  SignedListUpdate,
} from './screening/index.ts';
export {
  createHops,
  createScreening,
  digestBody,
  isListed,
  parseScreening,
  SCREENING_KINDS,
  SCREENING_SEVERITIES,
  screenKey,
  signListUpdate,
  toScreeningEntry,
  verifyListUpdate,
} from './screening/index.ts';
export type { Summary } from './statistics.ts';
export { deviationsIn, normalQuantile, summarize } from './statistics.ts';
export { trainAmounts, trainProfile } from './train-profile.ts';
