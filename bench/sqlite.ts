import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { createSqliteStore } from '../src/adapters/store/sqlite/index.ts';
import type { Step } from '../src/core/index.ts';
import { appendCommand, capsOf, reserveCommand } from '../src/testing/store-conformance/scene.ts';
import { type Disk, diskOf } from './disk.ts';
import { createBareRival } from './sqlite-rival.ts';

/** Callers that reserve at once, each waiting for its answer before it asks again. */
const CALLERS = 64;
/** Agents whose accounts are reserved on in turns. */
const AGENTS = 64;
const HOUR_MS = 3_600_000;
/** Three windows that none of the load fills. */
const WINDOWS = [HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS].map((windowMs) => [windowMs, '1000000000000'] as const);
/** A log entry of the size of a small decision. */
const PAD = 'x'.repeat(600);

/** How reservations on SQLite compare, cost over cost: below 1 is faster than what it is held against. */
export interface SqliteSpeed {
  readonly disk: Disk;
  /** A reservation of 64 callers at once over the same one, one transaction each, one after the other. */
  readonly single: RatioBound;
  /** The same over a bare transaction that inserts the log entry and nothing else, one after the other. */
  readonly bare: RatioBound;
}

/**
 * Durable reservations (three windows and a log entry, one step each, `synchronous = FULL`) of 64 callers at once against the same
 * made one after the other, and against a bare transaction, in rounds that take turns on one disk. What a step is made of is made
 * before the clock starts, on each side alike.
 */
export async function measureSqlite(options: { readonly rounds: number; readonly reservations: number }): Promise<SqliteSpeed> {
  const { rounds, reservations } = options;
  const directory = mkdtempSync(join(tmpdir(), 'castellan-sqlite-'));
  const clock = systemClock();
  const open = (name: string) => createSqliteStore({ path: join(directory, name), clock, random: systemRandom() });
  const [grouped, alone] = [await open('grouped.sqlite'), await open('alone.sqlite')];
  const bare = createBareRival(join(directory, 'bare.sqlite'));
  let turn = 0;

  const stepsOf = (count: number): readonly Step[] =>
    Array.from({ length: count }, () => {
      const number = turn++;
      const id = `r${String(number).padStart(12, '0')}`;
      const agent = `a${number % AGENTS}`;
      const account = `agent:${agent}|eip155:1/slip44:60`;
      const reserve = reserveCommand(clock.nowMs(), { id, agent, lines: [{ account, amount: '1' }] }, capsOf(WINDOWS, account));
      return { commands: [reserve, appendCommand(id, `{"agent":"${agent}","id":"${id}","pad":"${PAD}"}`)] };
    });
  async function round(store: typeof grouped, callers: number, count: number): Promise<number> {
    const steps = stepsOf(count);
    let next = 0;
    const startedNs = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (let step = steps[next++]; step !== undefined; step = steps[next++]) {
          const [result] = await store.apply([step]);
          if (result?.ok !== true) throw new Error(`A reservation was refused: ${result?.reason.code}`);
        }
      }),
    );
    return Number(process.hrtime.bigint() - startedNs) / count;
  }
  // One after the other takes that much longer: fewer of them fill a round.
  const few = Math.ceil(reservations / 16);

  try {
    const group = (): Promise<number> => round(grouped, CALLERS, reservations);
    const single = await ratioBound(group, () => round(alone, 1, few), { rounds, warmup: 2 });
    const bound = await ratioBound(group, () => bare.round(few, PAD), { rounds });
    return { disk: diskOf(directory), single, bare: bound };
  } finally {
    await Promise.all([grouped.close(), alone.close()]);
    bare.close();
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.filename === process.argv[1]) {
  const { disk, single, bare } = await measureSqlite({ rounds: 11, reservations: Number(process.argv[2] ?? 16_384) });
  const rate = (ns: number): string => (1e9 / ns).toFixed(0);
  const line = (name: string, { a, b, ratio, upper }: RatioBound): string =>
    `${CALLERS} callers ${rate(a)}/s, ${name} ${rate(b)}/s: ${(1 / ratio).toFixed(2)} × (95 %: at least ${(1 / upper).toFixed(2)} ×)\n`;
  process.stdout.write(`on ${disk.kind}, one fsync of 4 KiB takes ${Math.round(disk.syncNs / 1_000)} µs\n`);
  process.stdout.write(line('one by one', single) + line('bare transactions', bare));
}
