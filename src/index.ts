/**
 * castellan: a gate between an autonomous agent and its money.
 *
 * @packageDocumentation
 */

export type {
  ApprovalReply,
  ApprovalWebhookHealth,
  EmailOptions,
  NotificationOutbox,
  OutboxOptions,
  ReplyAnswer,
  WebhookCheck,
  WebhookOptions,
} from './adapters/notify/index.ts';
export {
  createEmailNotifier,
  createNotificationOutbox,
  createWebhookNotifier,
  signApprovalWebhook,
  verifyApprovalWebhook,
  verifyWebhook,
} from './adapters/notify/index.ts';
export type { MemoryApprovalProviderOptions } from './approvals/index.ts';
export { authorizationStatement, createMemoryApprovalProvider, renderChanges, signApproval, signStatement } from './approvals/index.ts';
export type { AuditLog, AuditLogOptions, IntegrityOptions, NoteVerifier, ProofResult, ReceiptResult } from './audit/index.ts';
export {
  type ArchivePieces,
  archiveDigest,
  type Checkpoint,
  createAuditLog,
  formatVerifierKey,
  type IntegrityReport,
  type LogReceipt,
  type PruneOptions,
  type PruneResult,
  parseCheckpoint,
  parseEntry,
  parseVerifierKey,
  pruneFacts,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
  verifyReceipt,
} from './audit/index.ts';
export {
  type ActionValidator as IntentValidator,
  type ActionValidator as StrategyValidator,
  type CandidateOf,
  type CompiledPolicy,
  comparePolicies,
  compilePolicy,
  createMemoryEventStore,
  DEFAULT_POLICY_BASE,
  DEFAULT_TEMPLATES,
  describeRule,
  diffPolicies,
  type Indeterminate,
  type LeafDifference,
  type LeafPolicy,
  type MemoryEventStoreOptions,
  type NotReplayable,
  type Permissions,
  type PolicyBase,
  type PolicyComparison,
  type PolicyDifference,
  type PolicyTree,
  type ProbeDifference,
  policyAnd,
  policyLeaf,
  policyOr,
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
  type RuleDifference,
  type RuleDifferences,
  replay,
  type TemplateName,
  type TemporalCondition,
  type TemporalField,
  type TemporalRule,
  type TemporalRuleInput,
  type ValidatorAnswer,
  type ValidatorContext,
  type ValueDifference,
} from './authz/index.ts';
export type { AgentSignature, AgentSignatureInput, AgentSigned, AgentSigningInput, AgentSigningPort } from './core/agent-port.ts';
export type {
  ApprovalAnswer,
  ApprovalErrand,
  ApprovalProvider,
  ApprovalQuorum,
  ApprovalRecord,
  ApprovalRequest,
  SignedStatement,
} from './core/approval.ts';
export type { AssetChange } from './core/asset-change.ts';
export type { AuthorityAction, Authorization } from './core/authority.ts';
export type { ChainAdapter, ChainNode, Codec, SimulationReport, Token } from './core/chain-adapter.ts';
export type { Clock } from './core/clock.ts';
export type { Decision } from './core/decision.ts';
export type { DecisionInput } from './core/decision-input.ts';
export type { Effect } from './core/effect.ts';
export type { ErrorDetails, ErrorFacts } from './core/errors.ts';
export { CastellanError, type ErrorCode, isCastellanError } from './core/errors.ts';
export type {
  AnomalyDetectedEvent,
  ApprovalDecisionEvent,
  ApprovalRequestedEvent,
  AuditCheckpointEvent,
  BreakerStateEvent,
  CapWarningEvent,
  DecisionMadeEvent,
  EmergencyChangedEvent,
  EventDetails,
  EventOf,
  EventSeverity,
  ExecutionFailedEvent,
  ExecutionSuccessEvent,
  FraudDetectedEvent,
  HealthChangedEvent,
  IncidentEvent,
  KeyEvent,
  MonitorReorgEvent,
  MonitorUnrecordedEvent,
  OutsideToldEvent,
  PermissionChangedEvent,
  PolicyRejectedEvent,
  SecurityEvent,
  SecurityEventBase,
  SecurityEventType,
  ShadowDifferenceEvent,
  UnauthorizedAttemptEvent,
  WalletEvent,
} from './core/event.ts';
export { ofAgent, ofSeverity, ofType } from './core/event-filters.ts';
export type { EventFilter, EventStore, PipelineEvent, PipelineStatus } from './core/event-history.ts';
export type { Halt } from './core/halt.ts';
export type { AccountId, AgentId, AssetId, ChainId, Digest, RequestId, TimeMs } from './core/ids.ts';
export { formatAmount, parseAmount } from './core/money.ts';
export type { Notice, Notifier } from './core/notifier.ts';
export type { PolicyText } from './core/policy-text.ts';
export type { FixedPrice, NoPrice } from './core/price.ts';
export { createFixedPrices, type PriceSource } from './core/price.ts';
export type { Random } from './core/random.ts';
export type { Reason, ReasonCode } from './core/reason.ts';
export type { RegistrySignature } from './core/registry.ts';
export { createAttestationKey, generateSeed } from './core/signature.ts';
export type {
  SignatureMark,
  SignatureOrder,
  SignatureReading,
  SignatureStatus,
  SignatureTerms,
} from './core/signature-order.ts';
export type { AttestationKey } from './core/signer.ts';
export type { SecondOpinion, SimulationAnswer, SimulationProvider, SimulationQuestion } from './core/simulation-provider.ts';
export type { OnChainLimits, SmartAccount, TypedDataSigner } from './core/smart-account.ts';
export type { Json, Store } from './core/store.ts';
export type { Receipt } from './core/transaction.ts';
export type { SigningOrder, UserSigner } from './core/user-signer.ts';
export { LAYERS, type LayerName, type LayerReport, type Verdict } from './core/verdict.ts';
export type { RecoveryGrant, RecoveryReason, VerificationMessage, VerificationProvider } from './core/verification.ts';
export type {
  Bip44Path,
  DerivedKey,
  HSMKeyStorageOptions,
  HSMProvider,
  KeyDerivationOptions,
  MPCCoordinatorOptions,
  MPCParty,
  RawDerivedKey,
  SeedInfo,
  SessionRecord,
  SoftwareKeyStorageOptions,
  StorageKeyManager,
} from './custody/index.ts';
export {
  HSMKeyStorage,
  KeyDerivationService,
  type KeyInfo,
  MPCCoordinator,
  type RecoverySession,
  recoveryCredentialsDigest,
  recoveryStatement,
  type SharesHealth,
  type SharesStatus,
  SoftwareKeyStorage,
} from './custody/index.ts';
export { agentResumeFacts, killLiftFacts } from './emergency/index.ts';
export type { PolicyManagerOptions, RiskEngineOptions } from './manager/index.ts';
export {
  type Agent,
  type AgentRequest,
  type AgentWallet,
  type ApprovalSigner,
  type ApprovalsFace,
  type ApproverChangeOptions,
  type ApproverInput,
  type AssetExposure,
  type Audit,
  type AuditLoggerOptions,
  type AuditRoom,
  type AuthorizationContext,
  type AuthorizationEngine,
  type AuthorizationEngineOptions,
  type AuthorizationResult,
  type BalanceChange,
  blacklistRemovalFacts,
  type CapUse,
  type ClaimResult,
  type Closing,
  type ConfigFinding,
  type ConfigValidation,
  type Custody,
  type CustodyApproval,
  type CustodyProvider,
  type CustodyProviderOptions,
  type CustodyRefusal,
  configFromEnv,
  createAuditLogger,
  createAuthorizationEngine,
  createCustodyProvider,
  createEmergencyController,
  createKeyManager,
  createPolicyManager,
  createRecoveryManager,
  createRiskEngine,
  createSecurityManager,
  type DryRunResult,
  type EmergencyControllerOptions,
  type EmergencyRoom,
  type ExecuteOptions,
  type ExecutionResult,
  type ExecutionStatus,
  type ExposureOptions,
  type ExposureReport,
  type KeyManagerOptions,
  type LayerOpinion,
  type LimitsReport,
  type LiveAllowance,
  type MedianPriceOptions,
  medianPrice,
  type NamedRequest,
  type OpenRequest,
  type OpenSignature,
  type PolicyFormat,
  type PolicyManager,
  type PreparedCall,
  type PreparedTransaction,
  parsePolicy,
  policyChangeFacts,
  type RateUse,
  type ReadySignature,
  type RecoveryManagerOptions,
  type RecoveryRoom,
  type ReplaceOptions,
  type ReviewItem,
  type Reviews,
  type RiskEngine,
  type RoomOptions,
  type RoomSecret,
  type SecurityConfig,
  type SecurityHealth,
  type SecurityManager,
  type ShadowFace,
  type ShadowReport,
  type ShutdownReport,
  type SignedByCustody,
  type SimulationOpinion,
  type TransactionRequest,
  type TransactionSimulation,
  type ValidateOptions,
  validateConfig,
  type Wallet,
  type WalletOptions,
  type WalletRecoveryOptions,
} from './manager/index.ts';
