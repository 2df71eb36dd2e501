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

/** What stops the agent now; undefined where nothing does. */
export function stopReason(parts: StopParts, halt: HaltState, agentId: string, nowMs: number): Reason | undefined {
  if (!parts.enabled) return DISABLED;
  const stop = haltFor(halt, agentId, nowMs);
  if (stop !== undefined) {
    const resets = stop.halt.untilMs === null ? {} : { resetsAtMs: stop.halt.untilMs };
    return { code: stop.kind === 'kill' ? 'halted' : 'agent_paused', message: `Stopped: ${stop.halt.reason}`, retryable: true, ...resets };
  }
  if (parts.locallyHalted(agentId)) return { code: 'halted', message: 'An automatic stop is being written.', retryable: true };
  return undefined;
}
