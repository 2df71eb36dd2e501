import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Random } from '../../../core/random.ts';
import type { Turns } from '../kernel/turns.ts';
import type { ClockCheck } from './clock-check.ts';
import { isFinal, toStoreError, unreachable } from './failure.ts';
import { openSession, type Session } from './session.ts';
import type { PostgresConnection } from './settings.ts';

const MIN_BACKOFF_MS = 5;
const MAX_BACKOFF_MS = 250;

/** What a link is made of. */
export interface LinkOptions {
  readonly connection: PostgresConnection;
  readonly lockDeadlineMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: Turns;
  /** Asked at each new session. */
  readonly clocks?: ClockCheck;
}

/** One session that is opened anew whenever it was lost. */
export interface Link {
  /** The session, if it is up. */
  up(): Session | undefined;
  /**
   * The session; a new one where it was lost, tried for until `untilMs` of the monotonic clock.
   * @throws STORE_UNAVAILABLE, STORE_CLOSED
   */
  session(untilMs: number): Promise<Session>;
  /** Waits a jittered moment before another try, growing with `attempt`; keeps the process alive meanwhile. @throws STORE_CLOSED */
  pause(attempt: number): Promise<void>;
  close(): Promise<void>;
}

/** Makes a link; nothing is opened yet. */
export function createLink(options: LinkOptions): Link {
  const { clock, random, turns } = options;
  let current: Session | undefined;
  let opening: Promise<Session> | undefined;
  let closed = false;

  const up = (): Session | undefined => (current?.isAlive() === true ? current : undefined);
  const pause = async (attempt: number): Promise<void> => {
    if (closed) throw new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
    const backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** attempt) * (0.5 + (random.bytes(1)[0] ?? 0) / 256);
    turns.hold();
    try {
      await new Promise<void>((resolve) => void clock.schedule(backoffMs, resolve));
    } finally {
      turns.release();
    }
  };
  const open = async (untilMs: number): Promise<Session> => {
    for (let attempt = 0; ; attempt++) {
      if (closed) throw new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
      try {
        const session = await openSession(options.connection, options.lockDeadlineMs, turns);
        await options.clocks?.look(session).catch((error: unknown) => {
          session.drop();
          throw error;
        });
        current = session;
        return current;
      } catch (error) {
        if (isFinal(error)) throw toStoreError(error);
        if (clock.monotonicMs() >= untilMs) throw unreachable(error);
      }
      await pause(attempt);
    }
  };

  return {
    up,
    pause,
    async session(untilMs) {
      const session = up();
      if (session !== undefined) {
        await options.clocks?.lookAgain(session).catch(() => undefined);
        return session;
      }
      opening ??= open(untilMs).finally(() => {
        opening = undefined;
      });
      return opening;
    },
    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      await current?.close();
    },
  };
}
