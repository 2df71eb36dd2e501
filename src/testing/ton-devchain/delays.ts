import type { Clock } from '../../core/index.ts';

/** Waits that can all be ended at once. */
export interface Delays {
  /** False where the wait was ended before its time. */
  wait(delayMs: number): Promise<boolean>;
  /** No wait lasts longer, and none begins. */
  end(): void;
}

/** Nothing waits at first. */
export function createDelays(clock: Clock): Delays {
  const waiting = new Set<() => void>();
  let ended = false;
  return {
    wait: (delayMs) =>
      new Promise((resolve) => {
        if (ended) {
          resolve(false);
          return;
        }
        const done = (): void => {
          timer.cancel();
          waiting.delete(done);
          resolve(!ended);
        };
        const timer = clock.schedule(delayMs, done);
        waiting.add(done);
      }),
    end() {
      ended = true;
      for (const done of waiting) done();
    },
  };
}
