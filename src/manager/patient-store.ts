import type { Deadlines } from '../core/deadline.ts';
import { type Store, storeKey } from '../core/store.ts';

/** Rows that hold shares of keys. */
const SHARES = storeKey.doc('key-share/');

/**
 * A store that waits for shares of keys no longer than so many ms. Shares are read before a permit is spent: what comes too
 * late costs nothing, and the same request can be tried again. Everything else takes as long as it takes.
 */
export function patientStore(store: Store, deadlines: Deadlines, timeoutMs: number): Store {
  return Object.freeze<Store>({
    info: store.info,
    get: (keys) => {
      const rows = store.get(keys);
      return keys.some((key) => key.startsWith(SHARES)) ? deadlines.race(timeoutMs, rows) : rows;
    },
    apply: (steps) => store.apply(steps),
    scan: (prefix, options) => store.scan(prefix, options),
    log: (from, limit) => store.log(from, limit),
    logHead: () => store.logHead(),
    findLog: (id) => store.findLog(id),
    haltSnapshot: () => store.haltSnapshot(),
    watch: (listener) => store.watch(listener),
    now: () => store.now(),
    close: () => store.close(),
  });
}
