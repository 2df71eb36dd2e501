/**
 * castellan: a gate between an autonomous agent and its money.
 *
 * @packageDocumentation
 */

export { createEmailNotifier, createNotificationOutbox, createWebhookNotifier, verifyWebhook } from './adapters/notify/index.ts';
export { authorizationStatement, createMemoryApprovalProvider, signApproval, signStatement } from './approvals/index.ts';
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
  parseVerifierKey,
  pruneFacts,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
  verifyReceipt,
} from './audit/index.ts';
export {
  type CompiledPolicy,
  compilePolicy,
  DEFAULT_POLICY_BASE,
  DEFAULT_TEMPLATES,
  type Permissions,
  type TemplateName,
} from './authz/index.ts';
export type { AgentSigned, AgentSigningInput, AgentSigningPort } from './core/agent-port.ts';
export type { ApprovalAnswer, ApprovalRecord, ApprovalRequest } from './core/approval.ts';
export type { Authorization } from './core/authority.ts';
export type { ChainAdapter, ChainNode, Codec, SimulationReport, Token } from './core/chain-adapter.ts';
export type { Decision } from './core/decision.ts';
export type { Effect } from './core/effect.ts';
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
  WalletEvent,
} from './core/event.ts';
export { ofAgent, ofSeverity, ofType } from './core/event-bus.ts';
export type { AccountId, AgentId, AssetId, ChainId, Digest, RequestId, TimeMs } from './core/ids.ts';
export { formatAmount, parseAmount } from './core/money.ts';
export type { Notice, Notifier } from './core/notifier.ts';
export { createFixedPrices, type PriceSource } from './core/price.ts';
export type { Reason, ReasonCode } from './core/reason.ts';
export { createAttestationKey, generateSeed } from './core/signature.ts';
export type { AttestationKey } from './core/signer.ts';
export type { OnChainLimits, SmartAccount, TypedDataSigner } from './core/smart-account.ts';
export type { Json, Store } from './core/store.ts';
export type { Receipt } from './core/transaction.ts';
export type { SigningOrder, UserSigner } from './core/user-signer.ts';
export { LAYERS, type LayerName, type LayerReport, type Verdict } from './core/verdict.ts';
export type { RecoveryGrant, RecoveryReason, VerificationMessage, VerificationProvider } from './core/verification.ts';
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
export {
  type Agent,
  type AgentRequest,
  type ApprovalSigner,
  type ApprovalsFace,
  type ApproverChangeOptions,
  type ApproverInput,
  type Audit,
  type AuditLoggerOptions,
  type AuditRoom,
  type AuthorizationContext,
  type AuthorizationEngine,
  type AuthorizationEngineOptions,
  type AuthorizationResult,
  blacklistRemovalFacts,
  type Closing,
  type Custody,
  type CustodyApproval,
  type CustodyProvider,
  type CustodyProviderOptions,
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
  type KeyManagerOptions,
  type LayerOpinion,
  type NamedRequest,
  type PolicyManager,
  type PreparedTransaction,
  policyChangeFacts,
  type ReadySignature,
  type RecoveryManagerOptions,
  type RecoveryRoom,
  type RiskEngine,
  type RoomOptions,
  type RoomSecret,
  type SecurityConfig,
  type SecurityHealth,
  type SecurityManager,
  type ShutdownReport,
  type SignedByCustody,
  type SimulationOpinion,
  type Wallet,
} from './manager/index.ts';
