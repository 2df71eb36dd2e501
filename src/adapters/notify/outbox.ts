import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { toHex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { Notice, Notifier } from '../../core/notifier.ts';
import type { Random } from '../../core/random.ts';
import { type Command, type Store, storeKey } from '../../core/store.ts';
import type { Backoff } from './backoff.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createLane, errorName, type NotifierHealth } from './delivery.ts';
import type { NotifiableType } from './flood.ts';
import { createIntake } from './intake.ts';
import { createLease } from './lease.ts';
import { checkNotifierIds, type OutboxRecord, outboxKeys, readRows } from './outbox-record.ts';
import { createSelection } from './selection.ts';
import { createSettler } from './settle.ts';

/** What the outbox is made of. */
export interface OutboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly notifiers: readonly Notifier[];
  readonly tenant: string;
  /** Event of a stored log entry. */
  readonly parse: (entry: string) => SecurityEvent;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  /** Types that are told, whatever their severity. Default: every type from `minSeverity` on. */
  readonly types?: readonly NotifiableType[] | undefined;
  /** Default `warning`. */
  readonly minSeverity?: Notice['severity'] | undefined;
  /** Notices of one severity a minute; what comes faster is told in one summary a minute. Default 30. */
  readonly mostPerMinute?: number | undefined;
  /** Notices waiting at once; beyond it events are held back for a summary. Default 10,000: about 20 MB of store. */
  readonly capacity?: number | undefined;
  /** Attempts of a notice before it is a dead letter. Default 20, which take about half a day. */
  readonly maxAttempts?: number | undefined;
  /** Between attempts of one notice. Default 5 s, doubled up to 1 h. */
  readonly backoff?: Backoff | undefined;
  /** Pause of a whole notifier after a failure. Default 1 s, doubled up to 1 min. */
  readonly rest?: Backoff | undefined;
  /** Pause between looks at log and store, ms; an event of this process is noticed at once. Default 2,000. */
  readonly everyMs?: number | undefined;
  /** Bounds one call of a notifier, ms. Default 30,000. */
  readonly notifyTimeoutMs?: number | undefined;
  /** How long other processes wait before they deliver for one that died, ms. At least, and by default, `notifyTimeoutMs` and a half. */
  readonly leaseMs?: number | undefined;
}

/** How the outbox stands. */
export interface OutboxHealth {
  readonly running: boolean;
  /** True while this process is the one that delivers. */
  readonly leading: boolean;
  /** Notices stored and not delivered yet, as last counted. */
  readonly pending: number;
  readonly dead: number;
  /** Events that wait for the next summary. */
  readonly held: number;
  /** Deliveries of this process. */
  readonly delivered: number;
  /** What went wrong with log or store last; null after a good run. */
  readonly lastError: string | null;
  readonly notifiers: readonly NotifierHealth[];
}

/** Durable delivery of notices. */
export interface NotificationOutbox {
  /** Begins: from now on every selected event that is logged is told. @throws STORE_UNAVAILABLE, STORE_CORRUPT; may be tried again */
  start(): Promise<void>;
  /** Ends: what is under way is cut off and made again by whoever starts next. Never rejects. */
  stop(): Promise<void>;
  /** What waits, what was delivered and what was given up. */
  health(): OutboxHealth;
  /** Looks at the log now and tries everything that is due. @throws STORE_UNAVAILABLE, STORE_CORRUPT */
  flush(): Promise<void>;
  /** Has it look at the log as soon as something is published. Returns the function that ends that. */
  subscribe(events$: { subscribe(next: (event: SecurityEvent) => void): { unsubscribe(): void } }): () => void;
  /** Notices that were given up, oldest first. */
  deadLetters(): Promise<readonly OutboxRecord[]>;
  /** Tries those once more, from the first attempt on. Returns how many. */
  revive(): Promise<number>;
}

const BACKOFF: Backoff = { firstMs: 5_000, mostMs: 3_600_000 };
const REST: Backoff = { firstMs: 1_000, mostMs: 60_000 };
/** Events of a burst are looked at together, ms. */
const GATHER_MS = 50;
const SWEEP_MS = 60_000;
const PAGE = 500;
const MAX_DEAD = 1_000;
/** After this long a delivery is given up whatever hinders it, such as a notifier that no process has any more, ms. */
const MAX_AGE_MS = 7 * 86_400_000;

/**
 * Makes the outbox: the log is read, notices are stored, then sent, then forgotten.
 *
 * Durable when the store is: an event that is logged is told, at least once to each notifier, through crashes between any
 * two steps; one process at a time delivers. Nothing here is waited for by the gate.
 *
 * @param options - store, notifiers and tenant; `…Ms` in milliseconds
 * @throws CONFIG_INVALID for notifiers without ids of their own, and types that are not logged
 * @example
 * ```ts
 * import { createAttestationKey, createAuditLog, createNotificationOutbox, type Notice, type SecurityEvent } from 'castellan';
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const [clock, random, tenant] = [createManualClock(), createSeededRandom(1), 'acme'];
 * const store = createMemoryStore({ clock });
 * const log = createAuditLog({ store, clock, random, tenant, key: createAttestationKey('log', random.bytes(32)) });
 * const told: Notice[] = [];
 * const outbox = createNotificationOutbox({
 *   ...{ store, clock, random, tenant },
 *   notifiers: [{ id: 'pager', notify: async (notice) => void told.push(notice) }],
 *   parse: (entry) => JSON.parse(entry) as SecurityEvent,
 *   command: log.command,
 * });
 * await outbox.start();
 * await outbox.flush();
 * console.log(told.length, outbox.health().pending); // 0 0
 * await outbox.stop();
 * ```
 */
