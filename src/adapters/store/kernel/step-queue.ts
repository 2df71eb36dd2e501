import { CastellanError } from '../../../core/errors.ts';
import type { Step, StepResult } from '../../../core/store.ts';

/** Most steps that wait at once: some seconds of work. Beyond, the caller is told that the store cannot keep up. */
export const MAX_QUEUED_STEPS = 100_000;
/** Most steps that share one commit: bounds how long one commit blocks and how much memory it holds. */
export const MAX_GROUP_STEPS = 512;

/** One call of `apply` that waits for its answer. */
export interface Call {
  readonly steps: readonly Step[];
  readonly resolve: (results: readonly StepResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls in the order in which they came. */
export interface StepQueue {
  /** How many steps wait. */
  steps(): number;
  /** How many calls wait. */
  calls(): number;
  /** Takes a call in. @throws STORE_UNAVAILABLE where too many steps wait; the call is not taken then. */
  push(call: Call): void;
  /** The next calls that together have at most `most` steps, and at least one call. */
  take(most: number): readonly Call[];
}

/** An empty queue. */
export function createStepQueue(): StepQueue {
  let queue: Call[] = [];
  let queued = 0;
  return {
    steps: () => queued,
    calls: () => queue.length,
    push(call) {
      if (queued + call.steps.length > MAX_QUEUED_STEPS) {
        throw new CastellanError('STORE_UNAVAILABLE', {
          message: 'Too many steps wait for the store.',
          details: { queued },
          retryable: true,
        });
      }
      queued += call.steps.length;
      queue.push(call);
    },
    take(most) {
      let steps = 0;
      let calls = 0;
      for (const call of queue) {
        if (calls > 0 && steps + call.steps.length > most) break;
        steps += call.steps.length;
        calls++;
      }
      const batch = calls === queue.length ? queue : queue.slice(0, calls);
      queue = calls === queue.length ? [] : queue.slice(calls);
      queued -= steps;
      return batch;
    },
  };
}

/** All steps of some calls, in order. */
export function stepsOf(batch: readonly Call[]): readonly Step[] {
  const [only] = batch;
  return batch.length === 1 && only !== undefined ? only.steps : batch.flatMap((call) => call.steps);
}

/** Gives each call its share of the results of {@link stepsOf}. */
export function answer(batch: readonly Call[], results: readonly StepResult[]): void {
  let from = 0;
  for (const call of batch) {
    call.resolve(batch.length === 1 ? results : results.slice(from, from + call.steps.length));
    from += call.steps.length;
  }
}
