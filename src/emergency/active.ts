import { type HaltState, haltFor } from '../core/halt.ts';
import type { TimeMs } from '../core/ids.ts';
import { EVERYTHING } from './latch.ts';

/** One stop in force. */
export interface ActiveEmergency {
  /** `unreadable`: the state could not be read, which counts as a kill. */
  readonly kind: 'kill' | 'pause' | 'unreadable';
  /** Null where it concerns everything. */
  readonly agent: string | null;
  readonly reason: string;
  readonly by: string;
  /** Since when; null where that is not known. */
  readonly atMs: TimeMs | null;
  /** Null: until lifted. */
  readonly untilMs: TimeMs | null;
  /** False where only this process knows of it yet. */
  readonly durable: boolean;
}

/** Everything that is stopped at `nowMs`, the kill first; `latched` are the targets that only this process obeys. */
export function listActive(state: HaltState | undefined, latched: readonly string[], nowMs: TimeMs): readonly ActiveEmergency[] {
  const active: ActiveEmergency[] = [];
  if (state === undefined)
    active.push({
      kind: 'unreadable',
      agent: null,
      reason: 'The emergency state cannot be read.',
      by: 'castellan',
      atMs: null,
      untilMs: null,
      durable: false,
    });
  if (state !== undefined && state.kill !== null) active.push({ kind: 'kill', agent: null, ...state.kill, durable: true });
  for (const agent of Object.keys(state?.paused ?? {})) {
    const stop = state && haltFor({ ...state, kill: null }, agent, nowMs);
    if (stop !== undefined) active.push({ kind: 'pause', agent, ...stop.halt, durable: true });
  }
  for (const target of latched) {
    const kind = target === EVERYTHING ? 'kill' : 'pause';
    active.push({
      kind,
      agent: target === EVERYTHING ? null : target,
      reason: 'The store has not taken it yet.',
      by: 'castellan',
      atMs: null,
      untilMs: null,
      durable: false,
    });
  }
  return active;
}
