export { assessRisk } from './assess-risk.ts';
export type { AnomalyFinding, AnomalyInput } from './detect-anomaly.ts';
export { detectAnomaly } from './detect-anomaly.ts';
export { actionsOf } from './habits/actions-of.ts';
export { readFigures } from './habits/figures.ts';
export { type FleetParty, fleetKey, learnFleetParty, readFleetParty, viewFleetParty } from './habits/fleet-party.ts';
export { emptyHabits, type Habits } from './habits/habits.ts';
export { learnAction } from './habits/learn-action.ts';
export { isNewTo } from './habits/look.ts';
export { unitsOf } from './habits/scale.ts';
export { ACTION_KINDS, type ActionKind, type FleetView, isAllowance, type WalletAction } from './habits/wallet-action.ts';
export { firstPaidMs, knownOf, paymentsTo } from './known.ts';
export type { Lookalike } from './lookalike.ts';
export { findLookalike } from './lookalike.ts';
export {
  type AgreedPrice,
  excerptMarket,
  type Followed,
  type FollowTerms,
  followMarket,
  type MarketTrack,
  parseMarketTrack,
  readReading,
  type Worth,
  worthOf,
} from './market/index.ts';
export { HABIT_MODEL_VERSION, scoreHabits } from './model/habit-model.ts';
export { modelProblem } from './model/other-model.ts';
export type { HabitModelData } from './model/packed-trees.ts';
export { addAlike, alikeEnds, alikeKey, readAlike } from './paid-alike.ts';
export { parseProfile } from './parse-profile.ts';
export { plainSymbol } from './plain-symbol.ts';
export type { Profile, SettledPayment } from './profile.ts';
export { emptyProfile } from './profile.ts';
export { excerptProfile, readExcerpt } from './profile-excerpt.ts';
export { habitsOf, trainHabits } from './profile-habits.ts';
export { type PassTerms, passesRisk, type Remedy, type StrongReason, strongestReasons, whatWouldPass } from './remedies/index.ts';
export type {
  HabitFinding,
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
export type { AmountsInUnit, MarketFacts, MarketInput, RiskInput, RiskWeights } from './risk-input.ts';
export { levelOf } from './score.ts';
export type {
  BodyDigest,
  Exemption,
  HopOptions,
  HopRisk,
  Hops,
  LackingList,
  ListBasis,
  ListBytes,
  ListFormat,
  ListLook,
  ListLookParts,
  ListReport,
  ListSource,
  ListState,
  ListTrust,
  ListUpdate,
  ListUpdateCheck,
  ListUpdateHeader,
  ListUpdateRefusal,
  ListVersion,
  OwnExemption,
  RecordList,
  ScreenedAccount,
  Screening,
  ScreeningEntry,
  ScreeningFinding,
  ScreeningHit,
  ScreeningKind,
  ScreeningOptions,
  ScreeningSeverity,
  ScreeningView,
  ScreenOptions,
  SeenPayment,
  SignedListUpdate,
} from './screening/index.ts';
export {
  checkSource,
  createHops,
  createListLook,
  createScreening,
  digestBody,
  isListed,
  parseScreening,
  readExemptions,
  readListLook,
  SCREENING_KINDS,
  SCREENING_SEVERITIES,
  screenKey,
  signListUpdate,
  toScreeningEntry,
  verifyListUpdate,
} from './screening/index.ts';
export type { Summary } from './statistics.ts';
export { deviationsIn, normalQuantile, summarize } from './statistics.ts';
export {
  ALARM_GOOD_IN_1000,
  ALARMS_PER_DAY,
  emptyScoreRecord,
  LEAST_SENSITIVE,
  learnScore,
  MOST_LEAN,
  MOST_SENSITIVE,
  PERSONAL_FROM,
  type PersonalRate,
  parseScoreRecord,
  personalRate,
  RISE_PER_DAY,
  type ScoreLesson,
  type ScoreRecord,
  thresholdOf,
  unlearnScore,
  WORDS_PER_DAY,
} from './thresholds/index.ts';
export { trainAmounts, trainProfile } from './train-profile.ts';
