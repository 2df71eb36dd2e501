import { onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import {
  createNotificationOutbox,
  createWebhookNotifier,
  type NotificationOutbox,
  type OutboxOptions,
} from '../../src/adapters/notify/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { parseEntry, toAppendCommand } from '../../src/audit/index.ts';
import { type Notice, type Notifier, type SecurityEvent, type Store, storeKey } from '../../src/core/index.ts';
import { eventOf, TENANT } from './notices.ts';

/** A store with a log under the machine's clock. */
export function memory(): Store {
  return createMemoryStore({ clock: systemClock() });
}

/** Appends events to the log, each in a step of its own. */
export async function record(store: Store, events: readonly SecurityEvent[]): Promise<void> {
  await store.apply(events.map((event) => ({ commands: [toAppendCommand(event)] })));
}

/** Appends `count` warnings from this number on. */
export async function warn(store: Store, from: number, count = 1, more: Record<string, unknown> = {}): Promise<void> {
  await record(
    store,
    Array.from({ length: count }, (_, index) => eventOf(from + index, more)),
  );
}

/** An outbox that does everything fast; it ends with the test. */
export function outboxOf(store: Store, notifiers: readonly Notifier[], more: Partial<OutboxOptions> = {}): NotificationOutbox {
  const outbox = createNotificationOutbox({
    store,
    clock: systemClock(),
    random: systemRandom(),
    notifiers,
    tenant: TENANT,
    parse: parseEntry,
    command: toAppendCommand,
    mostPerMinute: 5_000,
    everyMs: 20,
    notifyTimeoutMs: 1_000,
    backoff: { firstMs: 10, mostMs: 20 },
    rest: { firstMs: 20, mostMs: 100 },
    ...more,
  });
  onTestFinished(() => outbox.stop());
  return outbox;
}

/** A webhook of the real kind with short patience. */
export function hook(url: string, timeoutMs = 500): Notifier {
  return createWebhookNotifier({ url, clock: systemClock(), random: systemRandom(), allowLoopback: true, timeoutMs, attempts: 1 });
}

/** A notifier of the house's own, as a user may write one: it remembers what it got and does what it is told. */
export function remembering(id: string, act: (notice: Notice) => Promise<void> = async () => undefined) {
  const got: Notice[] = [];
  const notifier: Notifier = {
    id,
    async notify(notice) {
      await act(notice);
      got.push(notice);
    },
  };
  return { got, notifier };
}

/** Keys of the outbox's documents under a name. */
export async function stored(store: Store, name: 'notice' | 'dead' | 'lease' | 'state'): Promise<readonly string[]> {
  const rows = await store.scan(storeKey.doc(`notify/${TENANT}/${name}`));
  return rows.map(({ key }) => key);
}

/** Everything at rest, as text. */
export async function everything(store: Store): Promise<string> {
  return JSON.stringify([await store.scan(''), await store.log(0)]);
}
