import { systemClock } from '../src/adapters/host/index.ts';
import type { Clock } from '../src/core/index.ts';

/** The machine's clocks, both moved forward by what was skipped: reading them costs what it costs in production. */
export interface SkippingClock extends Clock {
  /** Moves wall and monotonic time forward together. */
  skip(ms: number): void;
}

/** Makes the clock; it starts at the machine's time. */
export function createSkippingClock(): SkippingClock {
  const clock = systemClock();
  let skipped = 0;
  return {
    nowMs: () => clock.nowMs() + skipped,
    monotonicMs: () => clock.monotonicMs() + skipped,
    schedule: (delayMs, task) => clock.schedule(delayMs, task),
    skip(ms) {
      skipped += ms;
    },
  };
}
