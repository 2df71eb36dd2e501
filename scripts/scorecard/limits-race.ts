import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from 'redis';
import type { Bar, Measurement, Mode } from './bar.ts';
import { type LimitsRace, limitsRace, type RaceOptions } from './limits-race-run.ts';
import { startOwnPostgres } from './own-postgres.ts';

const PROCESSES = 8;

/** Where the bars find a PostgreSQL server. */
export const POSTGRES_URL = process.env['CASTELLAN_TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Where the bars find a Redis server. */
export const REDIS_URL = process.env['CASTELLAN_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

type Terms = Omit<RaceOptions, 'place' | 'processes'>;

/** A race over a new SQLite file. */
export async function raceOnSqlite(terms: Terms, processes = PROCESSES): Promise<LimitsRace> {
  const directory = mkdtempSync(join(tmpdir(), 'castellan-race-'));
  try {
    return await limitsRace({ ...terms, processes, place: { kind: 'sqlite', path: join(directory, 'race.sqlite') } });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A race over a new schema of a PostgreSQL server. */
export async function raceOnPostgres(terms: Terms, url = POSTGRES_URL, processes = PROCESSES): Promise<LimitsRace> {
  return onSchema(url, (schema) => limitsRace({ ...terms, processes, place: { kind: 'postgres', url, schema } }));
}

/** A race over a new schema with a counter on Redis in front of it. */
export async function raceOnRedis(terms: Terms, url = POSTGRES_URL, redisUrl = REDIS_URL, processes = PROCESSES): Promise<LimitsRace> {
  return onSchema(url, async (schema) => {
    try {
      return await limitsRace({ ...terms, processes, place: { kind: 'redis', url, schema, redisUrl } });
    } finally {
      const client = createClient({ url: redisUrl });
      await client.connect();
      const keys = await client.keys(`{${schema}}:*`);
      if (keys.length > 0) await client.del(keys);
      client.destroy();
    }
  });
}

async function onSchema(url: string, race: (schema: string) => Promise<LimitsRace>): Promise<LimitsRace> {
  const schema = `castellan_race_${process.pid}`;
  try {
    return await race(schema);
  } finally {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`SET client_min_messages = error; DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  }
}

/** A race over a PostgreSQL server that crashes so many times meanwhile; undefined where none is installed. */
export async function raceOverCrashes(
  terms: Terms,
  crashes: number,
  processes = PROCESSES,
): Promise<(LimitsRace & { readonly crashes: number }) | undefined> {
  const server = await startOwnPostgres();
  if (server === undefined) return undefined;
  let made = 0;
  try {
    const beside = async (racing: () => boolean): Promise<void> => {
      for (; made < crashes && racing(); made++) {
        await sleep(200);
        if (racing()) server.crash();
      }
    };
    const race = await raceOnPostgres({ ...terms, beside }, server.url, processes);
    return { ...race, crashes: made };
  } finally {
    server.close();
  }
}

/** True where every count is the cap: no unit above it at any look, none lost, none counted twice. */
export function isExact(race: LimitsRace): boolean {
  return race.overspend === 0 && race.refilled === race.cap && race.held.every((count) => count === race.cap);
}

function judged(race: LimitsRace, each: number, more: string): Measurement {
  return {
    figure: `overspend ${race.overspend}, ${race.refilled.toLocaleString('en')} of ${race.cap.toLocaleString('en')} used`,
    pass: isExact(race),
    notes: [
      `${PROCESSES} processes × ${each.toLocaleString('en')} units at twice the cap in ${(race.ms / 1_000).toFixed(1)} s, ${race.looks} looks${more}`,
      `held by ledger, rows and log: ${race.held.join(', ')}`,
    ],
  };
}

/** Reservations of each process. */
const SIZES = { full: { each: 100_000 }, quick: { each: 250 } } as const;
const KILLED = {
  full: { each: 20_000, killEveryMs: 500 },
  quick: { each: 2_500, killEveryMs: 500 },
} as const;
/** On the counter a start takes longer, and so does what the kills cut short. */
const KILLED_QUICKLY = { each: 800, killEveryMs: 500 } as const;
const CRASHED = { full: { each: 40_000, crashes: 50 }, quick: { each: 200, crashes: 2 } } as const;

const target = 'overspend 0 at each look; the cap used to the last unit';
const over = {
  sqlite: raceOnSqlite,
  postgres: (terms: Terms) => raceOnPostgres(terms),
  redis: (terms: Terms) => raceOnRedis(terms),
} as const;

const raceBar = (kind: keyof typeof over): Bar => ({
  name: `eight processes on one cap, ${kind}`,
  target,
  run: async (mode: Mode) => judged(await over[kind](SIZES[mode]), SIZES[mode].each, ''),
});

const killBar = (kind: keyof typeof over): Bar => ({
  name: `the same with one process killed every 500 ms, ${kind}`,
  target,
  async run(mode: Mode) {
    const terms = mode === 'quick' && kind === 'redis' ? KILLED_QUICKLY : KILLED[mode];
    const race = await over[kind](terms);
    const measured = judged(race, terms.each, `, ${race.kills} killed`);
    return { ...measured, pass: measured.pass && race.kills > 0 };
  },
});

const crashBar: Bar = {
  name: 'PostgreSQL restarted immediately, 50 times',
  target: 'no double count',
  async run(mode) {
    const { crashes, ...terms } = CRASHED[mode];
    const race = await raceOverCrashes(terms, crashes);
    if (race === undefined) return { figure: 'not measured', pass: false, notes: ['PostgreSQL is not installed here'] };
    const measured = judged(race, terms.each, `, ${race.crashes} of ${crashes} crashes`);
    return { ...measured, pass: measured.pass && race.crashes === crashes };
  },
};

/** Caps under many processes, kills and crashes. */
export const bars: readonly Bar[] = [
  raceBar('sqlite'),
  raceBar('postgres'),
  raceBar('redis'),
  killBar('sqlite'),
  killBar('postgres'),
  killBar('redis'),
  crashBar,
];
