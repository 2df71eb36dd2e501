import { measureTonDecide } from '../../bench/ton-decide.ts';
import type { Bar } from './bar.ts';

const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;

/** A decision about a TON payment against one about an EVM payment. */
export const tonDecideBar: Bar = {
  name: 'TON decision',
  isTiming: true,
  target: 'at most 1.2 × an EVM decision',
  async run(mode) {
    const full = mode === 'full';
    // Many short rounds: what else the machine does falls on few of them.
    const size = full ? { agents: 1_024, passes: 1, warm: 8_000, rounds: 41 } : { agents: 32, passes: 4, warm: 256, rounds: 11 };
    const { bound, decisions } = await measureTonDecide(size);
    return {
      figure: `${bound.ratio.toFixed(2)} × (95 %: ${bound.upper.toFixed(2)})`,
      pass: bound.upper <= 1.2,
      notes: [
        `${us(bound.a)} beside ${us(bound.b)}, each with its signed entry; ${decisions} decisions of either kind of ${size.agents} agents in ${bound.rounds} rounds; building, decoding and simulation apart`,
      ],
    };
  },
};
