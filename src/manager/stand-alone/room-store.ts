import type { Store } from '../../core/store.ts';
import type { Host, StoreFactory } from '../config.ts';

/** A store whose owner is somebody else: closing it here leaves it open. */
export function keptOpen(store: Store): Store {
  return {
    info: store.info,
    apply: (steps) => store.apply(steps),
    get: (keys) => store.get(keys),
    scan: (prefix, options) => store.scan(prefix, options),
    log: (from, limit) => store.log(from, limit),
    logHead: () => store.logHead(),
    findLog: (id) => store.findLog(id),
    haltSnapshot: () => store.haltSnapshot(),
    watch: (listener) => store.watch(listener),
    now: () => store.now(),
    close: async () => undefined,
  };
}

/** What a room opens: a store of its own, somebody else's, or one in memory. */
export function roomStore(given: Store | StoreFactory | undefined): StoreFactory {
  if (given === undefined)
    return { open: async ({ clock }: Host) => (await import('../../adapters/store/memory/index.ts')).createMemoryStore({ clock }) };
  return 'open' in given ? given : { open: () => keptOpen(given) };
}
