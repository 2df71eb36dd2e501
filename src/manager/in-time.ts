import type { Clock } from '../core/clock.ts';

/** Longest wait that a timer can hold, ms. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** Waits for work at most so long; it goes on by itself afterwards. Rejects where the work does. */
export async function inTime(clock: Clock, work: PromiseLike<unknown>, timeoutMs: number): Promise<void> {
  let handle: { cancel(): void } | undefined;
  const late = new Promise<void>((resolve) => {
    handle = clock.schedule(timeoutMs >= 0 ? Math.min(timeoutMs, MAX_WAIT_MS) : 0, resolve);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    handle?.cancel();
  }
}
