import type { Clock } from '../../core/clock.ts';

/** Waits, or ends early where the signal says so. Never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.schedule(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
