import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createClient } from 'redis';

/** Where the tests find Redis. */
export const REDIS_URL = process.env['CASTELLAN_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

type Client = ReturnType<typeof createClient>;

/** A plain connection for what a test does behind a store's back. */
export async function redisClient(url = REDIS_URL): Promise<Client> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: 2_000, reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client as unknown as Client;
}

/** Runs one thing over a connection of its own. */
export async function onRedis<T>(work: (client: Client) => Promise<T>, url = REDIS_URL): Promise<T> {
  const client = await redisClient(url);
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** True where the server answers. With CASTELLAN_REQUIRE_SERVICES=1 an absent one is a failure. */
export async function hasRedis(): Promise<boolean> {
  try {
    await onRedis((client) => client.ping());
    return true;
  } catch (error) {
    if (process.env['CASTELLAN_REQUIRE_SERVICES'] === '1') throw new Error('Redis is required and does not answer.', { cause: error });
    return false;
  }
}

let prefixes = 0;

/** A prefix that no other suite of this run has. */
export function newPrefix(of: string): string {
  return `castellan_${of}_${process.pid}_${prefixes++}`;
}

/** Drops every key of these counters. */
export async function dropPrefixes(...prefixes: readonly string[]): Promise<void> {
  await onRedis(async (client) => {
    for (const prefix of prefixes) for (const key of await client.keys(`{${prefix}}:*`)) await client.del(key);
  });
}

/** A server of our own that may be stopped, flushed and replaced. */
export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** Kills it and starts another one, empty, under the same address. */
  restart(): Promise<void>;
  /** The process stands still, or goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server on a free port; undefined where Redis is not installed. */
export async function startOwnRedis(...more: readonly string[]): Promise<OwnRedis | undefined> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp', ...more],
      {
        stdio: 'ignore',
      },
    );
    const failed = once(started, 'error').then(([error]) => error as Error);
    server = started;
    for (let attempt = 0; ; attempt++) {
      const answer = await Promise.race([failed, onRedis((client) => client.ping(), url).catch(() => undefined)]);
      if (answer === 'PONG') return;
      if (answer instanceof Error) throw answer;
      if (attempt > 200) throw new Error('The Redis server does not start.');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const stop = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  try {
    await start();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  return {
    url,
    port,
    start,
    stop,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async restart() {
      await stop();
      await start();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
