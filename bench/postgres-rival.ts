import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Rows of the rival's table, and connections that update them. */
const ROWS = 100_000;
const CLIENTS = 8;

/** What PostgreSQL is made for: durable updates of single rows, over eight connections. */
export interface Rival {
  readonly name: string;
  /** Updates for about so many seconds; ns per update. */
  round(seconds: number): Promise<number>;
  close(): Promise<void>;
}

const program = (): string | undefined => {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .map((version) => join(root, version, 'bin', 'pgbench'))
    .find((path) => existsSync(path));
};

/** `pgbench -c8` with prepared statements where it is installed, else the same from eight connections of this process. */
export async function createRival(url: string, schema: string): Promise<Rival> {
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const [first] = clients;
  await first?.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.accounts (id int PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO ${schema}.accounts SELECT n, 0 FROM generate_series(1, ${ROWS}) n`);
  await first?.query(`VACUUM ANALYZE ${schema}.accounts`);
  const folder = mkdtempSync(join(tmpdir(), 'castellan-pgbench-'));
  const path = program();
  const script = join(folder, 'update.sql');
  writeFileSync(script, `\\set id random(1, ${ROWS})\nUPDATE ${schema}.accounts SET balance = balance + 1 WHERE id = :id;\n`);

  const byPgbench = (pgbench: string, seconds: number): number => {
    const args = [
      '-n',
      '-c',
      String(CLIENTS),
      '-j',
      '2',
      '-M',
      'prepared',
      '-T',
      String(Math.max(1, Math.round(seconds))),
      '-f',
      script,
      url,
    ];
    const { stdout, stderr, status } = spawnSync(pgbench, args, { encoding: 'utf8' });
    const tps = Number(/tps = ([0-9.]+)/.exec(stdout)?.[1]);
    if (status !== 0 || !(tps > 0)) throw new Error(`pgbench failed: ${stderr}`);
    return 1e9 / tps;
  };
  const byLoop = async (seconds: number): Promise<number> => {
    const startedMs = performance.now();
    let done = 0;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() - startedMs < seconds * 1_000) {
          const values = [1 + (done++ % ROWS)];
          await client.query({ name: 'update', text: `UPDATE ${schema}.accounts SET balance = balance + 1 WHERE id = $1`, values });
        }
      }),
    );
    return ((performance.now() - startedMs) * 1e6) / done;
  };
  return {
    name: path === undefined ? 'eight connections of pg' : 'pgbench -c8 -M prepared',
    round: async (seconds) => (path === undefined ? byLoop(seconds) : byPgbench(path, seconds)),
    async close() {
      await first?.query(`DROP SCHEMA ${schema} CASCADE`);
      await Promise.all(clients.map((client) => client.end()));
      rmSync(folder, { recursive: true });
    },
  };
}
