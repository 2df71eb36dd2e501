import type { Clock } from '../../src/core/index.ts';

/** A clock that knows how many of its timers are alive, and how many it ever made. */
export const countedClock = (clock: Clock): Clock & { alive(): number; made(): number } => {
  let alive = 0;
  let made = 0;
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    schedule(delayMs, task) {
      alive += 1;
      made += 1;
      let done = false;
      const end = (): void => {
        if (!done) alive -= 1;
        done = true;
      };
      const handle = clock.schedule(delayMs, () => {
        end();
        task();
      });
      return {
        cancel: () => {
          end();
          handle.cancel();
        },
      };
    },
    alive: () => alive,
    made: () => made,
  };
};
