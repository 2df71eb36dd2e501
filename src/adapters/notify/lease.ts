import type { Clock } from '../../core/clock.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import type { Json, Store } from '../../core/store.ts';

/** The right to deliver, for one process at a time. */
export interface Lease {
  /** True where this process has it for at least `marginMs` from now on; takes or renews it where needed. @throws STORE_UNAVAILABLE */
  hold(): Promise<boolean>;
  /** True while this process has it. */
  held(): boolean;
  /** Gives it back, so that another process need not wait. */
  release(): Promise<void>;
}

/** No lease is given out for longer than this, however its holder is configured. */
const MOST_MS = 3_600_000;

/**
 * Makes a lease over one document. The holder counts on its monotonic clock from before it asked; others take it over
 * when it is over on both clocks, host and store. A process that stood still and wakes up may do one last thing twice.
 */
export function createLease(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: string;
  readonly holder: string;
  readonly leaseMs: number;
  readonly marginMs: number;
}): Lease {
  const { store, clock, key, holder, marginMs } = options;
  const leaseMs = Math.min(options.leaseMs, MOST_MS);
  let untilMonotonicMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<boolean> | undefined;

  const ask = async (): Promise<boolean> => {
    const fromMs = clock.monotonicMs();
    const doc = await readDoc(store, key);
    const hostMs = clock.nowMs();
    const storeMs = await store.now();
    const held = doc?.value as { readonly holder?: Json; readonly untilMs?: Json } | undefined;
    const untilMs = typeof held?.untilMs === 'number' ? held.untilMs : 0;
    // One that reaches further than any that is given out was stamped by a wrong clock.
    const isTaken = untilMs > Math.min(hostMs, storeMs) && untilMs <= Math.max(hostMs, storeMs) + MOST_MS;
    if (isTaken && held?.holder !== holder) return false;
    const value = { holder, untilMs: Math.max(hostMs, storeMs) + leaseMs };
    const result = await applyStep(store, { commands: [{ kind: 'doc.put', key, value, ifVersion: doc?.version ?? 0 }] });
    if (!result.ok) return false;
    untilMonotonicMs = fromMs + leaseMs;
    return clock.monotonicMs() + marginMs <= untilMonotonicMs;
  };
  const held = (): boolean => clock.monotonicMs() < untilMonotonicMs;

  return {
    held,
    hold() {
      if (clock.monotonicMs() + marginMs <= untilMonotonicMs) return Promise.resolve(true);
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    async release() {
      if (!held()) return;
      untilMonotonicMs = Number.NEGATIVE_INFINITY;
      const doc = await readDoc(store, key);
      if ((doc?.value as { readonly holder?: Json } | undefined)?.holder !== holder || doc === undefined) return;
      await applyStep(store, { commands: [{ kind: 'doc.put', key, value: null, ifVersion: doc.version }] });
    },
  };
}
