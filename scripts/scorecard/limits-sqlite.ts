import { measureSqlite, type SqliteSpeed } from '../../bench/sqlite.ts';
import type { Bar, Mode } from './bar.ts';

const SIZES = { full: { rounds: 15, reservations: 16_384 }, quick: { rounds: 11, reservations: 1_024 } } as const;

/** Both ratios come from one measurement. */
const measured = new Map<Mode, Promise<SqliteSpeed>>();
const measure = (mode: Mode): Promise<SqliteSpeed> => {
  const known = measured.get(mode) ?? measureSqlite(SIZES[mode]);
  measured.set(mode, known);
  return known;
};
const rate = (ns: number): string => `${Math.round(1e9 / ns).toLocaleString('en')}/s`;

const singleBar: Bar = {
  name: 'durable reservations on SQLite FULL, 64 callers, 3 windows and a log entry',
  target: 'at least 12 × one transaction each, one after the other',
  isTiming: true,
  async run(mode) {
    const { disk, single, bare } = await measure(mode);
    return {
      figure: `${(1 / single.ratio).toFixed(2)} ×`,
      pass: 1 / single.upper >= 12,
      notes: [
        `${rate(single.a)} of 64 callers, ${rate(single.b)} one by one; 95 %: at least ${(1 / single.upper).toFixed(2)} ×`,
        `a bare transaction that only inserts the log entry: ${rate(bare.b)}; ${(1 / bare.ratio).toFixed(2)} × that`,
        `on ${disk.kind}; appending 4 KiB and syncing them takes ${Math.round(disk.syncNs / 1_000)} µs`,
      ],
    };
  },
};

/** What reservations on SQLite cost. */
export const bars: readonly Bar[] = [singleBar];
