import type { RedisClientOptions } from 'redis';

/** Where the Redis server is and who asks. */
export interface RedisConnection {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS; the other fields take precedence. Never shown in errors. */
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  /** TLS: `true`, or the options of `node:tls`, e.g. `{ ca }`. Certificates are verified unless these say otherwise. */
  readonly tls?: boolean | Readonly<Record<string, unknown>>;
}

/** What the driver is given: no queue while it is away and no connecting by itself, for each connection is looked at before it is used. */
export function toClientOptions(connection: RedisConnection, deadlineMs: number): RedisClientOptions {
  const { url, host, port, username, password, database, tls } = connection;
  return {
    ...(url === undefined ? {} : { url }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    name: 'castellan',
    disableOfflineQueue: true,
    // How long an answer may take is watched per batch, not per command.
    commandOptions: { timeout: 0 },
    socket: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(tls === undefined || tls === false ? {} : { tls: true, ...(tls === true ? {} : tls) }),
      connectTimeout: Math.max(100, deadlineMs),
      reconnectStrategy: false,
      noDelay: true,
    },
  } as RedisClientOptions;
}
