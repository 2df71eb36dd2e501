import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Clock } from '../clock.ts';
import { CastellanError } from '../errors.ts';

/** Failures in a row after which an endpoint rests: two calls with both their tries, and one more. */
export const FAILURES_TO_REST = 5;
/** First rest, ms: shorter than a block of most chains, so that one hiccup costs at most one. Each further one is twice as long. */
export const FIRST_REST_MS = 500;
/** Longest rest, ms: an endpoint that came back is found within half a minute. */
export const LONGEST_REST_MS = 30_000;

/** Keeps an endpoint that fails again and again from being asked for a while. */
export interface Circuit {
  /** Whether nothing would be asked now. */
  isResting(): boolean;
  /**
   * Asks, unless the endpoint rests. After a rest one call goes ahead, and whoever comes meanwhile waits for its end.
   * @throws CHAIN_UNAVAILABLE with `details.reason` `endpoint_resting`; whatever `run` throws
   */
  run<T>(run: () => Promise<T>): Promise<T>;
}

function resting(endpoint: number): CastellanError {
  return new CastellanError('CHAIN_UNAVAILABLE', {
    message: 'The endpoint failed too often and is not asked for a while.',
    details: { reason: 'endpoint_resting', endpoint },
    retryable: true,
  });
}

/**
 * Makes the circuit of one endpoint. Counting, opening and the single trial are cockatiel's. How long a rest lasts is measured by
 * our own clock: with a wait below any difference of times, cockatiel's reading of the host's clock decides nothing.
 *
 * @param isOutage - which errors count as failures; all others are answers
 */
export function createCircuit(endpoint: number, clock: Clock, isOutage: (error: unknown) => boolean): Circuit {
  const policy = circuitBreaker(handleWhen(isOutage), {
    breaker: new ConsecutiveBreaker(FAILURES_TO_REST),
    halfOpenAfter: Number.NEGATIVE_INFINITY,
  });
  let restMs = FIRST_REST_MS;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  let trial: Promise<void> | null = null;
  policy.onBreak(() => {
    restUntilMs = clock.monotonicMs() + restMs;
    restMs = Math.min(restMs * 2, LONGEST_REST_MS);
  });
  policy.onReset(() => {
    restMs = FIRST_REST_MS;
  });
  const isResting = (): boolean => policy.state === CircuitState.Open && clock.monotonicMs() < restUntilMs;

  return {
    isResting,
    async run(run) {
      while (trial !== null) await trial;
      if (isResting()) throw resting(endpoint);
      const isTrial = policy.state === CircuitState.Open;
      const work = policy.execute(run);
      if (isTrial) {
        const over = (): void => {
          trial = null;
        };
        trial = work.then(over, over);
      }
      return work;
    },
  };
}
