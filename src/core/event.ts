import type { Decision } from './decision.ts';
import type { HaltChange } from './halt.ts';
import type { TimeMs } from './ids.ts';
import type { Json } from './store.ts';

/** Fields of every event. An event is a log entry, published once it is durable. */
interface EventBase {
  readonly v: 1;
  readonly id: string;
  readonly tenant: string;
  readonly at: TimeMs;
  /** Agent it concerns, where it concerns one. */
  readonly agent: string | null;
  readonly severity: 'info' | 'warning' | 'error' | 'critical';
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
  | 'wallet_event'
  | 'breaker_state'
  | 'emergency_changed'
  | 'incident_event'
  | 'outside_event'
  | 'audit_checkpoint'
  | 'health_changed';

type SimpleEventType = Exclude<SecurityEventType, 'decision_made' | 'emergency_changed'>;

/** The one union that users subscribe to and the log keeps; one member a type, so that comparing `type` narrows it. */
export type SecurityEvent = EventBase &
  (
    | { readonly type: 'decision_made'; readonly decision: Decision }
    | { readonly type: 'emergency_changed'; readonly change: HaltChange; readonly epoch: number; readonly details: EventDetails }
    | { readonly [Type in SimpleEventType]: { readonly type: Type; readonly details: EventDetails } }[SimpleEventType]
  );
