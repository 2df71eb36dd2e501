import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../../core/store.ts';
import { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';

/**
 * The store that is lost with the process, for a manager's configuration. Health says `ephemeral`.
 *
 * @param options - bounds of the store; none is needed
 * @example
 * ```ts
 * import { createKeyManager, SoftwareKeyStorage } from 'castellan';
 * import { memoryStore } from 'castellan/store/memory';
 *
 * const storage = new SoftwareKeyStorage({ encryptionKey: '33'.repeat(32), storagePath: './keys' });
 * const keys = createKeyManager({ storage, store: () => memoryStore() });
 * console.log((await keys.listKeys()).length); // 0
 * await keys.close();
 * ```
 */
export function memoryStore(options: Omit<MemoryStoreOptions, 'clock'> = {}): { open(host: { readonly clock: Clock }): Store } {
  return { open: ({ clock }) => createMemoryStore({ ...options, clock }) };
}
