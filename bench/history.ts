import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';

/** Past transactions of the side that is compared with; a round adds fewer than as many. */
const SHORT = 100;
const CHILD = fileURLToPath(new URL('./history-child.ts', import.meta.url));

async function answer(child: ChildProcess): Promise<{ readonly ns?: number }> {
  const done = new AbortController();
  const { signal } = done;
  const gone = once(child, 'exit', { signal }).then(() => {
    throw new Error('a measuring process ended early');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), gone])) as [{ readonly ns?: number }];
    return message;
  } finally {
    gone.catch(() => undefined);
    done.abort();
  }
}

/**
 * The cost of a decision of an agent with `long` past transactions over that of one with 100, each in a process and a
 * heap of its own, in rounds that take turns.
 */
export function measureHistory(options: HistoryOptions): Promise<RatioBound> {
  return comparePasts(CHILD, options);
}

/** How much is compared: events of the long side, decisions of a round, rounds. */
export interface HistoryOptions {
  readonly long: number;
  readonly decisions: number;
  readonly rounds: number;
}

/** The same for what a program of its own measures, given how long its past is. */
export async function comparePasts(program: string, options: HistoryOptions): Promise<RatioBound> {
  const start = (past: number): ChildProcess => fork(program, [String(past)], { execArgv: ['--max-old-space-size=8192'] });
  const long = start(options.long);
  const short = start(SHORT);
  try {
    await Promise.all([answer(long), answer(short)]);
    const side = (child: ChildProcess) => async (): Promise<number> => {
      child.send(options.decisions);
      return (await answer(child)).ns ?? Number.NaN;
    };
    return await ratioBound(side(long), side(short), { rounds: options.rounds, warmup: 2 });
  } finally {
    long.kill('SIGKILL');
    short.kill('SIGKILL');
  }
}

if (import.meta.filename === process.argv[1]) {
  const bound = await measureHistory({ long: Number(process.argv[2] ?? 1_000_000), decisions: 512, rounds: 11 });
  process.stdout.write(
    `long ${(bound.a / 1e3).toFixed(2)} µs, short ${(bound.b / 1e3).toFixed(2)} µs, ratio ${bound.ratio.toFixed(3)} (95 %: ${bound.lower.toFixed(3)}–${bound.upper.toFixed(3)})\n`,
  );
}
