import pg from 'pg';
import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { createPostgresStore } from '../src/adapters/store/postgres/index.ts';
import { appendCommand, applyOne, capsOf, reserveCommand } from '../src/testing/store-conformance/scene.ts';
import { createRival } from './postgres-rival.ts';

/** Callers that reserve at once, each waiting for its answer before it asks again. */
const CALLERS = 256;
/** Agents of the spread load. */
const SPREAD = 256;
const HOUR_MS = 3_600_000;
/** Three windows that none of the load fills. */
const WINDOWS = [HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS].map((windowMs) => [windowMs, '1000000000000'] as const);
/** A log entry of the size of a small decision. */
const PAD = 'x'.repeat(600);

/** How reservations on PostgreSQL compare, cost over cost: below 1 is faster than what it is held against. */
export interface PostgresSpeed {
  readonly rival: string;
  /** A reservation of spread agents over a single-row update of the rival. */
  readonly update: RatioBound;
  /** A reservation of spread agents over one of a single hot agent. */
  readonly hot: RatioBound;
}

/**
 * Durable reservations (three windows and a log entry, one step each) against durable single-row updates on the same server, in
 * rounds that take turns; then spread agents against a single one.
 */
export async function measurePostgres(options: {
  readonly url: string;
  readonly rounds: number;
  readonly reservations: number;
  readonly seconds: number;
}): Promise<PostgresSpeed> {
  const schema = `castellan_bench_${process.pid}`;
  const clock = systemClock();
  const rival = await createRival(options.url, `${schema}_rival`);
  const store = await createPostgresStore({ url: options.url, schema, clock, random: systemRandom(), lockDeadlineMs: 60_000 });
  let turn = 0;

  async function reserve(agents: number): Promise<void> {
    const number = turn++;
    const id = `r${String(number).padStart(12, '0')}`;
    const agent = `a${number % agents}`;
    const account = `agent:${agent}|eip155:1/slip44:60`;
    const lines = [{ account, amount: '1' }];
    const result = await applyOne(
      store,
      reserveCommand(clock.nowMs(), { id, agent, lines }, capsOf(WINDOWS, account)),
      appendCommand(id, `{"agent":"${agent}","id":"${id}","pad":"${PAD}"}`),
    );
    if (!result.ok) throw new Error(`A reservation was refused: ${result.reason.code}`);
  }
  async function round(agents: number): Promise<number> {
    const startedMs = performance.now();
    let left = options.reservations;
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (left-- > 0) await reserve(agents);
      }),
    );
    return ((performance.now() - startedMs) * 1e6) / options.reservations;
  }

  try {
    const { rounds } = options;
    const update = await ratioBound(
      () => round(SPREAD),
      () => rival.round(options.seconds),
      { rounds },
    );
    const hot = await ratioBound(
      () => round(SPREAD),
      () => round(1),
      { rounds },
    );
    return { rival: rival.name, update, hot };
  } finally {
    await store.close();
    await rival.close();
    await dropSchema(options.url, schema);
  }
}

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SET client_min_messages = error; DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}

if (import.meta.filename === process.argv[1]) {
  const url = process.env['CASTELLAN_TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
  const reservations = Number(process.argv[2] ?? 40_000);
  const { rival, update, hot } = await measurePostgres({ url, rounds: 11, reservations, seconds: 1 });
  const rate = (ns: number): string => (1e9 / ns).toFixed(0);
  process.stdout.write(
    `reservations ${rate(update.a)}/s, ${rival} ${rate(update.b)}/s: ${(1 / update.ratio).toFixed(2)} × (95 %: at least ${(1 / update.upper).toFixed(2)} ×)\n`,
  );
  process.stdout.write(
    `one hot agent ${rate(hot.b)}/s, ${SPREAD} agents ${rate(hot.a)}/s: ${hot.ratio.toFixed(2)} × (95 %: at least ${hot.lower.toFixed(2)} ×)\n`,
  );
}
