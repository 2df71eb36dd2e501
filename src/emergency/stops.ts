import type { EventDetails } from '../core/event.ts';
import { type HaltState, haltFor } from '../core/halt.ts';
import type { HaltPlan } from './halt-change.ts';
import { EVERYTHING, type Latch } from './latch.ts';

/** Who stops, and why. */
export interface StopCause {
  readonly reason: string;
  readonly by: string;
  readonly details: EventDetails;
}

/** What stopping needs. */
export interface StopsOptions {
  readonly latch: Latch;
  /** Makes a change durable. */
  readonly change: (plan: HaltPlan, details: EventDetails) => Promise<HaltState>;
}

/** The tightening half of the controller: asks nobody, and is never undone by a second call. */
export interface Stops {
  /** Stops everything; a kill in force stays as it is. @throws STORE_UNAVAILABLE while only this process obeys */
  all(cause: StopCause): Promise<HaltState>;
  /** Stops an agent for `durationMs`, or with null until resumed; never shortens. @throws STORE_UNAVAILABLE */
  agent(agent: string, durationMs: number | null, cause: StopCause): Promise<HaltState>;
}

/** Makes the half over a latch. What is released while it waits for the store is not written any more. */
export function createStops({ latch, change }: StopsOptions): Stops {
  const stop = async (target: string, plan: HaltPlan, details: EventDetails): Promise<HaltState> => {
    let state: HaltState | undefined;
    await latch.stop(target, async (isWanted) => {
      state = await change((now, nowMs) => (isWanted() ? plan(now, nowMs) : null), details);
    });
    return state as HaltState;
  };
  return {
    all: ({ reason, by, details }) => stop(EVERYTHING, (now) => (now.kill === null ? { kind: 'kill', reason, by } : null), details),
    agent: (agent, durationMs, { reason, by, details }) =>
      stop(
        agent,
        (now, nowMs) => {
          const untilMs = durationMs === null ? null : nowMs + durationMs;
          const inForce = haltFor({ ...now, kill: null }, agent, nowMs)?.halt;
          const isCovered = inForce !== undefined && (inForce.untilMs === null || (untilMs !== null && inForce.untilMs >= untilMs));
          return isCovered ? null : { kind: 'pause', agent, reason, by, untilMs };
        },
        details,
      ),
  };
}
