import { filter, Observable, type Observer, Subscriber, type Subscription } from 'rxjs';
import type { Clock } from './clock.ts';
import type { SecurityEvent, SecurityEventType } from './event.ts';

/** Events a subscriber may lag behind before its oldest are dropped: some seconds of a busy gate, about 2 MB. */
export const EVENT_QUEUE_LIMIT = 1_024;
/** Events delivered before other work of the process gets its turn. */
const BATCH = 64;

/** What an event bus needs. */
export interface EventBusOptions {
  readonly clock: Clock;
  /** Events kept per subscriber; the oldest goes first. Default {@link EVENT_QUEUE_LIMIT}. */
  readonly queueLimit?: number;
}

/** Hands events to subscribers. Publishing only queues: no subscriber runs on the publisher's stack. */
export interface EventBus {
  publish(event: SecurityEvent): void;
  /** Returns the function that ends the subscription. */
  subscribe(callback: (event: SecurityEvent) => void): () => void;
  /** The same events for RxJS; each subscription has a queue of its own. Completes on close. */
  readonly events$: Observable<SecurityEvent>;
  /** Those of some types; the others are not even queued for it. `queueLimit` is its own, for who has to see every one. */
  select(types: ReadonlySet<SecurityEventType>, queueLimit?: number): Observable<SecurityEvent>;
  /** Events dropped because a subscriber was too slow. */
  dropped(): number;
  /** Calls that threw, or whose promise rejected. */
  failed(): number;
  /** Subscribers now. */
  size(): number;
  /** Ends every subscription, later ones too; what is queued is not delivered. */
  close(): void;
}

interface Mailbox {
  /** Undefined wants every type. */
  readonly types: ReadonlySet<SecurityEventType> | undefined;
  readonly deliver: (event: SecurityEvent) => unknown;
  readonly onClose: (() => void) | undefined;
  readonly limit: number;
  queue: SecurityEvent[];
  head: number;
  queued: boolean;
}

/**
 * Makes the bus. Delivery runs in microtasks, at most 64 events at a time; the rest waits for the next turn of the
 * clock. A subscriber that throws or rejects is counted and keeps its subscription. Events are frozen when published,
 * so that no subscriber changes what another one, or the gate, sees.
 */
export function createEventBus(options: EventBusOptions): EventBus {
  const limit = Math.max(1, Math.trunc(options.queueLimit ?? EVENT_QUEUE_LIMIT) || 1);
  const mailboxes = new Set<Mailbox>();
  let ready: Mailbox[] = [];
  let draining = false;
  let dropped = 0;
  let failed = 0;
  let closed = false;
  const onFailure = (): void => {
    failed += 1;
  };

  const drain = (): void => {
    let budget = BATCH;
    while (budget > 0) {
      const mailbox = ready.shift();
      if (mailbox === undefined) break;
      budget -= 1;
      const event = take(mailbox);
      if (mailbox.head < mailbox.queue.length) ready.push(mailbox);
      else mailbox.queued = false;
      if (event !== undefined) deliver(mailbox, event, onFailure);
    }
    if (ready.length === 0) draining = false;
    else options.clock.schedule(0, drain);
  };

  const open = (
    call: (event: SecurityEvent) => unknown,
    onClose?: () => void,
    types?: ReadonlySet<SecurityEventType>,
    own = limit,
  ): (() => void) => {
    if (closed) {
      onClose?.();
      return () => {};
    }
    const mailbox: Mailbox = { types, deliver: call, onClose, limit: own, queue: [], head: 0, queued: false };
    mailboxes.add(mailbox);
    return () => {
      mailbox.queue = [];
      mailbox.head = 0;
      mailboxes.delete(mailbox);
    };
  };

  const select = (types?: ReadonlySet<SecurityEventType>, queueLimit?: number): Observable<SecurityEvent> =>
    new GuardedObservable<SecurityEvent>(onFailure, (subscriber) =>
      open(
        (event) => subscriber.next(event),
        () => subscriber.complete(),
        types,
        queueLimit,
      ),
    );

  return {
    events$: select(),
    select,
    publish(event) {
      if (mailboxes.size === 0) return;
      let frozen = false;
      for (const mailbox of mailboxes) {
        if (mailbox.types?.has(event.type) === false) continue;
        // Before anyone else holds it: whoever is handed the same decision cannot rewrite what subscribers will read.
        if (!frozen) freeze(event);
        frozen = true;
        if (mailbox.queue.length - mailbox.head >= mailbox.limit) {
          take(mailbox);
          dropped += 1;
        }
        mailbox.queue.push(event);
        if (!mailbox.queued) {
          mailbox.queued = true;
          ready.push(mailbox);
        }
      }
      if (!draining && ready.length > 0) {
        draining = true;
        queueMicrotask(drain);
      }
    },
    subscribe: (callback) => open(callback),
    dropped: () => dropped,
    failed: () => failed,
    size: () => mailboxes.size,
    close() {
      closed = true;
      ready = [];
      for (const mailbox of [...mailboxes]) {
        mailbox.queue = [];
        mailbox.onClose?.();
      }
      mailboxes.clear();
    },
  };
}

