import type { Clock } from '../../core/clock.ts';
import type { Deadlines } from '../../core/deadline.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Notifier } from '../../core/notifier.ts';
import type { Random } from '../../core/random.ts';
import { type Store, storeKey } from '../../core/store.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import { cutOff } from './cut-off.ts';
import type { Lease } from './lease.ts';
import { type OutboxKeys, type OutboxRecord, readRows } from './outbox-record.ts';
import type { Settler } from './settle.ts';

/** How one notifier is doing, as this process sees it. */
export interface NotifierHealth {
  readonly id: string;
  /** Failures in a row; 0 after a success. */
  readonly failures: number;
  readonly lastDeliveredAtMs: TimeMs | null;
  /** Code and reason of the last failure; null after a success. */
  readonly lastError: string | null;
}

/** What a lane needs. */
export interface LaneOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: OutboxKeys;
  readonly lease: Lease;
  readonly deadlines: Deadlines;
  readonly settle: Settler;
  /** Aborts what is under way; what is cut off counts as not tried. */
  readonly ended: AbortSignal;
  readonly notifyTimeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  /** A lane that fails rests, so that a dead endpoint is tried and not hammered. */
  readonly rest: Backoff;
  readonly onDelivered: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Delivers what is stored, to one notifier. Lanes know nothing of each other: a slow one holds up nobody else. */
export interface Lane {
  /** Delivers everything that is due; a call while that goes on has it look once more. Never rejects. */
  run(): Promise<void>;
  health(): NotifierHealth;
}

/** Records read at once. */
const PAGE = 50;
/** Notices under way at once while all goes well; after a failure one by one. */
const PARALLEL = 4;
/** Deliveries remembered that could not be written down: they are not made again. */
const MAX_REMEMBERED = 10_000;

/** Makes the lane of a notifier. */
export function createLane(notifier: Notifier, options: LaneOptions): Lane {
  const { store, clock, random, lease, deadlines, settle, ended, maxAttempts } = options;
  const prefix = storeKey.doc(options.keys.notice(''));
  const delivered = new Set<string>();
  let running: Promise<void> | undefined;
  let again = false;
  let failures = 0;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  let lastDeliveredAtMs: TimeMs | null = null;
  let lastError: string | null = null;

  const mayGoOn = (): boolean => !ended.aborted && clock.monotonicMs() >= restUntilMs;
  const isDue = ({ deliveries }: OutboxRecord): boolean => {
    const delivery = Object.hasOwn(deliveries, notifier.id) ? deliveries[notifier.id] : undefined;
    // One that lies further ahead than any pause was stamped by a clock that has been set back since.
    const aheadMs = (delivery?.nextMs ?? 0) - clock.nowMs();
    return delivery?.state === 'pending' && (aheadMs <= 0 || aheadMs > options.backoff.mostMs);
  };
  const failed = async (id: string, error: unknown): Promise<void> => {
    failures += 1;
    lastError = errorName(error);
    restUntilMs = clock.monotonicMs() + backoffMs(options.rest, failures, random);
    await settle(id, notifier.id, (delivery) => {
      const attempts = delivery.attempts + 1;
      const nextMs = clock.nowMs() + backoffMs(options.backoff, attempts, random);
      return { state: attempts >= maxAttempts ? 'dead' : 'pending', attempts, nextMs, error: lastError };
    });
  };
  const deliver = async ({ notice }: OutboxRecord): Promise<void> => {
    if (!delivered.has(notice.id)) {
      try {
        // Raced with the end, too: a notifier that does not listen to its signal holds nobody up.
        await cutOff(
          deadlines.within(options.notifyTimeoutMs, (late) => notifier.notify(notice, AbortSignal.any([late, ended]))),
          ended,
        );
      } catch (error) {
        if (!ended.aborted) await failed(notice.id, error);
        return;
      }
      if (delivered.size >= MAX_REMEMBERED) delivered.clear();
      delivered.add(notice.id);
      failures = 0;
      lastError = null;
      lastDeliveredAtMs = clock.nowMs();
      options.onDelivered();
    }
    await settle(notice.id, notifier.id, (delivery) => ({ ...delivery, state: 'delivered', attempts: delivery.attempts + 1, error: null }));
    delivered.delete(notice.id);
  };
  const pass = async (): Promise<void> => {
    let after: string | undefined;
    while (mayGoOn()) {
      const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      const queue = readRows(rows, options.onFault).filter(isDue);
      const work = async (): Promise<void> => {
        for (let record = queue.shift(); record !== undefined && mayGoOn(); record = queue.shift()) {
          // Without the lease another process delivers.
          if (!(await lease.hold())) return void queue.splice(0);
          await deliver(record);
        }
      };
      await Promise.all(Array.from({ length: failures > 0 ? 1 : PARALLEL }, work));
      after = rows.at(-1)?.key;
      if (rows.length < PAGE || after === undefined) return;
    }
  };
  const loop = async (): Promise<void> => {
    // Never over before `run` has kept the promise; and over for `run` in the very moment that it stops looking.
    await Promise.resolve();
    while (again && mayGoOn()) {
      again = false;
      try {
        await pass();
      } catch (error) {
        options.onFault(error);
      }
    }
    running = undefined;
  };

  return {
    run() {
      again = true;
      running ??= loop();
      return running;
    },
    health: () => ({ id: notifier.id, failures, lastDeliveredAtMs, lastError }),
  };
}

/** Code and reason of what went wrong; the rest may hold anything. */
export function errorName(error: unknown): string {
  if (!isCastellanError(error)) return 'INTERNAL';
  const { reason, status } = error.details;
  return [error.code, ...(typeof reason === 'string' ? [reason] : []), ...(typeof status === 'number' ? [String(status)] : [])]
    .join(' ')
    .slice(0, 120);
}
