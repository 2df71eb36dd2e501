import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import { inTime } from '../in-time.ts';

/** Longest that closing waits for calls under way, ms. */
const PATIENCE_MS = 30_000;

/** A room that opens with its first call. */
export interface Room<T> {
  /** Runs work in the opened room; an opening that failed is tried again by the next call. @throws SHUTTING_DOWN once closed */
  use<R>(work: (opened: T) => Promise<R> | R): Promise<R>;
  /** What is open now; undefined before and after. */
  opened(): T | undefined;
  /** Waits for calls under way, at most 30 s, and closes. Idempotent. */
  close(): Promise<void>;
}

/** Ends what stands alone: what it holds open is let go. */
export interface Closing extends AsyncDisposable {
  /** Waits for calls under way, at most 30 s, and closes. A store that was handed in open stays open. Idempotent. */
  close(): Promise<void>;
}

/** Makes a room. `open` leaves nothing open where it fails; `close` never rejects. */
export function createRoom<T>({
  clock,
  open,
  close,
}: {
  readonly clock: Clock;
  readonly open: () => Promise<T>;
  readonly close: (opened: T) => Promise<void>;
}): Room<T> {
  const underWay = new Set<Promise<unknown>>();
  let opening: Promise<T> | undefined;
  let current: T | undefined;
  let ending: Promise<void> | undefined;

  const end = async (): Promise<void> => {
    await inTime(clock, Promise.allSettled(underWay), PATIENCE_MS);
    current = undefined;
    const last = await opening?.catch(() => undefined);
    if (last !== undefined) await close(last);
  };

  return {
    async use(work) {
      if (ending !== undefined) throw new CastellanError('SHUTTING_DOWN', { message: 'It is closed and takes no new work.' });
      opening ??= open().then(
        (opened) => {
          current = opened;
          return opened;
        },
        (error: unknown) => {
          opening = undefined;
          throw error;
        },
      );
      const task = opening.then(work);
      underWay.add(task);
      // A process does not end while it is asked for something.
      const release = clock.hold?.();
      try {
        return await task;
      } finally {
        underWay.delete(task);
        release?.();
      }
    },
    opened: () => (ending === undefined ? current : undefined),
    close() {
      ending ??= end();
      return ending;
    },
  };
}

/** How a room is ended by its owner. */
export function closingOf(room: Pick<Room<unknown>, 'close'>): Closing {
  return { close: () => room.close(), [Symbol.asyncDispose]: () => room.close() };
}
