import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server of our own that may be crashed. */
export interface OwnPostgres {
  readonly url: string;
  /** Stops every process of the server at once, as a crash does, and starts it again: it recovers from its log. */
  crash(): void;
  /** The same in two parts. */
  stop(): void;
  start(): void;
  close(): void;
}

const ROOT = '/usr/lib/postgresql';

/** Where the server's programs are; undefined where it is not installed. */
function programs(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  const found = readdirSync(ROOT).map((version) => join(ROOT, version, 'bin'));
  return found.find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'pg_ctl')));
}

/** Makes and starts a server in a folder of its own; undefined where PostgreSQL is not installed. The server refuses to run as root. */
export async function startOwnPostgres(): Promise<OwnPostgres | undefined> {
  const bin = programs();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'castellan-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const port = await freePort();
  const asRoot = process.getuid?.() === 0;
  const run = (program: string, ...args: readonly string[]): void => {
    const line = [join(bin, program), ...args];
    const [command, ...rest] = asRoot ? ['runuser', '-u', 'postgres', '--', ...line] : line;
    const { status, stderr, error } = spawnSync(command ?? '', rest, {
      encoding: 'utf8',
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  };
  const control = (...args: readonly string[]): void => run('pg_ctl', '-D', data, '-w', '-s', '-l', join(folder, 'log'), ...args);
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N');
  const start = (): void => control('-o', `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`, 'start');
  const stop = (): void => control('-m', 'immediate', 'stop');
  start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash: () => control('-m', 'immediate', 'restart'),
    stop,
    start,
    close() {
      stop();
      rmSync(folder, { recursive: true, force: true });
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
