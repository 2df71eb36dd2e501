import type { Clock } from '../../../core/index.ts';

/** A clock that a schedule moves: both times together, or the wall clock alone, as a wrong time service would. */
export interface StressClock extends Clock {
  pass(ms: number): void;
  jump(ms: number): void;
}

/** Creates the clock. What is scheduled on it runs when time is passed. */
export function createStressClock(startMs: number): StressClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  const tasks = new Set<{ readonly dueMs: number; readonly task: () => void }>();
  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    schedule(delayMs, task) {
      const entry = { dueMs: monotonicMs + delayMs, task };
      tasks.add(entry);
      return { cancel: () => void tasks.delete(entry) };
    },
    pass(ms) {
      wallMs += ms;
      monotonicMs += ms;
      for (const entry of [...tasks]) if (entry.dueMs <= monotonicMs && tasks.delete(entry)) entry.task();
    },
    jump(ms) {
      wallMs += ms;
    },
  };
}
