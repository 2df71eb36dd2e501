import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../../core/store.ts';
import { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';

/** The store that is lost with the process, for a manager's configuration. Health says `ephemeral`. */
export function memoryStore(options: Omit<MemoryStoreOptions, 'clock'> = {}): { open(host: { readonly clock: Clock }): Store } {
  return { open: ({ clock }) => createMemoryStore({ ...options, clock }) };
}
