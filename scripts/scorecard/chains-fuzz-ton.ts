import { runFuzz } from '../../test/ton/fuzz/run-fuzz.ts';
import type { Bar } from './bar.ts';

const ROUNDS = { full: 1_000_000, quick: 10_000 } as const;
const MOST_MS = 50;
/** A decode without its first rounds, in which the code is still being compiled. */
const WARM_UP = 500;

/** Payloads of every kind that is read, changed bit by bit and cell by cell. */
const fuzzBar: Bar = {
  name: 'TON decode: mutated payloads',
  target: `${ROUNDS.full.toLocaleString('en')} payloads: no unexpected error, nothing unread, none over ${MOST_MS} ms`,
  async run(mode, report) {
    runFuzz(WARM_UP, 7);
    const started = performance.now();
    const { tried, taken, complete, refusals, faults, slowestMs } = runFuzz(ROUNDS[mode], 2026, report);
    const rate = tried / ((performance.now() - started) / 1_000);
    const [first] = faults;
    return {
      figure: `${faults.length} faults in ${tried.toLocaleString('en')}, slowest ${slowestMs.toFixed(1)} ms`,
      pass: faults.length === 0 && slowestMs <= MOST_MS && taken > 0 && complete > 0,
      notes: [
        `${taken} were orders to the wallet, ${complete} of them understood to the end; ${refusals.size} reasons of refusal`,
        `${rate.toFixed(0)} a second, mutation and the other reader included`,
        ...(first === undefined ? [] : [first]),
      ],
    };
  },
};

/** What mutated TON payloads do to the decoder. */
export const bars: readonly Bar[] = [fuzzBar];
