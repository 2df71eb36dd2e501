import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';

/** How long to wait between attempts, ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Wait before the attempt after `failures` failed ones: doubled each time up to the most, and half of it by lot. */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: Random): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(40, Math.max(0, failures - 1)));
  const [high = 0, low = 0] = random.bytes(2);
  return Math.ceil(whole / 2 + (whole / 2) * ((high * 256 + low) / 65_536));
}

/** Resolves after `delayMs`; rejects with the signal's reason once it aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.schedule(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