export function createNotificationOutbox(options: OutboxOptions): NotificationOutbox {
  const { store, clock, random, tenant, parse, command, capacity = 10_000, everyMs = 2_000, notifyTimeoutMs = 30_000 } = options;
  const { minSeverity = 'warning', types } = options;
  // Shorter than one call it could never be held through one.
  const leaseMs = Math.max(options.leaseMs ?? 0, notifyTimeoutMs * 1.5);
  const ids = checkNotifierIds(options.notifiers);
  if ((types as readonly SecurityEventType[] | undefined)?.includes('audit_checkpoint'))
    throw new CastellanError('CONFIG_INVALID', { message: 'Checkpoints are not logged and not told.', details: { problems: ['types'] } });
  const keys = outboxKeys(tenant);
  const deadlines = createDeadlines(clock);
  const ended = new AbortController();
  const dead = createDeadLetters({ store, clock, keys });
  const counts = { pending: 0, dead: 0, held: 0, delivered: 0 };
  let lastError: string | null = null;
  let sweptMs = Number.NEGATIVE_INFINITY;
  let running = false;
  let timer: { cancel(): void } | undefined;
  let waking: { cancel(): void } | undefined;
  let current: Promise<void> | undefined;

  const lease = createLease({ store, clock, key: keys.lease, holder: toHex(random.bytes(16)), leaseMs, marginMs: notifyTimeoutMs });
  const selection = createSelection({ tenant, types, minSeverity, notifiers: ids });
  const intake = createIntake({
    store,
    clock,
    random,
    tenant,
    keys,
    notifiers: ids,
    selection,
    parse,
    mostPerMinute: options.mostPerMinute ?? 30,
    hasSpace: (more) => counts.pending + more <= capacity,
    onStored: (count) => {
      counts.pending += count;
    },
  });
  const settle = createSettler({
    store,
    clock,
    random,
    tenant,
    keys,
    command,
    onClosed: (isDead) => {
      counts.pending = Math.max(0, counts.pending - 1);
      if (isDead) counts.dead += 1;
    },
  });
  const lanes = options.notifiers.map((notifier) =>
    createLane(notifier, {
      store,
      clock,
      random,
      keys,
      lease,
      deadlines,
      settle,
      ended: ended.signal,
      notifyTimeoutMs,
      maxAttempts: options.maxAttempts ?? 20,
      backoff: options.backoff ?? BACKOFF,
      rest: options.rest ?? REST,
      onDelivered: () => {
        counts.delivered += 1;
      },
      onFault: (error) => {
        lastError = errorName(error);
      },
    }),
  );

  /** Counts anew, since other processes add and remove, and gives up what is too old. */
  const sweep = async (): Promise<void> => {
    if (clock.monotonicMs() - sweptMs < SWEEP_MS) return;
    const prefix = storeKey.doc(keys.notice(''));
    let pending = 0;
    for (let after: string | undefined; ; ) {
      const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const record of readRows(rows)) {
        pending += 1;
        const { notice, storedMs, deliveries } = record;
        if (clock.nowMs() - storedMs < MAX_AGE_MS || !(await lease.hold())) continue;
        for (const id of Object.keys(deliveries))
          await settle(notice.id, id, (delivery) => ({ ...delivery, state: 'dead', error: delivery.error ?? 'expired' }));
      }
      after = rows.at(-1)?.key;
      if (rows.length < PAGE || after === undefined) break;
    }
    counts.pending = pending;
    counts.dead = await dead.count();
    if (counts.dead > MAX_DEAD && (await lease.hold())) await dead.trim(MAX_DEAD);
    sweptMs = clock.monotonicMs();
  };
  const look = async (): Promise<void> => {
    await sweep();
    counts.held = await intake.follow();
  };
  const turn = (): Promise<void> => {
    current ??= look()
      .then(
        () => {
          lastError = null;
        },
        (error: unknown) => {
          lastError = errorName(error);
        },
      )
      .finally(() => {
        current = undefined;
        for (const lane of lanes) void lane.run();
      });
    return current;
  };
  const loop = (): void => {
    if (running) timer = clock.schedule(everyMs, () => void turn().then(loop));
  };
  const wake = (): void => {
    if (!running || waking !== undefined) return;
    waking = clock.schedule(GATHER_MS, () => {
      waking = undefined;
      // A look that has begun may have passed the event's place already.
      if (current === undefined) void turn();
      else void current.then(wake);
    });
  };

  return Object.freeze<NotificationOutbox>({
    async start() {
      if (running || ended.signal.aborted) return;
      await look();
      running = true;
      loop();
      for (const lane of lanes) void lane.run();
    },
    async stop() {
      if (ended.signal.aborted) return;
      running = false;
      timer?.cancel();
      waking?.cancel();
      ended.abort(new CastellanError('SHUTTING_DOWN', { message: 'Notifications are closed.', retryable: true }));
      await current;
      await Promise.all(lanes.map((lane) => lane.run()));
      await Promise.allSettled([intake.settle(), lease.release()]);
      deadlines.close();
    },
    health: () => ({
      running,
      leading: lease.held(),
      ...counts,
      lastError,
      notifiers: lanes.map((lane) => lane.health()),
    }),
    async flush() {
      await current;
      await look();
      await Promise.all(lanes.map((lane) => lane.run()));
    },
    subscribe(events$) {
      const subscription = events$.subscribe((event) => {
        if (selection.of(event).length > 0) wake();
      });
      return () => subscription.unsubscribe();
    },
    deadLetters: dead.list,
    async revive() {
      const count = await dead.revive();
      sweptMs = Number.NEGATIVE_INFINITY;
      return count;
    },
  });
}
