import { fileURLToPath } from 'node:url';
import type { RatioBound } from '../scripts/scorecard/measure.ts';
import { comparePasts, type HistoryOptions } from './history.ts';

const CHILD = fileURLToPath(new URL('./temporal-child.ts', import.meta.url));

/**
 * The cost of a decision under all six kinds of temporal rules with `long` past events over that with 100, each in a process and a heap
 * of its own, in rounds that take turns.
 */
export function measureTemporal(options: HistoryOptions): Promise<RatioBound> {
  return comparePasts(CHILD, options);
}

if (import.meta.filename === process.argv[1]) {
  const bound = await measureTemporal({ long: Number(process.argv[2] ?? 1_000_000), decisions: 512, rounds: 11 });
  process.stdout.write(
    `long ${(bound.a / 1e3).toFixed(2)} µs, short ${(bound.b / 1e3).toFixed(2)} µs, ratio ${bound.ratio.toFixed(3)} (95 %: ${bound.lower.toFixed(3)}–${bound.upper.toFixed(3)})\n`,
  );
}
