import { type Clock, isCastellanError, type Store, type TimeMs } from '../../core/index.ts';
import { scanKeyRecords } from './key-list.ts';
import { toKeyInfo } from './key-record.ts';
import type { KeyRotation, RotationResult } from './key-rotation.ts';

/** A key whose interval is over. */
export interface DueRotation {
  readonly keyId: string;
  readonly dueAtMs: TimeMs;
  /** True where the background work replaces it; else somebody has to. */
  readonly autoRotate: boolean;
}

/** What one run of the background work came to. */
export interface RotationRun {
  readonly rotated: readonly RotationResult[];
  /** Keys that could not be replaced, and the code of the error; they are tried again in the next run. */
  readonly failed: readonly { readonly keyId: string; readonly code: string }[];
  /** Due keys that were left for the next run. */
  readonly left: number;
}

/** Keys replaced in one run: making a shared one keeps the process busy for some 0.2 s. */
const MAX_A_RUN = 16;

/** Keys that are due at a time and neither revoked nor replaced, the longest due first. */
export async function dueRotations(store: Store, nowMs: TimeMs): Promise<readonly DueRotation[]> {
  const due: DueRotation[] = [];
  for await (const record of scanKeyRecords(store)) {
    const { id: keyId, rotationDueAtMs: dueAtMs, autoRotate } = toKeyInfo(record);
    if (dueAtMs !== null && dueAtMs <= nowMs) due.push(Object.freeze({ keyId, dueAtMs, autoRotate }));
  }
  return due.sort((a, b) => a.dueAtMs - b.dueAtMs);
}

/**
 * Replaces keys that rotate by themselves and are due by host and store alike: a new key, a plan, and an event each. It
 * moves no money and revokes nothing. One key that fails keeps no other from its turn.
 */
export async function runRotations(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly rotation: KeyRotation;
}): Promise<RotationRun> {
  const { store, clock, rotation } = options;
  const nowMs = Math.min(clock.nowMs(), await store.now());
  const due = (await dueRotations(store, nowMs)).filter(({ autoRotate }) => autoRotate);
  const rotated: RotationResult[] = [];
  const failed: { readonly keyId: string; readonly code: string }[] = [];
  for (const { keyId } of due) {
    if (rotated.length === MAX_A_RUN) break;
    try {
      rotated.push(await rotation.rotate(keyId, {}, 'scheduled'));
    } catch (error) {
      failed.push({ keyId, code: isCastellanError(error) ? error.code : 'INTERNAL' });
    }
  }
  return Object.freeze({ rotated, failed, left: due.length - rotated.length - failed.length });
}
