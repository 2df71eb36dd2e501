import type { Clock } from './clock.ts';
import { CastellanError } from './errors.ts';
import { createTimerWheel, type DeadlineHandle } from './timer-wheel.ts';

/** Bounds waiting. All deadlines of a process share one wheel and, while any is armed, one timer. */
export interface Deadlines {
  /**
   * Runs `run` and gives its answer, or rejects with TIMEOUT once `ms` have passed; a later answer or error is ignored.
   * An answer that is no promise comes back without any timer. A `run` that declares a parameter gets a signal that
   * aborts on the timeout; one that declares none is called without.
   */
  within<T>(ms: number, run: (signal: AbortSignal) => PromiseLike<T> | T): Promise<T>;
  /** The same for work that has begun already. */
  race<T>(ms: number, work: PromiseLike<T>): Promise<T>;
  /**
   * Calls `onExpire` once after at least `ms`, unless cancelled first. O(1), no timer of its own.
   * @throws SHUTTING_DOWN after close
   */
  arm(ms: number, onExpire: () => void): DeadlineHandle;
  /** Deadlines armed now. */
  pending(): number;
  /** Expires everything that is armed and stops the timer. */
  close(): void;
}

/** Makes the deadlines over a clock. Expiry is never early, and late by at most one tick (5 ms) and the clock's own lateness. */
export function createDeadlines(clock: Clock): Deadlines {
  const wheel = createTimerWheel(clock);

  const bound = <T>(ms: number, work: PromiseLike<T>, abort: AbortController | undefined): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const handle = wheel.arm(ms, () => {
        const error = timedOut(ms);
        reject(error);
        abort?.abort(error);
      });
      // `resolve` follows whatever a foreign `then` hands on, so that the deadline stands until a plain value is there.
      Promise.resolve(work).then(
        (value) => {
          handle.cancel();
          resolve(value);
        },
        (error: unknown) => {
          handle.cancel();
          reject(error);
        },
      );
    });

  return {
    within<T>(ms: number, run: (signal: AbortSignal) => PromiseLike<T> | T): Promise<T> {
      try {
        if (wheel.closed()) throw new CastellanError('SHUTTING_DOWN', { message: 'Deadlines are closed: nothing new is begun.' });
        const abort = run.length > 0 ? new AbortController() : undefined;
        const answer = abort === undefined ? (run as () => PromiseLike<T> | T)() : run(abort.signal);
        return isPromiseLike(answer) ? bound(ms, answer, abort) : Promise.resolve(answer);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    race: (ms, work) => bound(ms, work, undefined),
    arm: (ms, onExpire) => wheel.arm(ms, onExpire),
    pending: () => wheel.pending(),
    close: () => wheel.close(),
  };
}

function isPromiseLike<T>(value: PromiseLike<T> | T): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function timedOut(timeoutMs: number): CastellanError {
  return new CastellanError('TIMEOUT', { message: 'No answer came in time.', details: { timeoutMs }, retryable: true });
}
