import type { Deadlines } from '../deadline.ts';
import { CastellanError } from '../errors.ts';

/** What ends a question to an endpoint, besides its answer. */
export interface Bounds {
  readonly timeoutMs: number;
  readonly deadlines: Deadlines;
  /** Ends everything under way. */
  readonly closed: AbortSignal;
}

/** One question, as errors name it: by number, for URLs may hold credentials. */
export interface Asked {
  readonly endpoint: number;
  readonly method: string;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
}

function stopped({ endpoint, method }: Asked, closed: boolean): CastellanError {
  if (closed) return new CastellanError('SHUTTING_DOWN', { message: 'The chain client is closed.', details: { endpoint, method } });
  return new CastellanError('TIMEOUT', {
    message: 'The call was given up.',
    details: { endpoint, method, aborted: true },
    retryable: true,
  });
}

/**
 * Runs one exchange with an endpoint until it answers, time is up, the caller gives up or the client closes; in each case but
 * the first its signal aborts.
 *
 * @param toError - tells a failure of the exchange in our words
 * @throws what `toError` makes of a failure, of lateness and of giving up (TIMEOUT, with `details.aborted` for the latter);
 * SHUTTING_DOWN
 */
export async function boundedAsk<T>(
  bounds: Bounds,
  asked: Asked,
  exchange: (signal: AbortSignal) => Promise<T>,
  toError: (error: unknown) => CastellanError,
): Promise<T> {
  const { closed, deadlines, timeoutMs } = bounds;
  const { signal } = asked;
  if (signal?.aborted || closed.aborted) throw stopped(asked, closed.aborted);
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const sources = signal === undefined ? [closed] : [closed, signal];
  for (const source of sources) source.addEventListener('abort', stop, { once: true });
  try {
    return await deadlines.within(timeoutMs, (late) => {
      late.addEventListener('abort', stop, { once: true });
      const given = new Promise<never>((_, reject) => {
        abort.signal.addEventListener('abort', () => reject(stopped(asked, closed.aborted)), { once: true });
      });
      return Promise.race([exchange(abort.signal), given]);
    });
  } catch (error) {
    if (closed.aborted) throw stopped(asked, true);
    throw toError(error);
  } finally {
    for (const source of sources) source.removeEventListener('abort', stop);
  }
}
