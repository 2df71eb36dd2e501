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
export type { MarketData, MarketFee, MarketPool, MarketPrice, MarketReading } from './core/market.ts';
export { formatAmount, parseAmount } from './core/money.ts';
export type { Notice, Notifier } from './core/notifier.ts';
export type { PolicyText } from './core/policy-text.ts';
export type { FixedPrice, NoPrice } from './core/price.ts';
export { createFixedPrices, type PriceSource } from './core/price.ts';
export type { Quote, QuoteSource, Trade } from './core/quote.ts';
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
export { type StaticMarketOptions, staticMarket } from './core/static-market.ts';
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
  type AgentWallet,
  type ApprovalSigner,
  type ApprovalsFace,
  type ApproverChangeOptions,
  type ApproverInput,
  type Audit,
  type AuditLoggerOptions,
  type AuthorizationContext,
  type AuthorizationEngineOptions,
  type AuthorizationResult,
  blacklistRemovalFacts,
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
  type EmergencyControllerOptions,
  type FeedbackResult,
  type FeedbackVerdict,
  feedbackFacts,
  type KeyManagerOptions,
  type LayerOpinion,
  type MedianPriceOptions,
  type ModelShadowReport,
  medianPrice,
  type NamedRequest,
  parsePolicy,
  policyChangeFacts,
  type ReadySignature,
  type RecoveryManagerOptions,
  type RiskEngine,
  type RiskLearning,
  type RoomSecret,
  type SecurityConfig,
  type SecurityHealth,
  type SecurityManager,
  type ShadowCells,
  type ShutdownReport,
  type SimulationOpinion,
  validateConfig,
  type WalletOptions,
  type WalletRecoveryOptions,
} from './manager/index.ts';

// Screening lists: what they are made of.

export type { ListBasis, ListBytes, ListFormat, ListReport, ListSource, ListTrust, ListVersion, RecordList } from './risk/index.ts';

// Screening lists: signed updates.

export type { BodyDigest, ListState, ListUpdate, ListUpdateCheck, ListUpdateHeader, ListUpdateRefusal } from './risk/index.ts';

// Screening lists: how they are looked into.

export type { Exemption, HopOptions, HopRisk, Hops, OwnExemption, SeenPayment, SignedListUpdate } from './risk/index.ts';

// Screening lists: the whole of them.

export type { Screening, ScreeningOptions, ScreeningView, ScreenOptions } from './risk/index.ts';

// Screening lists: what they say.

export type { ScreeningEntry, ScreeningFinding, ScreeningHit, ScreeningKind, ScreeningSeverity } from './risk/index.ts';
export { createHops, createScreening, digestBody, signListUpdate, toScreeningEntry, verifyListUpdate } from './risk/index.ts';

// Limits and findings.

export type { BalanceChange, CapUse, ClaimResult, ConfigFinding, ConfigValidation, LimitsReport, RateUse } from './manager/index.ts';

// Policies and reviews.

export type { PolicyFormat, PolicyManager, ReviewItem, Reviews, ShadowFace, ShadowReport, ValidateOptions } from './manager/index.ts';

// Requests and answers.

export type { AgentRequest, DryRunResult, ExecuteOptions, ExecutionResult, ExecutionStatus, ReplaceOptions } from './manager/index.ts';

// Custody.

export type { Custody, CustodyApproval, CustodyProvider, CustodyProviderOptions, CustodyRefusal, PreparedCall } from './manager/index.ts';

// Custody: wallets and transactions.

export type { PreparedTransaction, SignedByCustody, TransactionRequest, TransactionSimulation, Wallet } from './manager/index.ts';

// What is at stake.

export type { AssetExposure, ExposureOptions, ExposureReport, LiveAllowance, OpenRequest, OpenSignature } from './manager/index.ts';

// Rooms that stand alone.

export type { AuditRoom, AuthorizationEngine, Closing, EmergencyRoom, RecoveryRoom, RoomOptions } from './manager/index.ts';

// Screening lists: of a deployment.

export type { ConfiguredExemption, ConfiguredList, ListStatus, ScreeningRoom } from './manager/index.ts';
export { listDropFacts, listExemptionFacts } from './manager/index.ts';
