import type { Clock } from '../../core/clock.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import { type Delivery, type OutboxKeys, type OutboxRecord, parseRecord } from './outbox-record.ts';
import { NOTIFICATIONS } from './selection.ts';

/** What writing outcomes down needs. */
export interface SettlerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  readonly keys: OutboxKeys;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  /** Called when a record left the queue; `dead` where some notifier never got it. */
  readonly onClosed: (dead: boolean) => void;
}

/** Writes down how one delivery went; `change` sees it as it is stored and is pending. Nothing where it is settled already. */
export type Settler = (id: string, notifier: string, change: (delivery: Delivery) => Delivery) => Promise<void>;

/** Other notifiers write the same record. */
const ATTEMPTS = 32;

/**
 * Makes the settler. A record goes once nothing in it is pending: away where all have it, else to the dead letters. Each
 * delivery that is given up is logged in the same step.
 */
export function createSettler(options: SettlerOptions): Settler {
  const { store, clock, random, tenant, keys, command, onClosed } = options;

  const given = (record: OutboxRecord, notifier: string, delivery: Delivery): Command => {
    const at = clock.nowMs();
    return command({
      v: 1,
      id: newId(random, at),
      tenant,
      at,
      agent: null,
      severity: 'error',
      type: 'health_changed',
      details: {
        part: NOTIFICATIONS,
        state: 'dead_letter',
        about: record.about,
        notifier,
        noticeId: record.notice.id,
        attempts: delivery.attempts,
        error: delivery.error,
      },
    });
  };

  return async (id, notifier, change) => {
    const key = keys.notice(id);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const doc = await readDoc(store, key);
      if (doc === undefined) return;
      const record = parseRecord(doc.value, key);
      const before = record.deliveries[notifier];
      if (before?.state !== 'pending') return;
      const after = change(before);
      const next: OutboxRecord = { ...record, deliveries: { ...record.deliveries, [notifier]: after } };
      const states = new Set(Object.values(next.deliveries).map(({ state }) => state));
      const isClosed = !states.has('pending');
      const isDead = isClosed && states.has('dead');
      const commands: Command[] = [
        { kind: 'doc.put', key, value: isClosed ? null : (next as unknown as Json), ifVersion: doc.version },
        ...(isDead ? [{ kind: 'doc.put', key: keys.dead(id), value: next as unknown as Json } as const] : []),
        ...(after.state === 'dead' ? [given(record, notifier, after)] : []),
      ];
      const result = await applyStep(store, { commands });
      if (result.ok) {
        if (isClosed) onClosed(isDead);
        return;
      }
      if (result.reason.code !== 'version_conflict') break;
    }
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'The outcome of a delivery was not written down.', retryable: true });
  };
}
