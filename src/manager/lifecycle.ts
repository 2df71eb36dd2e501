import type { Claims } from '../authz/index.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import type { Monitor } from '../emergency/index.ts';
import type { AgentWork } from './agent-work.ts';
import type { House } from './boot.ts';
import type { CustodyWork } from './custody/custody-work.ts';
import type { readExposure } from './exposure/read-exposure.ts';
import { inTime } from './in-time.ts';
import type { Job } from './jobs.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import type { Policies } from './policies/policy-manager.ts';
import type { RiskLearning } from './risk/learning/learning-face.ts';
import type { RiskEngine } from './risk/risk-engine.ts';

/** What shutting down came to. */
export interface ShutdownReport {
  readonly completed: number;
  /** Still under way when the time was up; each is safe to continue from the store. */
  readonly abandoned: number;
}

/** An open house, and what runs in it. */
export interface Running {
  readonly house: House;
  readonly parts: ExecuteParts;
  readonly policies: Policies;
  readonly risk: RiskEngine;
  readonly learning: RiskLearning;
  readonly monitor: Monitor;
  /** Background work by name; `reconcile` is done once before a start is over. */
  readonly jobs: { readonly reconcile: Job; readonly rotateKeys: Job; readonly monitor: Job; readonly market?: Job };
  /** What doors do inside; handed over here because it is loaded with the house. */
  readonly work: {
    readonly agent: AgentWork;
    readonly custody: CustodyWork;
    readonly exposure: typeof readExposure;
    readonly claims: Claims;
  };
}

/** Opens, admits work, and closes again. */
export interface Lifecycle {
  /** Runs work in the open house, opening it first. @throws SHUTTING_DOWN once shutting down has begun */
  admit<T>(work: (running: Running) => Promise<T> | T): Promise<T>;
  /** The same for what stops or only looks: taken while work is being drained, too. */
  admitAlways<T>(work: (running: Running) => Promise<T> | T): Promise<T>;
  /** The open house; undefined before and after. */
  opened(): Running | undefined;
  /** Opens, and runs the background work. A start that failed can be tried again. */
  start(): Promise<void>;
  started(): boolean;
  inFlight(): number;
  /** Ends everything, once; later calls get the same report. */
  shutdown(timeoutMs: number): Promise<ShutdownReport>;
}

const shuttingDown = (): CastellanError =>
  new CastellanError('SHUTTING_DOWN', { message: 'The manager is shutting down and takes no new work', retryable: true });

/** Creates the lifecycle. `open` opens a house and, where that fails, leaves nothing open; `close` never rejects. */
export function createLifecycle({
  clock,
  open,
  close,
}: {
  readonly clock: Clock;
  readonly open: () => Promise<Running>;
  readonly close: (running: Running | undefined) => Promise<void>;
}): Lifecycle {
  const underWay = new Set<Promise<unknown>>();
  let opening: Promise<Running> | undefined;
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  let ending: Promise<ShutdownReport> | undefined;
  let closed = false;
  let started = false;
  let holds = 0;
  let release: (() => void) | undefined;

  /** A process does not end between two looks at the chain: what is asked for keeps it alive, background work does not. */
  const held = async <T>(work: () => Promise<T>): Promise<T> => {
    if (holds === 0) release = clock.hold?.();
    holds += 1;
    try {
      return await work();
    } finally {
      holds -= 1;
      if (holds === 0) release?.();
    }
  };
  const boot = (): Promise<Running> => {
    opening ??= open().then(
      (opened) => {
        if (!closed) running = opened;
        return opened;
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  };
  const begin = async <T>(work: (running: Running) => Promise<T> | T): Promise<T> => {
    const task = boot().then((opened) => {
      if (closed) throw shuttingDown();
      return work(opened);
    });
    const settled = task.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    try {
      return await held(() => task);
    } finally {
      underWay.delete(settled);
    }
  };
  const admit: Lifecycle['admit'] = async (work) => {
    if (ending !== undefined) throw shuttingDown();
    return begin(work);
  };
  const end = async (timeoutMs: number): Promise<ShutdownReport> => {
    const work = [...underWay];
    await inTime(clock, Promise.all(work), timeoutMs);
    const abandoned = work.filter((task) => underWay.has(task)).length;
    closed = true;
    const last = running;
    running = undefined;
    started = false;
    // A house that is still being opened is closed once it is open, by whoever waits for that.
    if (last === undefined) void opening?.then(close).catch(() => undefined);
    await close(last);
    return { completed: work.length - abandoned, abandoned };
  };

  return {
    admit,
    admitAlways: async (work) => {
      if (closed) throw shuttingDown();
      return begin(work);
    },
    opened: () => running,
    start: () => {
      starting ??= admit(async ({ jobs }) => {
        // What decisions are judged by is there with the first of them.
        await Promise.all([jobs.reconcile.run(), jobs.market?.run()]);
        if (ending !== undefined) return;
        for (const job of Object.values(jobs)) job.start();
        started = true;
      }).catch((error: unknown) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },
    started: () => started,
    inFlight: () => underWay.size,
    shutdown: (timeoutMs) => {
      ending ??= held(() => end(timeoutMs));
      return ending;
    },
  };
}
