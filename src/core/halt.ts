import type { TimeMs } from './ids.ts';

/** One stop in force. */
export interface Halt {
  readonly reason: string;
  readonly by: string;
  readonly atMs: TimeMs;
  /** Null: until lifted. */
  readonly untilMs: TimeMs | null;
}

/** The emergency state: one row, one epoch. A permit of an older epoch is void. */
export interface HaltState {
  readonly epoch: number;
  readonly kill: Halt | null;
  /** Paused agents by id. */
  readonly paused: Readonly<Record<string, Halt>>;
}

/** A change of the emergency state; each raises the epoch by one. */
export type HaltChange =
  | { readonly kind: 'kill'; readonly reason: string; readonly by: string }
  | { readonly kind: 'lift'; readonly reason: string; readonly by: string }
  | { readonly kind: 'pause'; readonly agent: string; readonly reason: string; readonly by: string; readonly untilMs: TimeMs | null }
  | { readonly kind: 'resume'; readonly agent: string; readonly reason: string; readonly by: string };

/** The state before any emergency. */
export const NO_HALT: HaltState = { epoch: 0, kill: null, paused: {} };

/** What stops this agent at `nowMs`, the kill first; undefined where nothing does. */
export function haltFor(
  state: HaltState,
  agent: string,
  nowMs: TimeMs,
): { readonly kind: 'kill' | 'pause'; readonly halt: Halt } | undefined {
  if (state.kill !== null) return { kind: 'kill', halt: state.kill };
  const paused = Object.hasOwn(state.paused, agent) ? state.paused[agent] : undefined;
  if (paused === undefined) return undefined;
  return paused.untilMs !== null && paused.untilMs <= nowMs ? undefined : { kind: 'pause', halt: paused };
}

/** The state after `change` at `atMs`. Pure. */
export function applyHalt(state: HaltState, change: HaltChange, atMs: TimeMs): HaltState {
  const epoch = state.epoch + 1;
  if (change.kind === 'kill') return { ...state, epoch, kill: { reason: change.reason, by: change.by, atMs, untilMs: null } };
  if (change.kind === 'lift') return { ...state, epoch, kill: null };
  const { [change.agent]: _gone, ...others } = state.paused;
  if (change.kind === 'resume') return { ...state, epoch, paused: others };
  return {
    ...state,
    epoch,
    paused: { ...others, [change.agent]: { reason: change.reason, by: change.by, atMs, untilMs: change.untilMs } },
  };
}

/** The port through which rooms read and change the emergency state. */
export interface HaltPort {
  /** Fresh state from the store. Rejects where unreadable: the caller treats that as active. */
  read(): Promise<HaltState>;
  /** Stores a stop or lifts one, and raises the epoch. Durable when it resolves. */
  change(change: HaltChange): Promise<HaltState>;
}
