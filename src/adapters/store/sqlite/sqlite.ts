import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { Store } from '../../../core/store.ts';
import { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

/** Opens a store once the manager hands over its host. */
export interface StoreOpener {
  open(host: { readonly clock: Clock; readonly random: Random }): Promise<Store>;
}

/**
 * The durable store of one machine, for a manager's configuration.
 *
 * @example
 * ```ts
 * createSecurityManager({ store: sqliteStore({ path: './castellan.sqlite' }), … })
 * ```
 */
export function sqliteStore(options: Omit<SqliteStoreOptions, 'clock' | 'random'>): StoreOpener {
  return { open: (host) => createSqliteStore({ ...options, clock: host.clock, random: host.random }) };
}
