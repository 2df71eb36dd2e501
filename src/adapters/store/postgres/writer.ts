import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Step, StepResult } from '../../../core/store.ts';
import { answer, type Call, createStepQueue, MAX_GROUP_STEPS, stepsOf } from '../kernel/step-queue.ts';
import type { Turns } from '../kernel/turns.ts';
import { SessionLost } from './failure.ts';
import { type Flight, type Grounded, isGood } from './flight.ts';
import { type GroupCommit, recover } from './recover.ts';
import { type RanGroup, runGroup, StateMoved } from './run-group.ts';

/** Groups under way at once: while the server commits one, this process runs the next. */
const DEPTH = 2;
/** Fewest steps of a group that leaves others waiting. */
const MIN_GROUP_STEPS = 16;

/** What the writer needs. */
export interface WriterOptions {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly commit: GroupCommit;
  readonly lockDeadlineMs: number;
  /** Told of each group once it is durable. Must not throw. */
  committed(ran: RanGroup): void;
}

/** The one coalescing writer of this process. */
export interface Writer {
  apply(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Waits for what is queued and under way; whatever comes later is refused. */
  close(): Promise<void>;
}

/**
 * Makes the writer. Groups are sent one behind the other over one connection, each building on the state that the one before
 * will leave. Where one of them fails all behind it do, for they name a state that never came to be; they are run anew.
 */
export function createWriter(options: WriterOptions): Writer {
  const { commit, turns } = options;
  const { known } = commit;
  const queue = createStepQueue();
  const flights = new Set<Flight>();
  let grounded: Grounded[] = [];
  let closed = false;
  let pumping: Promise<void> | undefined;

  const turn = (): Promise<void> => new Promise((resolve) => turns.next(resolve));
  const allLanded = async (): Promise<void> => {
    while (flights.size > 0) await Promise.all([...flights].map(({ landed }) => landed));
  };
  const deliver = (batch: readonly Call[], ran: RanGroup): void => {
    options.committed(ran);
    answer(batch, ran.results);
  };
  const ground = (item: Grounded): void => {
    known.forget();
    grounded.push(item);
    pumping ??= pump();
  };

  function takeOff(batch: readonly Call[], ran: RanGroup): void {
    const sent = commit.send(ran);
    const land = async (): Promise<void> => {
      const { number } = sent;
      try {
        const good = isGood(await sent.answer, flight);
        flights.delete(flight);
        if (good) deliver(batch, ran);
        else ground({ kind: 'again', batch, number });
      } catch (error) {
        flights.delete(flight);
        if (!(error instanceof SessionLost)) ground({ kind: 'failed', batch, number, error });
        else ground(sent.writes ? { kind: 'doubt', batch, number, ran } : { kind: 'again', batch, number });
      }
    };
    const flight: Flight = { ...sent, batch, ran, landed: Promise.resolve() };
    flights.add(flight);
    Object.assign(flight, { landed: land() });
  }

  /** Runs a batch over what is known and sends it, without the lock. */
  async function launch(batch: readonly Call[]): Promise<void> {
    const number = commit.lastNumber();
    try {
      const session = await commit.ready(options.clock.monotonicMs() + options.lockDeadlineMs);
      const ran = await runGroup(commit.sceneOf(session), stepsOf(batch));
      // Nothing is sent over a new connection while the fate of what went over the old one is open.
      const stale = grounded.length > 0 || !session.isAlive() || [...flights].some((flight) => flight.session !== session);
      if (stale || ran.base !== known.stamp()) ground({ kind: 'again', batch, number });
      else takeOff(batch, ran);
    } catch (error) {
      const again = error instanceof SessionLost || error instanceof StateMoved;
      ground(again ? { kind: 'again', batch, number } : { kind: 'failed', batch, number, error });
    }
  }

  const fairShare = (): number => {
    let underWay = 0;
    for (const flight of flights) underWay += flight.ran.results.length;
    return Math.min(MAX_GROUP_STEPS, Math.max(MIN_GROUP_STEPS, Math.ceil((queue.steps() + underWay) / DEPTH)));
  };

  async function pump(): Promise<void> {
    await turn();
    while (grounded.length > 0 || queue.calls() > 0) {
      if (grounded.length > 0 || commit.contended()) {
        await allLanded();
        const items = grounded.sort((a, b) => a.number - b.number);
        grounded = [];
        if (items.length > 0) await recover(commit, items, deliver);
        else await recover(commit, [{ kind: 'again', batch: queue.take(MAX_GROUP_STEPS), number: commit.lastNumber() }], deliver);
        await turn();
      } else if (flights.size >= DEPTH) {
        await [...flights][0]?.landed;
        await turn();
      } else await launch(queue.take(fairShare()));
    }
    pumping = undefined;
  }

  return {
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
      while (pumping !== undefined || flights.size > 0) {
        await allLanded();
        await pumping;
      }
    },
  };
}
