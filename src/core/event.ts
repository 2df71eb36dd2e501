import type { Decision } from './decision.ts';
import type { HaltChange } from './halt.ts';
import type { TimeMs } from './ids.ts';
import type { PolicyText } from './policy-text.ts';
import type { Json } from './store.ts';

/** How grave an event is. */
export type EventSeverity = 'info' | 'warning' | 'error' | 'critical';

/** What every event has. An event is a log entry, published once it is durable; it is frozen, and never holds a secret. */
export interface SecurityEventBase {
  readonly v: 1;
  /** Sorts by time; the id of the log entry. */
  readonly id: string;
  readonly tenant: string;
  readonly at: TimeMs;
  /** Agent it concerns, where it concerns one. */
  readonly agent: string | null;
  readonly severity: EventSeverity;
}

/** What `details` of the simple events hold: JSON-safe facts, never a secret. */
export type EventDetails = Readonly<Record<string, Json>>;

/** The names of all events. `outside_event` was told by somebody else, and is never one of our own findings. */
export type SecurityEventType =
  | 'decision_made'
  | 'policy_rejected'
  | 'approval_requested'
  | 'approval_decision'
  | 'execution_success'
  | 'execution_failed'
  | 'cap_warning'
  | 'monitor_unrecorded'
  | 'monitor_reorg'
  | 'anomaly_detected'
  | 'fraud_detected'
  | 'key_event'
  | 'permission_changed'
  | 'shadow_difference'
  | 'wallet_event'
  | 'breaker_state'
  | 'emergency_changed'
  | 'incident_event'
  | 'outside_event'
  | 'unauthorized_attempt'
  | 'audit_checkpoint'
  | 'health_changed';

const TYPES: Readonly<Record<SecurityEventType, true>> = {
  decision_made: true,
  policy_rejected: true,
  approval_requested: true,
  approval_decision: true,
  execution_success: true,
  execution_failed: true,
  cap_warning: true,
  monitor_unrecorded: true,
  monitor_reorg: true,
  anomaly_detected: true,
  fraud_detected: true,
  key_event: true,
  permission_changed: true,
  shadow_difference: true,
  wallet_event: true,
  breaker_state: true,
  emergency_changed: true,
  incident_event: true,
  outside_event: true,
  unauthorized_attempt: true,
  audit_checkpoint: true,
  health_changed: true,
};

/** The same names as values; the compiler sees that none is missing. */
export const EVENT_TYPES: readonly string[] = Object.keys(TYPES);

/** The eight layers, or an earlier refusal, came to a verdict. `info` for a yes, `warning` else. */
export interface DecisionMadeEvent extends SecurityEventBase {
  readonly type: 'decision_made';
  readonly decision: Decision;
}

/** A request was denied; follows its `decision_made`. Details: `decisionId`, `requestId`, `reason`, `reasons`. */
export interface PolicyRejectedEvent extends SecurityEventBase {
  readonly type: 'policy_rejected';
  readonly details: EventDetails;
}

/** People are asked. Details: `approvalId`, `requestId`, `decisionId`, `satisfies`, `rules`, `expiresAtMs`, `effectsDigest`. */
export interface ApprovalRequestedEvent extends SecurityEventBase {
  readonly type: 'approval_requested';
  readonly details: EventDetails;
}

/**
 * Somebody answered, or time ran out. Details: `approvalId`, `requestId`, `decisionId`, `state`, and `approver` and `verdict`,
 * or `timeout`.
 */
export interface ApprovalDecisionEvent extends SecurityEventBase {
  readonly type: 'approval_decision';
  readonly details: EventDetails;
}

/**
 * A transaction is final. Details: `requestId`, `decisionId`, `txHash`, `block`, `feePaid`. Or a signature that was handed out was
 * used: `action` `signature_used` (`signature_spent` where nobody can tell any more), and `signature`, its standard.
 */
export interface ExecutionSuccessEvent extends SecurityEventBase {
  readonly type: 'execution_success';
  readonly details: EventDetails;
}

/**
 * A transaction failed on the chain, was replaced or expired, or custody refused a signature that looked like an attempt.
 * Details: `requestId`, and `txHash` or `reason`.
 */
export interface ExecutionFailedEvent extends SecurityEventBase {
  readonly type: 'execution_failed';
  readonly details: EventDetails;
}

/**
 * A reservation took the use of a cap to its `warningThresholdPct`: once for each crossing, in the step that reserved. Details:
 * `decisionId`, `capId`, `scope`, `subject`, `window`, `unit`, `limit`, `used` (with this reservation), `warningThresholdPct`.
 */
export interface CapWarningEvent extends SecurityEventBase {
  readonly type: 'cap_warning';
  readonly details: EventDetails;
}

/** A wallet moved money that no decision of ours covers. Kept for the monitor; nothing publishes it yet. */
export interface MonitorUnrecordedEvent extends SecurityEventBase {
  readonly type: 'monitor_unrecorded';
  readonly details: EventDetails;
}

