import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { Store } from '../../../core/store.ts';
import { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

/** Opens a store once the manager hands over its host. */
export interface StoreOpener {
  /**
   * Opens the file; the manager calls this with its own clock and randomness.
   * @throws STORE_SCHEMA_NEWER, STORE_CORRUPT, STORE_UNAVAILABLE
   */
  open(host: { readonly clock: Clock; readonly random: Random }): Promise<Store>;
}

/**
 * The durable store of one machine, for a manager's configuration.
 *
 * @param options - path of the file; `lockDeadlineMs` in milliseconds
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { sqliteStore } from 'castellan/store/sqlite';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 *
 * const chain = await startTonDevChain();
 * const security = createSecurityManager({
 *   store: sqliteStore({ path: './castellan.sqlite' }),
 *   keys: { encryptionKey: '44'.repeat(32) }, // a store that lasts needs a secret that lasts
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 * });
 * await security.ready();
 * console.log((await security.getHealth()).store.durability); // durable
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function sqliteStore(options: Omit<SqliteStoreOptions, 'clock' | 'random'>): StoreOpener {
  return { open: (host) => createSqliteStore({ ...options, clock: host.clock, random: host.random }) };
}