/** Removes the oldest event, giving memory back in large steps; undefined where the subscriber has left. */
function take(mailbox: Mailbox): SecurityEvent | undefined {
  if (mailbox.queue.length === 0) return undefined;
  const event = mailbox.queue[mailbox.head];
  mailbox.head += 1;
  if (mailbox.head === mailbox.queue.length) {
    mailbox.queue = [];
    mailbox.head = 0;
  } else if (mailbox.head >= BATCH) {
    mailbox.queue.splice(0, mailbox.head);
    mailbox.head = 0;
  }
  return event;
}

function deliver(mailbox: Mailbox, event: SecurityEvent, onFailure: () => void): void {
  try {
    const answer = mailbox.deliver(event);
    if (answer instanceof Promise) answer.catch(onFailure);
  } catch {
    onFailure();
  }
}

/** Freezes plain data all the way down; what is frozen already is taken as frozen below. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

/** The events of one agent, of a stream of all. Who holds it has no way to that stream: a pipe would name it as its `source`. */
export function eventsOf(events$: Observable<SecurityEvent>, agent: string): Observable<SecurityEvent> {
  const own = events$.pipe(filter((event) => event.agent === agent));
  return events$ instanceof GuardedObservable ? events$.hiding(own) : new Observable((subscriber) => own.subscribe(subscriber));
}

/** Whether an operator subscribes. One of another copy of RxJS is told by its shape: wrapped like a consumer, it would never let go. */
function isSubscriber<T>(value: unknown): value is Subscriber<T> {
  if (value instanceof Subscriber) return true;
  if (typeof value !== 'object' || value === null || !('closed' in value)) return false;
  const methods = value as Readonly<Record<string, unknown>>;
  return ['next', 'error', 'complete', 'add', 'remove', 'unsubscribe'].every((name) => typeof methods[name] === 'function');
}

/**
 * An Observable whose consumers cannot bring the process down: RxJS rethrows what a consumer throws from a timer, where
 * nobody catches it. Here it is counted. Pipes stay guarded, because `lift` makes the same kind.
 */
class GuardedObservable<T> extends Observable<T> {
  readonly #onFailure: () => void;

  constructor(onFailure: () => void, start?: (subscriber: Subscriber<T>) => () => void) {
    super(start);
    this.#onFailure = onFailure;
  }

  /** Gives what `inner` gives, and does not show where it comes from. */
  hiding<R>(inner: Observable<R>): Observable<R> {
    return new GuardedObservable<R>(this.#onFailure, (subscriber) => {
      const subscription = inner.subscribe(subscriber);
      return () => subscription.unsubscribe();
    });
  }

  /** @deprecated RxJS marks it internal; pipes call it. */
  override lift<R>(operator?: Observable<R>['operator']): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#onFailure);
    lifted.source = this as unknown as Observable<R>;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(
    first?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // Operators pass a Subscriber of their own and handle their errors; only the end of the pipe is wrapped.
    if (isSubscriber(first)) return super.subscribe(first);
    const onFailure = this.#onFailure;
    const consumer: Partial<Observer<T>> =
      typeof first === 'function' || !first
        ? { ...(first && { next: first }), ...(error && { error }), ...(complete && { complete }) }
        : first;
    const guarded = (call: () => unknown): void => {
      try {
        const answer = call();
        if (answer instanceof Promise) answer.catch(onFailure);
      } catch {
        onFailure();
      }
    };
    return super.subscribe({
      next: (value) => guarded(() => consumer.next?.(value)),
      error: (cause: unknown) => (consumer.error ? guarded(() => consumer.error?.(cause)) : onFailure()),
      complete: () => guarded(() => consumer.complete?.()),
    });
  }
}
