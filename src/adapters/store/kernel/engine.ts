import type { Clock } from '../../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../../core/errors.ts';
import type { Random } from '../../../core/random.ts';
import type { Step, StepResult } from '../../../core/store.ts';
import { answer, type Call, createStepQueue, MAX_GROUP_STEPS, stepsOf } from './step-queue.ts';
import type { Turns } from './turns.ts';

/** Answer of an attempt that met another process's lock: nothing was done. */
export const BUSY: unique symbol = Symbol('busy');

/** Most groups that one process commits in a row before it leaves the lock to others. */
const TENURE_GROUPS = 16;
/** How long it leaves it: others look about once a millisecond. In turns too, so that a clock that stands still ends it. */
const REST_MS = 2;
const REST_TURNS = 200;
const MIN_BACKOFF_MS = 1;
const MAX_BACKOFF_MS = 8;

/** What the engine needs. */
export interface EngineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: Turns;
  /** How long to try for the lock in all, ms. */
  readonly lockDeadlineMs: number;
  /** Commits all steps in one transaction, or says BUSY. A throw means that nothing was committed. */
  commit(steps: readonly Step[]): readonly StepResult[] | typeof BUSY;
  /** True where another process wrote lately, so that the lock is worth leaving alone between groups. */
  contended(): boolean;
}

/** The one coalescing writer of this process. */
export interface Engine {
  apply(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Repeats a synchronous attempt while it is BUSY, with jittered growing pauses. @throws STORE_UNAVAILABLE */
  retry<T>(attempt: () => T | typeof BUSY): Promise<T>;
  /** Waits for what is queued; whatever comes later is refused. */
  close(): Promise<void>;
}

/** Makes the writer. Calls of one turn of the event loop, and all that come while a commit waits, share a commit. */
export function createEngine(options: EngineOptions): Engine {
  const { clock, random, turns } = options;
  const queue = createStepQueue();
  let closed = false;
  let pumping: Promise<void> | undefined;

  const turn = (): Promise<void> => new Promise((resolve) => turns.next(resolve));
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.schedule(ms, resolve));

  const retry = async <T>(attempt: () => T | typeof BUSY): Promise<T> => {
    const first = attempt();
    if (first !== BUSY) return first;
    const untilMs = clock.monotonicMs() + options.lockDeadlineMs;
    turns.hold();
    try {
      for (let backoffMs = MIN_BACKOFF_MS; clock.monotonicMs() < untilMs; backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 1.5)) {
        await sleep(backoffMs * (0.5 + (random.bytes(1)[0] ?? 0) / 256));
        const again = attempt();
        if (again !== BUSY) return again;
      }
    } finally {
      turns.release();
    }
    throw new CastellanError('STORE_UNAVAILABLE', {
      message: "Another process holds the store's lock.",
      details: { lockDeadlineMs: options.lockDeadlineMs },
      retryable: true,
    });
  };

  const commitBatch = async (batch: readonly Call[]): Promise<void> => {
    try {
      const steps = stepsOf(batch);
      answer(batch, await retry(() => options.commit(steps)));
    } catch (error) {
      const unavailable = isCastellanError(error) && error.code === 'STORE_UNAVAILABLE';
      if (batch.length === 1 || unavailable) for (const call of batch) call.reject(error);
      // One call may have broken the whole group: each alone, so that only that one fails.
      else for (const call of batch) await commitBatch([call]);
    }
  };

  const rest = async (): Promise<void> => {
    const untilMs = clock.monotonicMs() + REST_MS;
    for (let n = 0; n < REST_TURNS && clock.monotonicMs() < untilMs; n++) await turn();
  };

  const pump = async (): Promise<void> => {
    await turn();
    for (let groups = 1; queue.calls() > 0; groups++) {
      await commitBatch(queue.take(MAX_GROUP_STEPS));
      await turn();
      // Only a backlog keeps others out: where it is worked off, the callers' own work leaves gaps between commits.
      const backlog = queue.steps() >= MAX_GROUP_STEPS && groups % TENURE_GROUPS === 0;
      if (queue.calls() > 0 && (backlog || options.contended())) await rest();
    }
    pumping = undefined;
  };

  return {
    retry,
    apply(steps) {
      if (closed) return Promise.reject(new CastellanError('STORE_CLOSED', { message: 'The store is closed.' }));
      if (steps.length === 0) return Promise.resolve([]);
      return new Promise((resolve, reject) => {
        queue.push({ steps, resolve, reject });
        pumping ??= pump();
      });
    },
    async close() {
      closed = true;
      while (pumping !== undefined) await pumping;
    },
  };
}
