import type { Clock } from '../../core/index.ts';

/** The machine's clocks. Timers never keep the process alive. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    schedule(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
