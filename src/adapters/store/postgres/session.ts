import type pg from 'pg';
import { CastellanError } from '../../../core/errors.ts';
import type { Turns } from '../kernel/turns.ts';
import { SessionLost, sqlState } from './failure.ts';
import { type PostgresConnection, sessionSettings, toClientConfig } from './settings.ts';

/** One answer of the server, row by row: `bigint` comes as text. */
export type Answer = readonly (readonly unknown[])[];

/** One connection. Statements are sent without waiting for the answers of earlier ones, and answered in order. */
export interface Session {
  /** What this server does less than the store would like. */
  readonly notes: readonly string[];
  /**
   * Runs a statement, prepared under its name the first time. Throws the server's own error where the server refused it, so that
   * nothing of it is kept; {@link SessionLost} where nobody can say.
   */
  query(name: string, text: string, values: readonly unknown[]): Promise<Answer>;
  /** Runs statements without parameters; the rows of the last one. */
  run(text: string): Promise<Answer>;
  isAlive(): boolean;
  /** Ends the connection at once; what is under way is lost. */
  drop(): void;
  close(): Promise<void>;
}

/** What the driver has and its types leave out. */
interface Socketed {
  readonly connection: { readonly stream: { destroy(): void } };
  ref(): void;
  unref(): void;
}

/** The driver, loaded once a store is opened: the package stands without it. */
async function loadDriver(): Promise<typeof pg> {
  const { default: driver } = await import('pg').catch((cause: unknown) => {
    throw new CastellanError('PEER_MISSING', { message: 'A store on PostgreSQL needs the package pg.', details: { peer: 'pg' }, cause });
  });
  return driver;
}

/** Connects and prepares the session. Throws what the driver throws. @throws PEER_MISSING */
export async function openSession(connection: PostgresConnection, lockDeadlineMs: number, turns: Turns): Promise<Session> {
  const driver = await loadDriver();
  const client = new driver.Client(toClientConfig(connection, lockDeadlineMs)) as pg.Client & Socketed;
  let alive = true;
  // An idle connection that breaks would otherwise end the process.
  const ended = (): void => {
    alive = false;
  };
  client.on('error', ended);
  client.on('end', ended);

  const ask = async (query: pg.QueryArrayConfig): Promise<Answer> => {
    // The process lives until the answer is there, whatever became of the socket.
    turns.hold();
    try {
      const result: unknown = await client.query(query);
      const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryArrayResult;
      return last.rows;
    } finally {
      turns.release();
    }
  };
  const drop = (): void => {
    alive = false;
    client.connection.stream.destroy();
  };
  /** The server's word counts where the session lived on after it: what was said on the way down may hide a commit. */
  const checked = async (query: pg.QueryArrayConfig): Promise<Answer> => {
    if (!alive) throw new SessionLost(undefined);
    try {
      return await ask(query);
    } catch (error) {
      if (sqlState(error) !== undefined && (await livesOn())) throw error;
      drop();
      throw new SessionLost(error);
    }
  };
  const livesOn = (): Promise<boolean> =>
    ask({ text: 'SELECT 1', rowMode: 'array' }).then(
      () => true,
      (error: unknown) => sqlState(error) === '25P02',
    );

  await client.connect();
  client.unref();
  try {
    const notes = await sessionSettings((text) => ask({ text, rowMode: 'array' }), lockDeadlineMs);
    return {
      notes,
      query: (name, text, values) => checked({ name, text, values: [...values], rowMode: 'array' }),
      run: (text) => checked({ text, rowMode: 'array' }),
      isAlive: () => alive,
      drop,
      async close() {
        alive = false;
        client.ref();
        await client.end().catch(() => undefined);
      },
    };
  } catch (error) {
    drop();
    throw error;
  }
}

/** The configuration's fault is told before anything is tried. @throws CONFIG_INVALID, PEER_MISSING */
export async function checkConnection(connection: PostgresConnection): Promise<void> {
  const driver = await loadDriver();
  try {
    new driver.Client(toClientConfig(connection, 1));
  } catch {
    // Without the cause: it quotes the address, password and all.
    throw new CastellanError('CONFIG_INVALID', {
      message: 'The address of the PostgreSQL server cannot be read.',
      details: { field: 'url' },
    });
  }
}
