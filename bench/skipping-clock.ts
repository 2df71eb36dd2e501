import { systemClock } from '../src/adapters/host/index.ts';
import type { Clock } from '../src/core/index.ts';

/** The machine's clocks, both moved forward by what was skipped: reading them costs what it costs in production. */
export interface SkippingClock extends Clock {
  /** Moves wall and monotonic time forward together. */
  skip(ms: number): void;
  /** Timers that have neither run nor been cancelled. */
  pending(): number;
}

/** Makes the clock; it starts at the machine's time. */
export function createSkippingClock(): SkippingClock {
  const clock = systemClock();
  let skipped = 0;
  let pending = 0;
  return {
    nowMs: () => clock.nowMs() + skipped,
    monotonicMs: () => clock.monotonicMs() + skipped,
    schedule(delayMs, task) {
      let open = true;
      const end = (): void => {
        if (open) pending -= 1;
        open = false;
      };
      pending += 1;
      const timer = clock.schedule(delayMs, () => {
        end();
        task();
      });
      return {
        cancel() {
          end();
          timer.cancel();
        },
      };
    },
    skip(ms) {
      skipped += ms;
    },
    pending: () => pending,
  };
}
