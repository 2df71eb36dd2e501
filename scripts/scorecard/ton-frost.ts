import { measureFrost } from '../../bench/frost.ts';
import type { Bar } from './bar.ts';

const ms = (ns: number): string => `${(ns / 1e6).toFixed(2)} ms`;

/** A signature of two of three parties against the steps that it is made of. */
export const frostBar: Bar = {
  name: 'FROST 2-of-3 signature',
  isTiming: true,
  target: 'at most 1.3 × its library steps',
  async run(mode) {
    const { bound, signatures } = await measureFrost({ perRound: mode === 'full' ? 32 : 4, rounds: 11 });
    return {
      figure: `${bound.ratio.toFixed(2)} × (95 %: ${bound.upper.toFixed(2)})`,
      pass: bound.upper <= 1.3,
      notes: [
        `${ms(bound.a)} from the permit to the checked signature, ${ms(bound.b)} commit, signShare (two parties each), aggregate, verify; ${signatures} signatures in ${bound.rounds} rounds`,
      ],
    };
  },
};
