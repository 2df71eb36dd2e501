import { measureRedis, type RedisSpeed } from '../../bench/redis.ts';
import type { Bar, Mode } from './bar.ts';
import { REDIS_URL } from './limits-race.ts';

const SIZES = {
  full: { rounds: 15, reservations: 50_000, past: 100_000 },
  quick: { rounds: 11, reservations: 2_000, past: 5_000 },
} as const;

/** Every ratio comes from one measurement. */
const measured = new Map<Mode, Promise<RedisSpeed>>();
const measure = (mode: Mode): Promise<RedisSpeed> => {
  const known = measured.get(mode) ?? measureRedis({ url: REDIS_URL, ...SIZES[mode] });
  measured.set(mode, known);
  return known;
};
const rate = (ns: number): string => `${Math.round(1e9 / ns).toLocaleString('en')}/s`;

const speedBar: Bar = {
  name: 'reservations in the counter on Redis, 3 windows in one call, 64 in flight',
  target: 'at least 0.8 × INCRBY',
  isTiming: true,
  async run(mode) {
    const { incrby, bare, limiter, hot } = await measure(mode);
    return {
      figure: `${(1 / incrby.ratio).toFixed(2)} ×`,
      pass: 1 / incrby.upper >= 0.8,
      notes: [
        `${rate(incrby.a)} taken and confirmed over 64 agents, INCRBY by the client as it comes ${rate(incrby.b)}; 95 %: at least ${(1 / incrby.upper).toFixed(2)} ×`,
        `INCRBY by a client without its timeouts, as the counter uses it ${rate(bare.b)}: ${(1 / bare.ratio).toFixed(2)} ×`,
        `rate-limiter-flexible, one window ${rate(limiter.b)}: ${(1 / limiter.ratio).toFixed(2)} ×; one hot agent ${rate(hot.a)}`,
      ],
    };
  },
};

const historyBar: Bar = {
  name: 'the same after 100,000 reservations',
  target: 'at most 1.2 × before',
  isTiming: true,
  async run(mode) {
    const { history } = await measure(mode);
    return {
      figure: `${history.ratio.toFixed(2)} ×`,
      pass: history.lower <= 1.2,
      notes: [`${rate(history.a)} after, ${rate(history.b)} before`],
    };
  },
};

/** What taking room in the counter costs. */
export const bars: readonly Bar[] = [speedBar, historyBar];
