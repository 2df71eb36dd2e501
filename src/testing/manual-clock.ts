import type { Clock, TimeMs } from '../core/index.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both clocks forward and runs what falls due, in order of time. */
  advance(ms: number): void;
  /** The same, letting promise callbacks run before and after each task. */
  advanceAsync(ms: number): Promise<void>;
  /** Sets the wall clock alone, as an operator or a time service would; it may go backwards. */
  setNow(ms: TimeMs): void;
  /** Tasks that are scheduled and have neither run nor been cancelled. */
  pending(): number;
}

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Makes a clock for tests whose wall time starts at `startMs` and whose monotonic time starts at 0.
 *
 * @param startMs - milliseconds since the epoch
 * @example
 * ```ts
 * import { createManualClock } from 'castellan/testing';
 *
 * const clock = createManualClock(1_700_000_000_000);
 * clock.schedule(60_000, () => console.log('a minute later', clock.nowMs())); // a minute later 1700000060000
 * clock.advance(60_000);
 * ```
 */
export function createManualClock(startMs: TimeMs = 1_700_000_000_000): ManualClock {
  let nowMs = startMs;
  let monotonicMs = 0;
  let order = 0;
  const tasks = new Set<Task>();

  const next = (untilMs: number): Task | undefined => {
    let first: Task | undefined;
    for (const task of tasks) {
      if (
        task.dueMs <= untilMs &&
        (first === undefined || task.dueMs < first.dueMs || (task.dueMs === first.dueMs && task.order < first.order))
      )
        first = task;
    }
    return first;
  };
  const moveTo = (ms: number): void => {
    const step = Math.max(0, ms - monotonicMs);
    nowMs += step;
    monotonicMs += step;
  };
  const runNext = (untilMs: number): boolean => {
    const task = next(untilMs);
    if (task === undefined) return false;
    moveTo(task.dueMs);
    tasks.delete(task);
    task.run();
    return true;
  };

  return {
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    schedule(delayMs, run) {
      const task: Task = { dueMs: monotonicMs + Math.max(0, delayMs), order: order++, run };
      tasks.add(task);
      return { cancel: () => void tasks.delete(task) };
    },
    advance(ms) {
      const untilMs = monotonicMs + ms;
      while (runNext(untilMs));
      moveTo(untilMs);
    },
    async advanceAsync(ms) {
      const untilMs = monotonicMs + ms;
      do await settled();
      while (runNext(untilMs));
      moveTo(untilMs);
      await settled();
    },
    setNow(ms) {
      nowMs = ms;
    },
    pending: () => tasks.size,
  };
}

/** Lets chains of promise callbacks run: each turn of the event loop drains all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
