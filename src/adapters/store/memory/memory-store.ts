import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Json, LogRow, Store, StoreInfo } from '../../../core/store.ts';
import { committedHead, openGroup } from '../kernel/group.ts';
import { pageSize } from '../kernel/page.ts';
import { readHalt } from '../kernel/permit.ts';
import type { TimeRow } from '../kernel/store-time.ts';
import { createStoreTime, TIME_KEY } from '../kernel/store-time.ts';
import { createWatchers } from '../kernel/watchers.ts';
import { createMemoryLog } from './memory-log.ts';
import { createMemoryRows } from './memory-rows.ts';

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** How many rows are kept as objects; older ones are bytes. Default 50,000. */
  readonly hotRows?: number;
}

const INFO: StoreInfo = { kind: 'memory', durability: 'ephemeral', shared: false, notes: ['State is lost when the process ends.'] };

/**
 * A store that lives and dies with this process: for tests and first steps. It runs the same kernel as the durable
 * stores. Steps are applied at once, in the order of the calls.
 *
 * @param options - the clock that the store's time comes from
 * @example
 * ```ts
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createManualClock } from 'castellan/testing';
 *
 * const store = createMemoryStore({ clock: createManualClock(1_700_000_000_000) });
 * await store.apply([{ commands: [{ kind: 'doc.put', key: 'note', value: 'hello', ifVersion: 0 }] }]);
 * console.log(await store.now()); // 1700000000000
 * await store.close();
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  const rows = createMemoryRows(options.hotRows ?? 50_000);
  const log = createMemoryLog();
  const time = createStoreTime(options.clock);
  const watchers = createWatchers();
  const source = { load: rows.get, findEntry: log.find };
  let closed = false;

  const open = (): void => {
    if (closed) throw new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
  };
  const readTime = () => time.read(rows.get(TIME_KEY) as TimeRow | undefined);

  return {
    info: INFO,
    async apply(steps) {
      open();
      const group = openGroup(source, readTime());
      const results = steps.map((step) => group.apply(step));
      const { rows: changed, entries, dropped } = group.changes();
      for (const [key, row] of changed) rows.set(key, row);
      for (const entry of entries) log.add(entry);
      if (dropped !== null) log.drop(dropped.from, dropped.to);
      watchers.tell(entries);
      return results;
    },
    async get(keys) {
      open();
      return keys.map((key) => rows.get(key) as Json | undefined);
    },
    async scan(prefix, page) {
      open();
      const after = page?.after;
      const keys = [...rows.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after)).sort();
      return keys.slice(0, pageSize(page?.limit)).map((key) => ({ key, value: rows.get(key) as Json }));
    },
    async log(from, limit) {
      open();
      const found: LogRow[] = [];
      const { size } = committedHead(source);
      for (let index = Math.max(0, from); index < size && found.length < pageSize(limit); index++) found.push(log.at(index) as LogRow);
      return found;
    },
    async logHead() {
      open();
      return committedHead(source);
    },
    async findLog(id) {
      open();
      return log.find(id)?.index;
    },
    haltSnapshot() {
      return closed ? undefined : { state: readHalt({ get: rows.get, put: rows.set }), readAtMs: options.clock.nowMs() };
    },
    watch: watchers.watch,
    async now() {
      open();
      return readTime().closeAtMs;
    },
    async close() {
      closed = true;
    },
  };
}
