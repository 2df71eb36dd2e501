import type { Clock } from '../../../core/clock.ts';
import type { TimeMs } from '../../../core/ids.ts';
import type { Moment } from './rows.ts';

/** Furthest that host and store may be apart, ms. */
export const MAX_SKEW_MS = 2_000;

/** Row key of {@link TimeRow}. */
export const TIME_KEY = 'time';

/** The store's memory of time, written with every commit. */
export interface TimeRow {
  /** Latest time that a commit was stamped with. */
  readonly highMs: TimeMs;
  /** Latest time that was used to open anything. */
  readonly openMs: TimeMs;
}

/** Reads the two times of the contract from one host clock and what the store remembers. */
export interface StoreTime {
  read(row: TimeRow | undefined): Moment;
}

/**
 * Store time never falls. What lateness closes uses the later of host and store, what lateness opens the earlier of host
 * and (first trusted reading + monotonic time since), so a host clock that jumps neither keeps a permit alive nor frees
 * room. Fails closed when the host is over 2 s behind the store, or over 2 s (and 0.1 % for drift) off its own monotonic
 * clock: such a moment is `skewed` until the host clock is right again or the process is started anew.
 */
export function createStoreTime(clock: Clock): StoreTime {
  let anchor: { readonly hostMs: number; readonly monotonicMs: number } | undefined;
  let floorMs = 0;
  let openFloorMs = 0;
  return {
    read(row) {
      const hostMs = Math.floor(clock.nowMs());
      const monotonicMs = clock.monotonicMs();
      const highMs = Math.max(row?.highMs ?? 0, floorMs);
      openFloorMs = Math.max(openFloorMs, row?.openMs ?? 0);
      if (!Number.isSafeInteger(hostMs) || hostMs < highMs - MAX_SKEW_MS) return { closeAtMs: highMs, openAtMs: openFloorMs, skewed: true };
      anchor ??= { hostMs, monotonicMs };
      const elapsedMs = Math.max(0, monotonicMs - anchor.monotonicMs);
      const expectedMs = Math.floor(anchor.hostMs + elapsedMs);
      const slackMs = MAX_SKEW_MS + elapsedMs / 1_000;
      openFloorMs = Math.max(openFloorMs, Math.min(hostMs, expectedMs));
      if (Math.abs(hostMs - expectedMs) > slackMs) return { closeAtMs: Math.max(highMs, expectedMs), openAtMs: openFloorMs, skewed: true };
      floorMs = Math.max(highMs, hostMs);
      return { closeAtMs: floorMs, openAtMs: openFloorMs, skewed: false };
    },
  };
}
