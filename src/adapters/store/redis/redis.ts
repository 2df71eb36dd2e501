import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { Store } from '../../../core/store.ts';
import { createRedisStore, type RedisStoreOptions } from './redis-store.ts';

/** Something that opens a store once the manager hands over its host. */
interface Opener {
  /** Opens it. */
  open(host: { readonly clock: Clock; readonly random: Random }): Promise<Store> | Store;
}

/** Options of {@link redisStore}. */
export interface RedisStoreConfig extends Omit<RedisStoreOptions, 'clock' | 'random' | 'store'> {
  /** The store of record, e.g. `postgresStore({ … })`. */
  readonly store: Opener;
}

/**
 * A counter on Redis in front of another store, for a manager's configuration.
 *
 * @param options - `url` or its parts, and the `store` of record
 * @example
 * ```ts
 * import { postgresStore } from 'castellan/store/postgres';
 * import { redisStore } from 'castellan/store/redis';
 *
 * const record = postgresStore({ url: 'postgres://castellan@db.internal/agents', schema: 'treasury' });
 * const store = redisStore({ url: 'redis://cache.internal:6379', prefix: 'treasury', store: record });
 * console.log(typeof store.open); // function
 * ```
 */
export function redisStore(options: RedisStoreConfig): {
  /** @throws CONFIG_INVALID, PEER_MISSING, and what opening the store of record throws */
  open(host: { readonly clock: Clock; readonly random: Random }): Promise<Store>;
} {
  return {
    async open({ clock, random }) {
      const store = await options.store.open({ clock, random });
      try {
        return await createRedisStore({ ...options, store, clock, random });
      } catch (error) {
        await store.close();
        throw error;
      }
    },
  };
}
