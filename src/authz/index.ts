export type { ActionValidator, ValidatorAnswer, ValidatorContext } from './action-validator.ts';
export { decodedExposure, type Exposure, exposureOf } from './exposure.ts';
export { createJudge, type Judge, type JudgeOptions } from './judge.ts';
export type { JudgeInput, Judgement, SharedPlace } from './judge-input.ts';
export { type JudgeKeysInput, judgeKeys } from './judge-keys.ts';
export type { JudgeSettings } from './judge-settings.ts';
export type { JudgeRows, JudgeState, Simulate } from './judge-state.ts';
export type { JudgedTerms } from './judged-terms.ts';
export type { Layer, LayerAnswer, LayerContext } from './layer.ts';
export { STANDARD_LAYERS } from './layers/index.ts';
export { factsFrom } from './layers/risk-facts.ts';
export { SHADOW_CELLS, SHADOW_WINDOW_MS, type ShadowCell, shadowCell, shadowCounter } from './layers/risk-shadow.ts';
export { ALARMS_PREFIX, alarmsIn, alarmsRow, habitsIn, scoresRow } from './layers/risk-thresholds.ts';
export { capAccount, capPrefix, type Spender } from './limits/cap-accounts.ts';
export { type ClaimResult, type Claims, createClaims } from './limits/claims.ts';
export { accountsOf, isLimitsAccount, type LedgerAccount } from './limits/ledger-accounts.ts';
export { type RateBound, rateBounds } from './limits/rate-bounds.ts';
export { refusalCommands, refusalKeys } from './limits/refusals.ts';
export * from './policy/index.ts';
export { pinFact, pinnedContracts } from './policy/rules/pins.ts';
export { alikeRows, fleetRow, type LookedUp, type RiskReadings, readingsOf } from './risk-readings.ts';
export { type Excess, excessOf } from './simulation/excess.ts';
export { type KeptRun, keptRun } from './simulation/kept-run.ts';
export { type Missing, missingFrom } from './simulation/missing.ts';
export { heedOpinions } from './simulation/opinions.ts';
export { codeDigest } from './simulation/run-facts.ts';
export { unmetBy } from './simulation/unmet.ts';
export * from './temporal/index.ts';
export { comparePolicies, type PolicyComparison, type ProbeDifference } from './tooling/compare-policies.ts';
export {
  diffPolicies,
  type LeafDifference,
  type PolicyDifference,
  type RuleDifference,
  type RuleDifferences,
  type ValueDifference,
} from './tooling/diff-policies.ts';
export { type JudgedAgain, judgeAgain } from './tooling/judge-again.ts';
export { createPolicyVersions } from './tooling/policy-versions.ts';
export {
  type CandidateOf,
  type Indeterminate,
  type NotReplayable,
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
  replay,
} from './tooling/replay.ts';
export { type StressOptions, type StressReport, type StressResult, stressTest } from './tooling/stress/stress-test.ts';
export { policyAnd, policyLeaf, policyOr } from './tree/policy-tree.ts';
