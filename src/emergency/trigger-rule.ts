import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';

/** When the emergency stop pulls itself. */
export interface EmergencyTrigger {
  /**
   * The event that counts. `multiple_failures` counts every `execution_failed` and every `policy_rejected`; as always, a
   * `policy_rejected` whose only reasons are that everything or this agent is halted counts nothing.
   */
  readonly event: SecurityEventType | 'multiple_failures';
  /** So many events within the window trip it, 1–10,000. */
  readonly threshold: number;
  /** Sliding, both ends included, ms. Default one hour, at most 30 days. */
  readonly windowMs?: number;
  /** `pause` counts per agent and pauses that agent until it is resumed; `kill` counts in the whole tenant. */
  readonly action: 'pause' | 'kill';
}

/** A trigger with nothing left open. */
export type TriggerRule = Required<EmergencyTrigger>;

/** Default window of a trigger, ms. */
export const TRIGGER_WINDOW_MS = 3_600_000;

/** What responds by itself where nothing else is said. */
export const DEFAULT_TRIGGERS: readonly EmergencyTrigger[] = Object.freeze([
  { event: 'fraud_detected', threshold: 1, windowMs: TRIGGER_WINDOW_MS, action: 'kill' },
  { event: 'anomaly_detected', threshold: 3, windowMs: TRIGGER_WINDOW_MS, action: 'pause' },
] as const);

/** Highest threshold of a trigger. */
export const MAX_THRESHOLD = 10_000;
const MAX_WINDOW_MS = 30 * 86_400_000;
const FAILURES: ReadonlySet<SecurityEventType> = new Set(['execution_failed', 'policy_rejected']);
const HALT_REASONS: ReadonlySet<unknown> = new Set(['halted', 'agent_paused', 'halt_unreadable']);

/** Fills in the defaults. @throws CONFIG_INVALID naming the first wrong field */
export function toTriggerRules(triggers: readonly EmergencyTrigger[]): readonly TriggerRule[] {
  return triggers.map(({ event, threshold, windowMs = TRIGGER_WINDOW_MS, action }, index) => {
    const isWhole = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 1 && value <= most;
    if (typeof event !== 'string' || event === 'emergency_changed') throw invalid(index, 'event');
    if (!isWhole(threshold, MAX_THRESHOLD)) throw invalid(index, 'threshold');
    if (!isWhole(windowMs, MAX_WINDOW_MS)) throw invalid(index, 'windowMs');
    if (action !== 'pause' && action !== 'kill') throw invalid(index, 'action');
    return { event, threshold, windowMs, action };
  });
}

/** The event types that a list of rules needs to see. */
export function countedTypes(rules: readonly TriggerRule[]): readonly SecurityEventType[] {
  return [...new Set(rules.flatMap(({ event }) => (event === 'multiple_failures' ? [...FAILURES] : [event])))];
}

/** Tells whether an event counts for a rule. */
export function isCounted(rule: TriggerRule, event: SecurityEvent): boolean {
  if (isHaltDenial(event)) return false;
  return rule.event === 'multiple_failures' ? FAILURES.has(event.type) : rule.event === event.type;
}

/** A denial that only says that the stop is on; otherwise an agent that keeps trying would stop itself anew. */
function isHaltDenial(event: SecurityEvent): boolean {
  if (event.type !== 'policy_rejected') return false;
  const { reasons, reason } = event.details;
  const codes = Array.isArray(reasons) ? reasons.map(codeOf) : reason === undefined ? [] : [codeOf(reason)];
  return codes.length > 0 && codes.every((code) => HALT_REASONS.has(code));
}

function codeOf(reason: unknown): unknown {
  return typeof reason === 'object' && reason !== null && 'code' in reason ? reason.code : reason;
}

function invalid(index: number, field: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', {
    message: `An emergency trigger has a wrong ${field}.`,
    details: { field: `triggers.${index}.${field}` },
  });
}
