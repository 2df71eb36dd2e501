import type { Clock } from '../../core/clock.ts';
import { applyStep, parseDoc } from '../../core/doc.ts';
import type { Json, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';
import { type Delivery, type OutboxKeys, type OutboxRecord, readRows } from './outbox-record.ts';

/** Notices that were given up. */
export interface DeadLetters {
  count(): Promise<number>;
  /** Oldest first, at most 1,000. */
  list(): Promise<readonly OutboxRecord[]>;
  /** Puts them all back into the queue, for the notifiers that did not get them. Returns how many. */
  revive(): Promise<number>;
  /** Drops the oldest beyond `most`; each stands in the log. */
  trim(most: number): Promise<void>;
}

const PAGE = 500;

/** Makes the shelf of dead letters. */
export function createDeadLetters(options: { readonly store: Store; readonly clock: Clock; readonly keys: OutboxKeys }): DeadLetters {
  const { store, clock, keys } = options;
  const prefix = storeKey.doc(keys.dead(''));
  const nameOf = (key: string): string => key.slice(prefix.length);
  const rows = async () => {
    const found: { readonly key: string; readonly value: Json }[] = [];
    for (let after: string | undefined; ; after = found.at(-1)?.key) {
      const page = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  };
  const anew = (delivery: Delivery): Delivery =>
    delivery.state === 'dead' ? { state: 'pending', attempts: 0, nextMs: 0, error: delivery.error } : delivery;

  return {
    count: async () => (await rows()).length,
    list: async () => readRows((await rows()).slice(0, 1_000)),
    async revive() {
      let count = 0;
      for (const { key, value } of await rows()) {
        const [record] = readRows([{ key, value }]);
        if (record === undefined) continue;
        const doc = parseDoc(value, key);
        const deliveries = Object.fromEntries(Object.entries(record.deliveries).map(([id, delivery]) => [id, anew(delivery)]));
        const next: OutboxRecord = { ...record, storedMs: clock.nowMs(), deliveries };
        const result = await applyStep(store, {
          commands: [
            { kind: 'doc.put', key: keys.dead(nameOf(key)), value: null, ifVersion: doc.version },
            { kind: 'doc.put', key: keys.notice(nameOf(key)), value: next as unknown as Json, ifVersion: 0 },
          ],
        });
        if (result.ok) count += 1;
      }
      return count;
    },
    async trim(most) {
      const found = await rows();
      const commands = found
        .slice(0, Math.max(0, found.length - most))
        .map(({ key }) => ({ kind: 'doc.put', key: keys.dead(nameOf(key)), value: null }) as const);
      if (commands.length > 0) await applyStep(store, { commands });
    },
  };
}
