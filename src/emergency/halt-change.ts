import type { Clock } from '../core/clock.ts';
import { applyStep } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { EventDetails, SecurityEvent } from '../core/event.ts';
import { applyHalt, type HaltChange, type HaltState } from '../core/halt.ts';
import { newId } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import type { Command, Store } from '../core/store.ts';

/** What changing the emergency state needs. */
export interface HaltChangerOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The command that logs an event. */
  readonly command: (event: SecurityEvent) => Command;
  /** Called with each change once it is durable. */
  readonly publish: (event: SecurityEvent) => void;
  readonly read: () => Promise<HaltState>;
}

/** Says what to change in the state that it is shown; null where nothing is left to change. May throw to give up. */
export type HaltPlan = (state: HaltState, nowMs: number) => HaltChange | null;

/** Other processes may change the state first: each round that we lose, one of them has won. */
const MAX_ATTEMPTS = 64;
const SEVERITY: Readonly<Record<HaltChange['kind'], SecurityEvent['severity']>> = {
  kill: 'critical',
  pause: 'warning',
  lift: 'warning',
  resume: 'info',
};

/**
 * Changes the emergency state and logs it in one step, all or nothing. The change is planned on the very state that it
 * replaces; where another came first it is planned anew. Each raises the epoch by one.
 *
 * @throws STORE_UNAVAILABLE, STORE_CORRUPT: then nothing has changed
 */
export async function changeHalt(options: HaltChangerOptions, plan: HaltPlan, details: EventDetails): Promise<HaltState> {
  const { store, tenant, clock, random } = options;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const state = await options.read();
    const nowMs = await store.now();
    const change = plan(state, nowMs);
    if (change === null) return state;
    const agent = change.kind === 'pause' || change.kind === 'resume' ? change.agent : null;
    const event: SecurityEvent = {
      v: 1,
      id: newId(random, clock.nowMs()),
      tenant,
      at: clock.nowMs(),
      agent,
      severity: SEVERITY[change.kind],
      type: 'emergency_changed',
      change,
      epoch: state.epoch + 1,
      details,
    };
    const result = await applyStep(store, { commands: [{ kind: 'halt.set', change, ifEpoch: state.epoch }, options.command(event)] });
    if (result.ok) {
      options.publish(event);
      return applyHalt(state, change, result.atMs);
    }
    if (result.reason.code !== 'epoch_changed') {
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: 'The store refused an emergency change.',
        details: { reason: result.reason.code },
        retryable: true,
      });
    }
  }
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other processes kept changing the emergency state.', retryable: true });
}
