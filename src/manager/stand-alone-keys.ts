import { systemClock, systemRandom } from '../adapters/host/index.ts';
import { toAppendCommand } from '../audit/index.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { createStorageKeyManager, type KeyStorage, type StorageKeyManager } from '../custody/index.ts';
import type { StoreFactory } from './config.ts';

/** What a key manager that stands alone is made of. */
export interface KeyManagerOptions {
  readonly storage: KeyStorage;
  /** Opens the store behind a storage's path. Default: an SQLite file at that path. */
  readonly store?: (storagePath: string) => StoreFactory;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly tenant?: string;
}

/** Loaded once it is needed: whoever brings a store of their own has no SQLite in the graph. */
const sqliteAt = (path: string): StoreFactory => ({
  open: async (host) => (await import('../adapters/store/sqlite/index.ts')).sqliteStore({ path }).open(host),
});

/**
 * A key manager of its own, over the store of its storage. Opened with the first call; close it in the end.
 *
 * @param options - where keys are kept, and what opens the store at that path
 * @throws CONFIG_INVALID for a store that opens nothing
 * @example
 * ```ts
 * import { createKeyManager, SoftwareKeyStorage } from 'castellan';
 * import { sqliteStore } from 'castellan/store/sqlite';
 *
 * const storage = new SoftwareKeyStorage({ encryptionKey: '22'.repeat(32), storagePath: './keys.sqlite' });
 * const keys = createKeyManager({ storage, store: (path) => sqliteStore({ path }) });
 * const key = await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
 * console.log((await keys.listKeys()).length, (await keys.getKey(key.id))?.purpose); // 1 signing
 * await keys.close();
 * ```
 */
export function createKeyManager(options: KeyManagerOptions): StorageKeyManager {
  const { storage, store = sqliteAt, clock = systemClock(), random = systemRandom(), tenant } = options;
  if (typeof store !== 'function')
    throw new CastellanError('CONFIG_INVALID', {
      message: '`store` opens the store at a path, e.g. (path) => sqliteStore({ path })',
      details: { problems: ['store'] },
    });
  return createStorageKeyManager({
    storage,
    openStore: (path) => store(path).open({ clock, random }),
    clock,
    random,
    command: toAppendCommand,
    ...(tenant === undefined ? {} : { tenant }),
  });
}
