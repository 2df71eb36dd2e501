import { CastellanError } from '../core/errors.ts';
import { type Halt, type HaltState, NO_HALT } from '../core/halt.ts';
import { type Json, type Store, storeKey } from '../core/store.ts';

/** Reads the emergency state afresh. @throws STORE_CORRUPT where it is not one; STORE_UNAVAILABLE */
export async function readHaltState(store: Store): Promise<HaltState> {
  const rows = await store.get([storeKey.halt()]);
  if (!Array.isArray(rows) || rows.length !== 1) throw corrupt();
  return toHaltState(rows[0] as Json | undefined);
}

/** A stored row as the emergency state; no row is the state before any emergency. @throws STORE_CORRUPT */
export function toHaltState(row: Json | undefined): HaltState {
  if (row === undefined) return NO_HALT;
  const state = row as Partial<Record<keyof HaltState, unknown>> | null;
  if (typeof state !== 'object' || state === null || !Number.isSafeInteger(state.epoch) || (state.epoch as number) < 0) throw corrupt();
  if (state.kill !== null && !isHalt(state.kill)) throw corrupt();
  if (
    typeof state.paused !== 'object' ||
    state.paused === null ||
    Array.isArray(state.paused) ||
    !Object.values(state.paused).every(isHalt)
  )
    throw corrupt();
  return state as HaltState;
}

/** The same stop, and not one of the same kind that came later. */
export function isSameHalt(a: Halt, b: Halt): boolean {
  return a.atMs === b.atMs && a.by === b.by && a.reason === b.reason && a.untilMs === b.untilMs;
}

function isHalt(value: unknown): value is Halt {
  if (typeof value !== 'object' || value === null) return false;
  const halt = value as Partial<Record<keyof Halt, unknown>>;
  return (
    typeof halt.reason === 'string' &&
    typeof halt.by === 'string' &&
    Number.isFinite(halt.atMs) &&
    (halt.untilMs === null || Number.isFinite(halt.untilMs))
  );
}

function corrupt(): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'The stored emergency state is not one.' });
}
