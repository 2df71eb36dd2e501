import type { Clock } from '../../core/index.ts';

/** Longest interval that a timer can have, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clocks. Timers never keep the process alive, a hold does. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    schedule(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
    hold() {
      const timer = setInterval(() => undefined, LONGEST_MS);
      return () => clearInterval(timer);
    },
  };
}
