import type { Clock } from '../../../core/clock.ts';
import { MAX_SKEW_MS } from '../kernel/store-time.ts';
import type { Session } from './session.ts';

/** How long after a look at clocks that were apart there is another one, ms. */
const LOOK_AGAIN_MS = 500;

/** Whether the host's clock and the server's agree on what time it is. */
export interface ClockCheck {
  /** True where they were apart when they were last compared: nothing that depends on time is done then. */
  areApart(): boolean;
  /** Compares them. Throws what the session throws. */
  look(session: Session): Promise<void>;
  /** Compares them again where they were apart, so that a clock that was set right counts without a new start. */
  lookAgain(session: Session): Promise<void>;
}

/**
 * The second opinion on time. A process that is started under a wrong clock cannot tell by itself: it would open windows that are full,
 * and have the store remember a time that shuts everybody else out. What jumps later shows against the monotonic clock.
 */
export function createClockCheck(clock: Clock): ClockCheck {
  let apart = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const look = async (session: Session): Promise<void> => {
    const fromMs = clock.nowMs();
    const [[server] = []] = await session.run('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint');
    const serverMs = Number(server);
    // The server read its clock at some moment between these two.
    apart = !(serverMs >= fromMs - MAX_SKEW_MS && serverMs <= clock.nowMs() + MAX_SKEW_MS);
    lookedAtMs = clock.monotonicMs();
  };
  return {
    areApart: () => apart,
    look,
    async lookAgain(session) {
      if (apart && clock.monotonicMs() - lookedAtMs >= LOOK_AGAIN_MS) await look(session);
    },
  };
}
