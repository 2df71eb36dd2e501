import { type HaltState, haltFor } from '../../core/halt.ts';
import type { Reason } from '../../core/reason.ts';

/** What may forbid every act of an agent, whatever it asks. */
export interface StopParts {
  /** False where the manager, or its audit log, is switched off. */
  readonly enabled: boolean;
  /** True while an automatic stop has tripped and is not yet written. */
  readonly locallyHalted: (agent: string) => boolean;
}

/** Why nothing is decided at all: switched off means denied. */
export const DISABLED: Reason = Object.freeze({
  code: 'security_disabled',
  message: 'The security manager is switched off, and off means denied.',
  retryable: false,
});

/** The stop that the store knows of; undefined where there is none. */
export function haltReason(halt: HaltState, agentId: string, nowMs: number): Reason | undefined {
  const stop = haltFor(halt, agentId, nowMs);
  if (stop === undefined) return undefined;
  const resets = stop.halt.untilMs === null ? {} : { resetsAtMs: stop.halt.untilMs };
  return { code: stop.kind === 'kill' ? 'halted' : 'agent_paused', message: `Stopped: ${stop.halt.reason}`, retryable: true, ...resets };
}

/** What stops the agent now, by the store or by this process alone; undefined where nothing does. */
export function stopReason(parts: StopParts, halt: HaltState, agentId: string, nowMs: number): Reason | undefined {
  if (!parts.enabled) return DISABLED;
  const stored = haltReason(halt, agentId, nowMs);
  if (stored !== undefined) return stored;
  if (parts.locallyHalted(agentId)) return { code: 'halted', message: 'An automatic stop is being written.', retryable: true };
  return undefined;
}
