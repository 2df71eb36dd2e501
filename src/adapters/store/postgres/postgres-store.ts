import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import { type HaltState, NO_HALT } from '../../../core/halt.ts';
import type { Random } from '../../../core/random.ts';
import type { Json, LogRow, Store } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { EMPTY_HEAD, HEAD_KEY, type HeadRow } from '../kernel/log.ts';
import { pageSize } from '../kernel/page.ts';
import { fromRowText } from '../kernel/row-text.ts';
import type { Moment, Row } from '../kernel/rows.ts';
import { createStoreTime, TIME_KEY, type TimeRow } from '../kernel/store-time.ts';
import { createTurns } from '../kernel/turns.ts';
import { createWatchers } from '../kernel/watchers.ts';
import { createClockCheck } from './clock-check.ts';
import { toStoreError } from './failure.ts';
import { createGroupCommit } from './group-commit.ts';
import { createKnownRows } from './known-rows.ts';
import { createLink } from './link.ts';
import { createReader } from './reader.ts';
import { migrate, parseSchemaName } from './schema.ts';
import { checkConnection } from './session.ts';
import type { PostgresConnection } from './settings.ts';
import { createStatements } from './statements.ts';
import { decodeText, encodeText } from './text-list.ts';
import { createWriter } from './writer.ts';

/** Options of {@link createPostgresStore}. */
export interface PostgresStoreOptions extends PostgresConnection {
  /** The schema that holds the tables, one per tenant; it is made where it is missing. Default `castellan`. */
  readonly schema?: string;
  readonly clock: Clock;
  /** For this process's name among the writers, and for the jitter between tries. */
  readonly random: Random;
  /** How long a call tries for the lock that another process holds, or for a server that is away, ms. Default 5,000. */
  readonly lockDeadlineMs?: number;
  /** How long a call waits to learn whether a commit was made during which the connection broke, ms. Default 30,000. */
  readonly outcomeDeadlineMs?: number;
  /** Parsed rows kept in memory. Default 50,000. */
  readonly cachedRows?: number;
  /** Whether the server's clock is compared with this host's. Default true; false only for a clock that is not meant to show the time. */
  readonly checkClock?: boolean;
}

/**
 * Opens a store in one schema of a PostgreSQL database (14 or later) that any number of processes may share. Durable when
 * `apply` resolves: concurrent steps share one commit. It keeps two connections open.
 *
 * @param options - the server, the schema, clock and randomness; `lockDeadlineMs` in milliseconds
 * @throws PEER_MISSING where the optional package pg is not installed; CONFIG_INVALID, STORE_SCHEMA_NEWER, STORE_CORRUPT; STORE_UNAVAILABLE where the server cannot be reached or refuses.
 * @example
 * ```ts
 * import { createPostgresStore } from 'castellan/store/postgres';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const host = { clock: createManualClock(), random: createSeededRandom(1) };
 * const opening = createPostgresStore({ url: 'postgres://castellan@127.0.0.1:1/agents', lockDeadlineMs: 0, ...host });
 * console.log(await opening.catch((error) => error.code)); // STORE_UNAVAILABLE
 * ```
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { clock, random, schema: name = 'castellan', lockDeadlineMs = 5_000, outcomeDeadlineMs = 30_000 } = options;
  const schema = parseSchemaName(name);
  await checkConnection(options);
  const turns = createTurns();
  const known = createKnownRows(options.cachedRows ?? 50_000);
  const time = createStoreTime(clock);
  const watchers = createWatchers();
  const statements = createStatements(schema);
  const clocks = options.checkClock === false ? undefined : createClockCheck(clock);
  const linkOptions = { connection: options, lockDeadlineMs, clock, random, turns };
  const [writing, reading] = [createLink(clocks === undefined ? linkOptions : { ...linkOptions, clocks }), createLink(linkOptions)];
  let closed = false;
  let halt: { readonly state: HaltState; readonly readAtMs: number } | undefined;

  const tellHalt = (row: Row | null | undefined): void => {
    const state = (row ?? NO_HALT) as HaltState;
    // An answer that was overtaken on its way says nothing new: the epoch only rises.
    if (halt === undefined || state.epoch >= halt.state.epoch) halt = { state, readAtMs: clock.nowMs() };
  };
  const writerId = [...random.bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // Under a clock that is wrong from the start nothing is remembered of what it shows.
  const readTime = (row: TimeRow | undefined): Moment =>
    clocks?.areApart() === true ? { closeAtMs: row?.highMs ?? 0, openAtMs: row?.openMs ?? 0, skewed: true } : time.read(row);
  const commit = createGroupCommit({ clock, link: writing, known, statements, writerId, lockDeadlineMs, outcomeDeadlineMs, readTime });
  const writer = createWriter({
    clock,
    turns,
    commit,
    lockDeadlineMs,
    committed(ran) {
      tellHalt(ran.halt);
      watchers.tell(ran.changes.entries);
    },
  });
  const reader = createReader({ clock, link: reading, known, statements, lockDeadlineMs });

  const close = async (): Promise<void> => {
    await writer.close();
    if (closed) return;
    closed = true;
    await Promise.all([writing.close(), reading.close()]);
    turns.close();
  };
  const open = (): void => {
    if (closed) throw new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
  };
  const get = async (keys: readonly string[]): Promise<readonly (Row | undefined)[]> => {
    open();
    const rows = await reader.get(keys);
    tellHalt(rows.get(storeKey.halt()));
    return keys.map((key) => rows.get(key) ?? undefined);
  };
  const ask = async (name: keyof typeof statements, values: readonly unknown[]) => {
    open();
    return reader.ask(name, statements[name], values);
  };

  const session = await writing.session(clock.monotonicMs() + lockDeadlineMs).catch(giveUp);
  await migrate(session, schema).catch(giveUp);

  async function giveUp(error: unknown): Promise<never> {
    await close();
    throw toStoreError(error);
  }

  return {
    info: { kind: 'postgres', durability: 'durable', shared: true, notes: session.notes },
    apply: writer.apply,
    get: async (keys) => (await get(keys)) as readonly (Json | undefined)[],
    async scan(prefix, page) {
      const from = encodeText(prefix);
      const after = page?.after === undefined ? undefined : encodeText(page.after);
      const values = [from, `${from}\u{10FFFF}`, pageSize(page?.limit)];
      const found =
        after === undefined || after < from ? await ask('scanFrom', values) : await ask('scanAfter', [after, ...values.slice(1)]);
      return found.map(([k, v]) => {
        const key = decodeText(String(k));
        return { key, value: fromRowText(key, String(v)) as Json };
      });
    },
    async log(from, limit) {
      const rows = await ask('entries', [Math.max(0, from), pageSize(limit)]);
      return rows.map(
        ([seq, id, entry, leaf, chain]): LogRow => ({
          index: Number(seq),
          id: decodeText(String(id)),
          entry: decodeText(String(entry)),
          leaf: String(leaf),
          chain: String(chain),
        }),
      );
    },
    async logHead() {
      const [head = EMPTY_HEAD] = (await get([HEAD_KEY])) as readonly (HeadRow | undefined)[];
      return { size: head.size, chain: head.chain };
    },
    async findLog(id) {
      const [[seq] = []] = await ask('find', [encodeText(id)]);
      return seq === undefined ? undefined : Number(seq);
    },
    haltSnapshot: () => (closed ? undefined : halt),
    watch: watchers.watch,
    async now() {
      const [row] = await get([TIME_KEY]);
      return readTime(row as TimeRow | undefined).closeAtMs;
    },
    close,
  };
}
