import type { ClientConfig } from 'pg';

/** Where the server is and who asks. What is left out comes from the driver's defaults, among them the PG* environment variables. */
export interface PostgresConnection {
  /** `postgres://user:password@host:port/database`; the other fields take precedence. Never shown in errors. */
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** Or how to get it, asked for each connection. */
  readonly password?: string | (() => string | Promise<string>);
  /** TLS: `true`, or the options of `node:tls`, e.g. `{ ca }`. Certificates are verified unless these say otherwise. */
  readonly ssl?: boolean | Readonly<Record<string, unknown>>;
}

/** Beyond the wait for a lock, ms: how long a statement may work, and how much longer until the network is given up. */
const WORK_MS = 10_000;
const NETWORK_MS = 5_000;

/** What the driver is given. Every wait has an end. */
export function toClientConfig(connection: PostgresConnection, lockDeadlineMs: number): ClientConfig {
  const { url, host, port, database, user, password, ssl } = connection;
  return {
    ...(url === undefined ? {} : { connectionString: url }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
    application_name: 'castellan',
    keepAlive: true,
    connectionTimeoutMillis: Math.max(1_000, lockDeadlineMs),
    query_timeout: lockDeadlineMs + WORK_MS + NETWORK_MS,
    pipeline: true,
  } as ClientConfig;
}

/** Levels of `synchronous_commit` under which an acknowledged commit may be lost with the server. */
const WEAK: ReadonlySet<string> = new Set(['off', 'local']);

/**
 * Prepares a session: every commit is on disk before it is acknowledged, every wait is bounded, and plans do not depend on
 * statistics, for every access is by a key. Answers what the server does not keep.
 */
export async function sessionSettings(
  ask: (text: string) => Promise<readonly (readonly unknown[])[]>,
  lockDeadlineMs: number,
): Promise<readonly string[]> {
  const [[commit, fsync, pages] = []] = await ask(
    `SELECT ${['synchronous_commit', 'fsync', 'full_page_writes'].map((name) => `pg_catalog.current_setting('${name}')`).join(', ')}`,
  );
  const settings: Readonly<Record<string, string>> = {
    ...(WEAK.has(String(commit)) ? { synchronous_commit: 'on' } : {}),
    // Nobody who may make functions or operators elsewhere in the database has them called by the store.
    search_path: 'pg_catalog, pg_temp',
    default_transaction_isolation: 'read committed',
    lock_timeout: `${lockDeadlineMs}ms`,
    statement_timeout: `${lockDeadlineMs + WORK_MS}ms`,
    // Whoever stops in the middle of a commit holds up everybody.
    idle_in_transaction_session_timeout: `${Math.max(250, Math.ceil(lockDeadlineMs / 2))}ms`,
    enable_seqscan: 'off',
    plan_cache_mode: 'force_generic_plan',
    jit: 'off',
    standard_conforming_strings: 'on',
    client_min_messages: 'error',
  };
  await ask(
    `SELECT ${Object.entries(settings)
      .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
      .join(', ')}`,
  );
  return [
    ...(fsync === 'off' ? ['The server runs with fsync off: a crash of its machine may lose or damage what was acknowledged.'] : []),
    ...(pages === 'off' ? ['The server runs with full_page_writes off: safe only on a disk that never tears a page.'] : []),
    ...(WEAK.has(String(commit)) ? [`The server's synchronous_commit is ${String(commit)}; the store commits with on all the same.`] : []),
  ];
}
