import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createRedisStore, type RedisStoreOptions } from '../../src/adapters/store/redis/index.ts';
import type { Store } from '../../src/core/index.ts';
import { newPrefix, REDIS_URL } from './redis.ts';

/** A store of record that counts what reaches it, and may be made to stop. */
export interface WatchedRecord extends Store {
  /** Steps that were applied. */
  steps: number;
  /** Stands in the way of each apply. */
  before: () => Promise<void>;
  /** Stands between the record and its answer. */
  after: () => Promise<void>;
}

/** Watches a record. Closing it does nothing: several stores share it. */
export function watched(record: Store): WatchedRecord {
  const store: WatchedRecord = {
    ...record,
    steps: 0,
    before: async () => undefined,
    after: async () => undefined,
    async apply(steps) {
      await store.before();
      store.steps += steps.length;
      const results = await record.apply(steps);
      await store.after();
      return results;
    },
    close: async () => undefined,
  };
  return store;
}

/** A record in memory, and stores that stand before it as processes do, all with one counter. */
export function newScene(url = REDIS_URL) {
  const prefix = newPrefix('store');
  const memory = createMemoryStore({ clock: systemClock() });
  const opened: Store[] = [];
  return {
    prefix,
    memory,
    async open(options: Partial<RedisStoreOptions> = {}): Promise<{ readonly store: Store; readonly record: WatchedRecord }> {
      const record = watched(memory);
      const store = await createRedisStore({ url, prefix, store: record, clock: systemClock(), random: systemRandom(), ...options });
      opened.push(store);
      return { store, record };
    },
    async close(): Promise<void> {
      await Promise.all(opened.map((store) => store.close()));
      await memory.close();
    },
  };
}

/** What a promise was rejected with, or `resolved`. */
export const failureOf = (
  promise: Promise<unknown>,
): Promise<{ readonly code?: unknown; readonly details?: unknown; readonly retryable?: unknown }> =>
  promise.then(
    () => ({ code: 'resolved' }),
    (error: { readonly code?: unknown }) => error,
  );
