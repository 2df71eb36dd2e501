import type { Reason, ReasonCode } from '../../../core/reason.ts';

/** Codes after which the very same step may pass later. */
const RETRYABLE: ReadonlySet<ReasonCode> = new Set([
  'clock_skew',
  'slot_taken',
  'halted',
  'agent_paused',
  'rate_limited',
  'cooldown_active',
]);

/** A refusal: the whole step changes nothing. */
export function refuse(code: ReasonCode, message: string, facts: Partial<Omit<Reason, 'code' | 'message'>> = {}): Reason {
  return { code, message, retryable: RETRYABLE.has(code), ...facts };
}

/** A command that is not of its shape; `field` names what is wrong. */
export function malformed(field: string): Reason {
  return refuse('request_malformed', `The store command has a malformed ${field}.`, { facts: { field } });
}
