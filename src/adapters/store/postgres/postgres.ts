import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { Store } from '../../../core/store.ts';
import { createPostgresStore, type PostgresStoreOptions } from './postgres-store.ts';

/** Opens a store once the manager hands over its host. */
export interface StoreOpener {
  /**
   * Connects, makes or migrates the schema; the manager calls this with its own clock and randomness.
   * @throws CONFIG_INVALID, STORE_SCHEMA_NEWER, STORE_CORRUPT, STORE_UNAVAILABLE
   */
  open(host: { readonly clock: Clock; readonly random: Random }): Promise<Store>;
}

/**
 * The durable store of many machines, for a manager's configuration.
 *
 * @param options - `url` or its parts, and the `schema`
 * @example
 * ```ts
 * import { postgresStore } from 'castellan/store/postgres';
 *
 * const store = postgresStore({ url: 'postgres://castellan@db.internal/agents', schema: 'treasury', ssl: true });
 * console.log(typeof store.open); // function
 * ```
 */
export function postgresStore(options: Omit<PostgresStoreOptions, 'clock' | 'random'>): StoreOpener {
  return { open: (host) => createPostgresStore({ ...options, clock: host.clock, random: host.random }) };
}
