import { measurePostgres, type PostgresSpeed } from '../../bench/postgres.ts';
import type { Bar, Mode } from './bar.ts';
import { POSTGRES_URL } from './limits-race.ts';

const SIZES = {
  full: { rounds: 15, reservations: 40_000, seconds: 2 },
  quick: { rounds: 11, reservations: 2_000, seconds: 1 },
} as const;

/** Both ratios come from one measurement. */
const measured = new Map<Mode, Promise<PostgresSpeed>>();
const measure = (mode: Mode): Promise<PostgresSpeed> => {
  const known = measured.get(mode) ?? measurePostgres({ url: POSTGRES_URL, ...SIZES[mode] });
  measured.set(mode, known);
  return known;
};
const rate = (ns: number): string => `${Math.round(1e9 / ns).toLocaleString('en')}/s`;

const updateBar: Bar = {
  name: 'durable reservations on PostgreSQL, 3 windows and a log entry',
  target: 'at least 2 × pgbench -c8',
  isTiming: true,
  async run(mode) {
    const { rival, update } = await measure(mode);
    return {
      figure: `${(1 / update.ratio).toFixed(2)} ×`,
      pass: 1 / update.upper >= 2,
      notes: [`${rate(update.a)} of 256 callers, ${rival} ${rate(update.b)}; 95 %: at least ${(1 / update.upper).toFixed(2)} ×`],
    };
  },
};

const hotBar: Bar = {
  name: 'one hot agent on PostgreSQL',
  target: 'at least 0.9 × 256 agents',
  isTiming: true,
  async run(mode) {
    const { hot } = await measure(mode);
    return {
      figure: `${hot.ratio.toFixed(2)} ×`,
      pass: hot.lower >= 0.9,
      notes: [`${rate(hot.b)} of one agent, ${rate(hot.a)} of 256; 95 %: at least ${hot.lower.toFixed(2)} ×`],
    };
  },
};

/** What reservations on PostgreSQL cost. */
export const bars: readonly Bar[] = [updateBar, hotBar];
