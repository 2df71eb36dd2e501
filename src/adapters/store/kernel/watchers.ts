import type { LogRow } from '../../../core/store.ts';
import type { NewEntry } from './group.ts';

/** Who is told of each commit of this process. */
export interface Watchers {
  watch(listener: (appended: readonly LogRow[]) => void): () => void;
  tell(entries: readonly NewEntry[]): void;
}

/** An empty set of watchers. A commit that appended nothing is not told. */
export function createWatchers(): Watchers {
  const listeners = new Set<(appended: readonly LogRow[]) => void>();
  return {
    watch(listener) {
      const own = (appended: readonly LogRow[]): void => listener(appended);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell(entries) {
      if (entries.length === 0 || listeners.size === 0) return;
      const appended = entries.map(({ index, id, entry, leaf, chain }) => ({ index, id, entry, leaf, chain }));
      for (const listener of listeners) {
        try {
          listener(appended);
        } catch {
          // What is durable stays durable: a listener that breaks its promise not to throw alters nothing.
        }
      }
    },
  };
}
