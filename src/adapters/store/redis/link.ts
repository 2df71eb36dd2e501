import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Turns } from '../kernel/turns.ts';
import { counterUnavailable } from './failure.ts';
import { openSession, type Session } from './session.ts';
import type { RedisConnection } from './settings.ts';

/** After a connection failed the next one is tried no sooner, ms: callers meanwhile are denied at once. */
const REST_MS = 100;
/** Waits shorter than so many tries go by turns of the event loop, longer ones by the clock. */
const TURNS = 20;
const MAX_PAUSE_MS = 25;

/** One session that is opened anew whenever it was lost. */
export interface Link {
  /** The session, if it is up. */
  up(): Session | undefined;
  /** The session; a new one where it was lost. @throws STORE_UNAVAILABLE, STORE_CLOSED, CONFIG_INVALID */
  session(): Promise<Session>;
  /** Waits a moment before another try, growing with `attempt`. @throws STORE_CLOSED */
  pause(attempt: number): Promise<void>;
  close(): void;
}

/** Makes a link; nothing is opened yet. */
export function createLink(connection: RedisConnection, deadlineMs: number, clock: Clock, turns: Turns): Link {
  let current: Session | undefined;
  let opening: Promise<Session> | undefined;
  let failed: { readonly error: CastellanError; readonly atMs: number } | undefined;
  let closed = false;

  const up = (): Session | undefined => (current?.isAlive() === true ? current : undefined);
  const open = async (): Promise<Session> => {
    try {
      const opened = await openSession(connection, deadlineMs, clock, turns);
      if (closed) opened.drop();
      else current = opened;
      failed = undefined;
      return opened;
    } catch (error) {
      failed = { error: counterUnavailable(error), atMs: clock.monotonicMs() };
      throw failed.error;
    } finally {
      opening = undefined;
    }
  };

  return {
    up,
    async session() {
      if (closed) throw storeClosed();
      const session = up();
      if (session !== undefined) return session;
      if (failed !== undefined && clock.monotonicMs() - failed.atMs < REST_MS) throw failed.error;
      opening ??= open();
      return opening;
    },
    async pause(attempt) {
      if (closed) throw storeClosed();
      if (attempt < TURNS) return new Promise((resolve) => turns.next(resolve));
      turns.hold();
      try {
        await new Promise<void>((resolve) => void clock.schedule(Math.min(MAX_PAUSE_MS, attempt - TURNS + 1), resolve));
      } finally {
        turns.release();
      }
    },
    close() {
      closed = true;
      current?.drop();
    },
  };
}

const storeClosed = (): CastellanError => new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
