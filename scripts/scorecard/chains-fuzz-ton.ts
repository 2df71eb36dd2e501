import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HEAVY } from '../../test/ton/fuzz/heavy.ts';
import { type FuzzResult, MOST_MS } from '../../test/ton/fuzz/run-fuzz.ts';
import { type Slow, slowestAgain } from '../../test/ton/fuzz/slowest.ts';
import type { Bar } from './bar.ts';

const PAYLOADS = { full: 1_000_000, quick: 10_000 } as const;
/** One for each process: both begin elsewhere. */
const SEEDS = [20_261_121, 1_640_531_527] as const;
/** Others come first. */
const NICE = 10;
const CHILD = fileURLToPath(new URL('./chains-fuzz-ton-child.ts', import.meta.url));

/** What a process tells its parent. */
type Told = { readonly line: string } | { readonly result: FuzzResult };

/** Decodes so many payloads in a process of its own. */
function runApart(payloads: number, seed: number, report: (line: string) => void): Promise<FuzzResult> {
  const child = fork(CHILD, [String(payloads), String(seed)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  if (child.pid !== undefined) setPriority(child.pid, NICE);
  return new Promise((resolve, reject) => {
    let result: FuzzResult | undefined;
    child.on('message', (told: Told) => {
      if ('line' in told) report(`seed ${seed}: ${told.line}`);
      else result = told.result;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (result === undefined || code !== 0) reject(new Error(`the process of seed ${seed} ended with ${code ?? signal}`));
      else resolve(result);
    });
  });
}

/** Payloads of every kind that is read, changed bit by bit and cell by cell. */
const fuzzBar: Bar = {
  name: 'TON decode: mutated payloads',
  target: `${PAYLOADS.full.toLocaleString('en')} payloads: no unexpected error, nothing unread, none over ${MOST_MS} ms`,
  async run(mode, report) {
    const started = performance.now();
    const results = await Promise.all(SEEDS.map((seed) => runApart(PAYLOADS[mode] / SEEDS.length, seed, report)));
    const sum = (of: (result: FuzzResult) => number): number => results.reduce((total, result) => total + of(result), 0);
    const tried = sum((result) => result.tried);
    const rate = tried / ((performance.now() - started) / 1_000);
    const [taken, complete] = [sum((result) => result.taken), sum((result) => result.complete)];
    const refusals = new Set(results.flatMap((result) => result.refusals.map(([reason]) => reason)));
    const faults = results.flatMap((result) => result.faults);
    const slow = results.flatMap((result) => result.slowest);
    const firstMs = Math.max(0, ...slow.map(({ ms }) => ms));
    // The processes are gone: each is timed by itself, and so are those that the heavy ones were made from.
    const heaviest = HEAVY.map(({ payload, wallet }): Slow => ({ payload: Buffer.from(payload).toString('hex'), wallet, ms: 0 }));
    const slowestMs = await slowestAgain([...slow, ...heaviest], MOST_MS);
    return {
      figure: `${faults.length} faults in ${tried.toLocaleString('en')}, slowest ${slowestMs.toFixed(1)} ms`,
      pass: faults.length === 0 && tried === PAYLOADS[mode] && slowestMs <= MOST_MS && taken > 0 && complete > 0,
      notes: [
        `seeds ${SEEDS.join(' and ')}; ${sum((result) => result.heavy)} made from payloads that are as much work as can be`,
        `${taken} were orders to the wallet, ${complete} of them understood to the end; ${refusals.size} reasons of refusal`,
        `${rate.toFixed(0)} a second, mutation and the other reader included`,
        `the slowest: the least of at least 5 decodes alone of each of the ${slow.length} that took longest at first (up to ${firstMs.toFixed(1)} ms) and of the ${HEAVY.length} heaviest known, in wall time or, where that is less, in the thread’s own`,
        ...faults.slice(0, 3),
      ],
    };
  },
};

/** What mutated TON payloads do to the decoder. */
export const bars: readonly Bar[] = [fuzzBar];
