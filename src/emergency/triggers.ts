import { filter, Observable, retry, type Subscription } from 'rxjs';
import type { Clock } from '../core/clock.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { HaltState } from '../core/halt.ts';
import type { TimeMs } from '../core/ids.ts';
import type { History, Others } from './history.ts';
import { replayTriggers } from './replay.ts';
import { createTriggerCounter, type IsStopped, type Trip } from './trigger-counter.ts';
import { countedTypes, MAX_THRESHOLD, type TriggerRule } from './trigger-rule.ts';

/** A stream of all events, or the way to one of some types with a queue of its own length, which spares the others the trip. */
export type EventFeed =
  | Observable<SecurityEvent>
  | ((types: ReadonlySet<SecurityEventType>, queueLimit: number) => Observable<SecurityEvent>);

/** What the triggers need. */
export interface TriggersOptions {
  readonly rules: readonly TriggerRule[];
  readonly events$: EventFeed;
  readonly clock: Clock;
  readonly isStopped: IsStopped;
  /** Stops what a trip says. Must not throw; what it cannot store it has to repeat. */
  readonly act: (trip: Trip) => void;
}

/** Watches events and pulls the emergency stop by itself. */
export interface Triggers {
  /** Counts what the log holds, then what is published. A trip that was never acted on is acted on now. */
  start(history: History | undefined, state: HaltState, others?: Others): Promise<void>;
  /** Counts what other processes logged meanwhile. @throws STORE_UNAVAILABLE; the next call goes on from there */
  follow(): Promise<void>;
  stop(): void;
  /** Starts the counts of an agent, or with null those of the tenant, anew. */
  reset(agent: string | null, atMs: TimeMs): void;
  /** Events that could not be counted because something threw. */
  readonly faults: number;
}

/** A source that failed is listened to again after this long. */
const RESUBSCRIBE_MS = 100;
/** Events that may wait to be counted: more than any threshold, so that a flood within one turn trips what it should. */
const QUEUE_LIMIT = 2 * MAX_THRESHOLD;

/** Makes triggers that listen once started. */
export function createTriggers(options: TriggersOptions): Triggers {
  const { rules, clock, act } = options;
  const counter = createTriggerCounter(rules);
  const types: ReadonlySet<SecurityEventType> = new Set([...countedTypes(rules), 'emergency_changed']);
  let subscription: Subscription | undefined;
  let others: Awaited<ReturnType<Others>> = null;
  let following: Promise<void> | undefined;
  /** Counted from the history already. */
  let replayedIds: ReadonlySet<string> = new Set();
  let faults = 0;

  const observe = (event: SecurityEvent): void => {
    try {
      if (event.type === 'emergency_changed') resetBy(event);
      else for (const trip of counter.observe(event, clock.nowMs(), options.isStopped)) act(trip);
    } catch {
      faults += 1;
    }
  };
  const resetBy = (event: Extract<SecurityEvent, { type: 'emergency_changed' }>): void => {
    const { change } = event;
    counter.reset(change.kind === 'pause' || change.kind === 'resume' ? change.agent : null, event.at);
  };
  const listen = (next: (event: SecurityEvent) => void): Subscription => {
    const later = (): Observable<number> =>
      new Observable((subscriber) => {
        const timer = clock.schedule(RESUBSCRIBE_MS, () => subscriber.next(0));
        return () => timer.cancel();
      });
    const { events$ } = options;
    return (typeof events$ === 'function' ? events$(types, QUEUE_LIMIT) : events$)
      .pipe(
        filter((event) => types.has(event.type)),
        retry({ delay: later }),
      )
      .subscribe({ next });
  };

  const follow = async (): Promise<void> => {
    if (others === null) return;
    for await (const event of others.read(types)) if (!replayedIds.has(event.id)) observe(event);
    replayedIds = new Set();
  };

  return {
    get faults() {
      return faults;
    },
    async start(history, state, follow) {
      if (subscription !== undefined || rules.length === 0) return;
      // Listened to from now on, counted after what the log tells; what both tell counts once.
      let waiting: SecurityEvent[] | undefined = [];
      subscription = listen((event) => (waiting === undefined ? observe(event) : waiting.push(event)));
      try {
        others = (await follow?.()) ?? null;
        const replayed =
          history === undefined
            ? { trips: [], ids: new Set<string>() }
            : await replayTriggers({ rules, types: [...types], counter, history, state, nowMs: clock.nowMs() });
        for (const trip of replayed.trips) if (!options.isStopped(trip.rule.action, trip.agent)) act(trip);
        for (const event of waiting) if (!replayed.ids.has(event.id)) observe(event);
        waiting = undefined;
        replayedIds = replayed.ids;
      } catch (error) {
        subscription.unsubscribe();
        subscription = undefined;
        others?.close();
        others = null;
        throw error;
      }
    },
    follow() {
      following ??= follow().finally(() => {
        following = undefined;
      });
      return following;
    },
    stop() {
      subscription?.unsubscribe();
      subscription = undefined;
      others?.close();
      others = null;
    },
    reset: counter.reset,
  };
}
