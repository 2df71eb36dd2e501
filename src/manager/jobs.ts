import type { Clock } from '../core/clock.ts';

/** When a background job last ran, and how that went. */
export interface JobHealth {
  readonly lastRunAtMs: number | null;
  readonly lastError: string | null;
  readonly runs: number;
}

/** One piece of background work, repeated with a pause in between and never twice at once. */
export interface Job {
  start(): void;
  /** Runs once now, waiting for a run under way first. */
  run(): Promise<void>;
  /** Ends it and waits for a run under way. */
  stop(): Promise<void>;
  health(): JobHealth;
}

/** Creates a job. What a run throws stands in its health; the next run comes all the same. */
export function createJob(clock: Clock, everyMs: number, work: (signal: AbortSignal) => Promise<void>): Job {
  const ended = new AbortController();
  let current: Promise<void> | undefined;
  let handle: { cancel(): void } | undefined;
  let health: JobHealth = { lastRunAtMs: null, lastError: null, runs: 0 };
  const once = async (): Promise<void> => {
    let lastError: string | null = null;
    try {
      await work(ended.signal);
    } catch (error) {
      lastError = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    }
    health = { lastRunAtMs: clock.nowMs(), lastError, runs: health.runs + 1 };
  };
  const run = (): Promise<void> => {
    current ??= once().finally(() => {
      current = undefined;
    });
    return current;
  };
  const loop = (): void => {
    if (ended.signal.aborted) return;
    handle = clock.schedule(everyMs, () => void run().then(loop));
  };
  return {
    start: () => {
      if (handle === undefined) loop();
    },
    run,
    async stop() {
      ended.abort();
      handle?.cancel();
      await current;
    },
    health: () => health,
  };
}
