import { measureTemporal } from '../../bench/temporal.ts';
import type { Bar } from './bar.ts';

const MOST = 1.2;
const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;

/** The cost of rules over history must not grow with it. */
const temporalBar: Bar = {
  name: 'decision under temporal rules',
  isTiming: true,
  target: `at most ${MOST} × that at 100 events`,
  async run(mode) {
    const long = mode === 'full' ? 1_000_000 : 3_000;
    const bound = await measureTemporal({ long, decisions: mode === 'full' ? 512 : 64, rounds: 11 });
    return {
      figure: `${bound.ratio.toFixed(3)} × (95 %: ${bound.upper.toFixed(3)})`,
      pass: bound.upper <= MOST,
      notes: [
        `${us(bound.a)} at ${long.toLocaleString('en')} past events of one agent, ${us(bound.b)} at 100, all six kinds of rules on, each in a process of its own`,
      ],
    };
  },
};

export const bars: readonly Bar[] = [temporalBar];
