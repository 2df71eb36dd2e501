import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { HaltState } from '../../../core/halt.ts';
import { NO_HALT } from '../../../core/halt.ts';
import type { Random } from '../../../core/random.ts';
import type { Json, Step, StepResult, Store } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { BUSY, createEngine } from '../kernel/engine.ts';
import { committedHead, openGroup } from '../kernel/group.ts';
import { pageSize } from '../kernel/page.ts';
import { createRowCache } from '../kernel/row-cache.ts';
import type { Row } from '../kernel/rows.ts';
import type { TimeRow } from '../kernel/store-time.ts';
import { createStoreTime, TIME_KEY } from '../kernel/store-time.ts';
import { createTurns } from '../kernel/turns.ts';
import { createWatchers } from '../kernel/watchers.ts';
import { connect } from './connection.ts';
import { isBusy, toStoreError } from './failure.ts';
import { createTables } from './tables.ts';

/** Options of {@link createSqliteStore}. */
export interface SqliteStoreOptions {
  /** The file; it is made where it is missing. Its directory must exist and be on a local disk. */
  readonly path: string;
  readonly clock: Clock;
  /** For the jitter between processes that wait for each other. */
  readonly random: Random;
  /** How long a call tries for the lock that another process holds, ms. Default 5,000. */
  readonly lockDeadlineMs?: number;
  /** Parsed rows kept in memory. Default 50,000. */
  readonly cachedRows?: number;
}

/** For how long after another process wrote the lock counts as wanted by others, ms. */
const CONTENDED_MS = 250;

/**
 * Opens a store in one SQLite file that several processes of this machine may share. Durable when `apply` resolves:
 * concurrent steps share one commit and one fsync.
 *
 * @param options - path of the file, clock and randomness; `lockDeadlineMs` in milliseconds
 * @throws STORE_SCHEMA_NEWER, STORE_CORRUPT; STORE_UNAVAILABLE where the file cannot be opened or stays locked.
 * @example
 * ```ts
 * import { createSqliteStore } from 'castellan/store/sqlite';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const store = await createSqliteStore({ path: './store.sqlite', clock: createManualClock(), random: createSeededRandom(1) });
 * console.log((await store.log(0, 10)).length); // 0
 * await store.close();
 * ```
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock } = options;
  const turns = createTurns();
  const cache = createRowCache(options.cachedRows ?? 50_000);
  const time = createStoreTime(clock);
  const watchers = createWatchers();
  let closed = false;
  let version = -1;
  let othersWroteAtMs = Number.NEGATIVE_INFINITY;
  let halt: { readonly state: HaltState; readonly readAtMs: number } | undefined;

  const engine = createEngine({
    clock,
    random: options.random,
    turns,
    lockDeadlineMs: options.lockDeadlineMs ?? 5_000,
    commit,
    contended: () => clock.monotonicMs() - othersWroteAtMs < CONTENDED_MS,
  });
  const { db, notes, checkInPlace } = await engine
    .retry(() => attempt(() => connect(options.path)))
    .catch((error: unknown) => {
      turns.close();
      throw error;
    });
  const tables = createTables(db);
  const source = { load, findEntry: tables.findEntry };

  function load(key: string): Row | undefined {
    if (tables.isNew(key)) return undefined;
    const cached = cache.get(key);
    if (cached !== undefined) return cached ?? undefined;
    const row = tables.load(key);
    cache.set(key, row ?? null);
    return row;
  }
  /** Forgets what was read before another process wrote. Call inside the transaction whose state is to be seen. */
  function refresh(): void {
    checkInPlace();
    const now = tables.dataVersion();
    if (now === version) return;
    if (version !== -1) othersWroteAtMs = clock.monotonicMs();
    version = now;
    cache.clear();
    tables.refresh();
  }
  function tellHalt(row: Row | undefined): void {
    halt = { state: (row as HaltState | undefined) ?? NO_HALT, readAtMs: clock.nowMs() };
  }
  function readTime() {
    return time.read(load(TIME_KEY) as TimeRow | undefined);
  }

  function commit(steps: readonly Step[]): readonly StepResult[] | typeof BUSY {
    return attempt(() =>
      within(
        db,
        'BEGIN IMMEDIATE',
        () => {
          refresh();
          const group = openGroup(source, readTime());
          const results = steps.map((step) => group.apply(step));
          const changes = group.changes();
          if (changes.rows.size > 0) tables.write(changes);
          return { results, changes, stop: group.get(storeKey.halt()) };
        },
        // Nothing here may fail: what is committed is not to be tried again.
        ({ results, changes, stop }) => {
          for (const [key, row] of changes.rows) cache.set(key, row);
          tellHalt(stop);
          watchers.tell(changes.entries);
          return results;
        },
      ),
    );
  }

  /** What the cache holds of all these keys, where nobody has written since it was filled: one state, and no transaction. */
  function recall(keys: readonly string[]): readonly (Json | undefined)[] | undefined {
    if (closed || db.isTransaction) return undefined;
    try {
      checkInPlace();
      if (tables.dataVersion() !== version) return undefined;
    } catch {
      // The transaction says what is wrong, or waits until it is not.
      return undefined;
    }
    const found: (Json | undefined)[] = [];
    for (const key of keys) {
      const row = tables.isNew(key) ? null : cache.get(key);
      if (row === undefined) return undefined;
      found.push((row ?? undefined) as Json | undefined);
    }
    const stop = cache.get(storeKey.halt());
    if (stop === undefined) return undefined;
    tellHalt(stop ?? undefined);
    return found;
  }

  /** Reads from one state that is at least as new as any commit acknowledged before. */
  function read<T>(work: () => T): Promise<T> {
    if (closed) return Promise.reject(new CastellanError('STORE_CLOSED', { message: 'The store is closed.' }));
    return engine.retry(() =>
      attempt(() =>
        within(
          db,
          'BEGIN',
          () => {
            refresh();
            return work();
          },
          (result) => result,
        ),
      ),
    );
  }

  return {
    info: { kind: 'sqlite', durability: 'durable', shared: true, notes },
    apply: engine.apply,
    async get(keys) {
      const known = recall(keys);
      if (known !== undefined) return known;
      return read(() => {
        tellHalt(load(storeKey.halt()));
        return keys.map((key) => load(key) as Json | undefined);
      });
    },
    scan: (prefix, page) => read(() => tables.scan(prefix, page?.after, pageSize(page?.limit))),
    log: (from, limit) => read(() => tables.entries(Math.max(0, from), pageSize(limit))),
    logHead: () => read(() => committedHead(source)),
    findLog: (id) => read(() => tables.findEntry(id)?.index),
    haltSnapshot: () => (closed ? undefined : halt),
    watch: watchers.watch,
    now: () => read(() => readTime().closeAtMs),
    async close() {
      await engine.close();
      if (closed) return;
      closed = true;
      db.close();
      turns.close();
    },
  };
}

/** Runs an attempt; a lock is BUSY, everything else a typed error. */
function attempt<T>(work: () => T): T | typeof BUSY {
  try {
    return work();
  } catch (error) {
    if (isBusy(error)) return BUSY;
    throw toStoreError(error);
  }
}

/** One transaction: all of `work`, then `committed` with its result once it is durable; or nothing. */
function within<W, R>(db: DatabaseSync, begin: string, work: () => W, committed: (result: W) => R): R {
  db.exec(begin);
  let result: W;
  try {
    result = work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return committed(result);
}
