export type { ClaimResult } from '../authz/index.ts';
export type { Agent, AgentWallet } from './agent.ts';
export type { ApprovalSigner, ApprovalsFace, ApproverChangeOptions, ApproverInput, ReadySignature } from './approvals-face.ts';
export type { Audit } from './audit.ts';
export type { AuthorizationContext, LayerOpinion, NamedRequest, SimulationOpinion } from './authorization.ts';
export type { SecurityConfig } from './config.ts';
export { configFromEnv } from './config-from-env.ts';
export { createSecurityManager, type SecurityManager } from './create.ts';
export type { Custody } from './custody/custody.ts';
export type { CustodyApproval } from './custody/custody-approval.ts';
export type { CustodyRefusal, PreparedCall, PreparedTransaction } from './custody/prepared.ts';
export type { WalletRecoveryOptions } from './custody/recover-wallet.ts';
export type { SignedByCustody } from './custody/sign-prepared.ts';
export type { BalanceChange, TransactionSimulation } from './custody/simulate-prepared.ts';
export { type CustodyProvider, type CustodyProviderOptions, createCustodyProvider } from './custody/stand-alone.ts';
export type { TransactionRequest } from './custody/transaction-input.ts';
export type { WalletOptions } from './custody/wallet-options.ts';
export type { ExposureOptions } from './exposure/read-exposure.ts';
export type { AssetExposure, ExposureReport, LiveAllowance, OpenRequest, OpenSignature } from './exposure/report.ts';
export type { SecurityHealth } from './health.ts';
export type { ShutdownReport } from './lifecycle.ts';
export type { CapUse, LimitsReport, RateUse } from './limits/limits-report.ts';
export type { ConfigFinding, ConfigValidation, ValidateOptions } from './policies/config-finding.ts';
export { type ConfigPolicies, configPolicies } from './policies/config-policies.ts';
export { parsePolicy } from './policies/parse-policy.ts';
export { policyChangeFacts } from './policies/policy-change-facts.ts';
export type { PolicyFormat } from './policies/policy-format.ts';
export type { PolicyManager } from './policies/policy-manager.ts';
export type { PolicyManagerOptions } from './policies/policy-manager-options.ts';
export type { ShadowFace } from './policies/shadow-face.ts';
export type { ShadowReport } from './policies/shadows.ts';
export { createPolicyManager } from './policies/stand-alone.ts';
export { validateConfig } from './policies/validate-config.ts';
export { type MedianPriceOptions, medianPrice } from './prices/median-price.ts';
export type { ReplaceOptions } from './replace-options.ts';
export type { AgentRequest, ExecuteOptions } from './request.ts';
export type { AuthorizationResult, DryRunResult, ExecutionResult, ExecutionStatus } from './result.ts';
export type { ReviewItem, Reviews } from './reviews.ts';
export {
  type FeedbackResult,
  type FeedbackVerdict,
  feedbackFacts,
  type ModelShadowReport,
  type RiskLearning,
  type ShadowCells,
} from './risk/learning/index.ts';
export { blacklistRemovalFacts } from './risk/removal-facts.ts';
export type { RiskEngine } from './risk/risk-engine.ts';
export type { RiskEngineOptions } from './risk/risk-engine-options.ts';
export {
  type ConfiguredExemption,
  type ConfiguredList,
  type ListStatus,
  listDropFacts,
  listExemptionFacts,
  type ScreeningRoom,
} from './risk/screening/index.ts';
export { createRiskEngine } from './risk/stand-alone.ts';
export { type AuditRoom, createAuditLogger } from './stand-alone/audit-logger.ts';
export type { AuditLoggerOptions } from './stand-alone/audit-logger-options.ts';
export {
  type AuthorizationEngine,
  type AuthorizationEngineOptions,
  createAuthorizationEngine,
} from './stand-alone/authorization-engine.ts';
export { createEmergencyController, type EmergencyRoom } from './stand-alone/emergency-controller.ts';
export type { EmergencyControllerOptions } from './stand-alone/emergency-controller-options.ts';
export { createRecoveryManager, type RecoveryRoom } from './stand-alone/recovery-manager.ts';
export type { RecoveryManagerOptions } from './stand-alone/recovery-manager-options.ts';
export type { Closing } from './stand-alone/room.ts';
export type { RoomOptions, RoomSecret } from './stand-alone/room-options.ts';
export { createKeyManager, type KeyManagerOptions } from './stand-alone-keys.ts';
export type { Wallet } from './wallets.ts';