/**
 * A transaction that counted as final is not on the chain any more; its room is taken again. Details: `requestId`,
 * `decisionId`, `txHash`.
 */
export interface MonitorReorgEvent extends SecurityEventBase {
  readonly type: 'monitor_reorg';
  readonly details: EventDetails;
}

/** A request deviates from what the agent does. Details: `decisionId`, `type`, and the figures. */
export interface AnomalyDetectedEvent extends SecurityEventBase {
  readonly type: 'anomaly_detected';
  readonly details: EventDetails;
}

/** A blocking fraud pattern matched. Details: `decisionId`, `pattern`, `score`. */
export interface FraudDetectedEvent extends SecurityEventBase {
  readonly type: 'fraud_detected';
  readonly details: EventDetails;
}

/** A key was made, imported, replaced, revoked, or a vault handed over. Details: `action`, `keyId`. */
export interface KeyEvent extends SecurityEventBase {
  readonly type: 'key_event';
  readonly details: EventDetails;
}

/** Permissions, a list, the registry or the alarm threshold of an agent changed. Details: `action`, and what of it. */
export interface PermissionChangedEvent extends SecurityEventBase {
  readonly type: 'permission_changed';
  readonly details: EventDetails;
  /**
   * The rules that are in force from then on, in words, where it puts any in force. Its name sorts before `id`, which has to be the last
   * id that an entry holds.
   */
  readonly enacts?: PolicyText;
}

/**
 * A candidate policy would have decided otherwise than the one in force. Details: `decisionId`, `requestId`, `candidate`, its digest, the
 * verdicts `before` and `after`, and the candidate's `reasons`.
 */
export interface ShadowDifferenceEvent extends SecurityEventBase {
  readonly type: 'shadow_difference';
  readonly details: EventDetails;
}

/**
 * A wallet was made. Details: `account`, `keyId`. Or a signature of one is void: `action` `signature_revoked` or
 * `signature_expired`, `requestId`, `decisionId`, and `signature`, its standard.
 */
export interface WalletEvent extends SecurityEventBase {
  readonly type: 'wallet_event';
  readonly details: EventDetails;
}

/** A circuit breaker opened or closed. Kept for the breaker; nothing publishes it yet. */
export interface BreakerStateEvent extends SecurityEventBase {
  readonly type: 'breaker_state';
  readonly details: EventDetails;
}

/** A kill or a pause began or was lifted; `epoch` is the one that it made. A pause that ends by itself is no change. */
export interface EmergencyChangedEvent extends SecurityEventBase {
  readonly type: 'emergency_changed';
  readonly change: HaltChange;
  readonly epoch: number;
  readonly details: EventDetails;
}

/** Something that people have to know of, such as a recovery that was opened, granted or cancelled. Details: `action`. */
export interface IncidentEvent extends SecurityEventBase {
  readonly type: 'incident_event';
  readonly details: EventDetails;
}

/** Something that another program told the log. All of it is a claim, and never one of our own findings. */
export interface OutsideToldEvent extends SecurityEventBase {
  readonly type: 'outside_event';
  readonly details: EventDetails;
}

/** The log was signed up to `size`. Published only: the checkpoint is kept beside the log. Details: `size`, `chain`, `checkpoint`. */
export interface AuditCheckpointEvent extends SecurityEventBase {
  readonly type: 'audit_checkpoint';
  readonly details: EventDetails;
}

/** Somebody without a valid token was at a door. Details: `door`, `why`, `from`, `count`. */
export interface UnauthorizedAttemptEvent extends SecurityEventBase {
  readonly type: 'unauthorized_attempt';
  readonly details: EventDetails;
}

/**
 * A part of the manager stands otherwise than before. Details: `part`, `state`; of `approval_webhook` also `webhook`, and `approvalId` and `error`
 * where it is `failing` or a request `undelivered`.
 */
export interface HealthChangedEvent extends SecurityEventBase {
  readonly type: 'health_changed';
  readonly details: EventDetails;
}

/** The one union that users subscribe to and the log keeps; one member a type, so that comparing `type` narrows it. */
export type SecurityEvent =
  | DecisionMadeEvent
  | PolicyRejectedEvent
  | ApprovalRequestedEvent
  | ApprovalDecisionEvent
  | ExecutionSuccessEvent
  | ExecutionFailedEvent
  | CapWarningEvent
  | MonitorUnrecordedEvent
  | MonitorReorgEvent
  | AnomalyDetectedEvent
  | FraudDetectedEvent
  | KeyEvent
  | PermissionChangedEvent
  | ShadowDifferenceEvent
  | WalletEvent
  | BreakerStateEvent
  | EmergencyChangedEvent
  | IncidentEvent
  | OutsideToldEvent
  | AuditCheckpointEvent
  | UnauthorizedAttemptEvent
  | HealthChangedEvent;

/** The event of one type, or of several. */
export type EventOf<Type extends SecurityEventType> = Extract<SecurityEvent, { readonly type: Type }>;
