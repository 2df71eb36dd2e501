import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import { storeKey } from '../../../core/store.ts';
import type { Row } from '../kernel/rows.ts';
import { SessionLost, toStoreError, unreachable } from './failure.ts';
import { type Fetched, type KnownRows, toFetched } from './known-rows.ts';
import type { Link } from './link.ts';
import type { Answer } from './session.ts';
import type { Statements } from './statements.ts';
import { encodeText, joinList } from './text-list.ts';

/** What the reader needs. */
export interface ReaderOptions {
  readonly clock: Clock;
  readonly link: Link;
  readonly known: KnownRows;
  readonly statements: Statements;
  readonly lockDeadlineMs: number;
}

/** Reads that see every commit acknowledged before they were asked for. */
export interface Reader {
  /** Rows by key, of one state; the halt row is always among them. Calls that wait share a round trip. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Row | null>>;
  /** Any other statement. A connection that breaks is replaced, and the statement asked again. */
  ask(name: string, text: string, values: readonly unknown[]): Promise<Answer>;
}

interface Waiting {
  readonly keys: readonly string[];
  readonly resolve: (rows: ReadonlyMap<string, Row | null>) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads over a connection of its own, so that no read waits for a commit. */
export function createReader(options: ReaderOptions): Reader {
  const { clock, link, known, statements } = options;
  let waiting: Waiting[] = [];
  let reading = false;

  const ask = async (name: string, text: string, values: readonly unknown[]): Promise<Answer> => {
    const untilMs = clock.monotonicMs() + options.lockDeadlineMs;
    for (let attempt = 0; ; attempt++) {
      const session = await link.session(untilMs);
      try {
        return await session.query(name, text, values);
      } catch (error) {
        if (!(error instanceof SessionLost)) throw toStoreError(error);
        if (clock.monotonicMs() >= untilMs) throw unreachable(error.cause);
      }
      await link.pause(attempt);
    }
  };

  /** What is known of the state is only not asked for again: it counts where the server says that it is the last one. */
  const read = async (keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Row | null>> => {
    const stamp = known.stamp();
    const rows = new Map<string, Row | null>();
    for (const key of keys) {
      const row = known.get(key);
      if (row !== undefined) rows.set(key, row);
    }
    const unknown = [...keys].filter((key) => !rows.has(key));
    const list = (some: Iterable<string>): string => joinList([...some].map(encodeText));
    const fetched = toFetched(await ask('read', statements.read, [stamp ?? '', list(unknown), list(keys)]));
    if (fetched.stamp !== stamp) rows.clear();
    for (const key of keys) if (!rows.has(key)) rows.set(key, fetched.rows.get(key) ?? null);
    remember(fetched, unknown);
    return rows;
  };
  const remember = (fetched: Fetched, keys: readonly string[]): void => {
    if (fetched.stamp === known.stamp()) for (const key of keys) known.remember(key, fetched.rows.get(key) ?? null);
  };

  const serve = async (calls: readonly Waiting[]): Promise<void> => {
    try {
      const rows = await read(new Set([storeKey.halt(), ...calls.flatMap(({ keys }) => keys)]));
      for (const call of calls) call.resolve(rows);
    } catch (error) {
      // A damaged row is the trouble of whoever asks for it.
      if (calls.length > 1 && error instanceof CastellanError && error.code === 'STORE_CORRUPT')
        for (const call of calls) await serve([call]);
      else for (const call of calls) call.reject(error);
    }
  };
  const pump = async (): Promise<void> => {
    reading = true;
    // Calls of one turn share a round trip; whoever comes later waits for the next, which begins after the call.
    await Promise.resolve();
    while (waiting.length > 0) {
      const calls = waiting;
      waiting = [];
      await serve(calls);
    }
    reading = false;
  };

  return {
    ask,
    get(keys) {
      return new Promise((resolve, reject) => {
        waiting.push({ keys, resolve, reject });
        if (!reading) void pump();
      });
    },
  };
}
