import { measureDecode } from '../../bench/decode.ts';
import type { Bar } from './bar.ts';

const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;

function decodeBar(name: string, leaves: number, limitUs: number): Bar {
  return {
    name,
    isTiming: true,
    target: `p50 under ${limitUs} µs`,
    async run(mode) {
      const cost = measureDecode(leaves, mode === 'full' ? 20_000 : 1_000);
      return {
        figure: us(cost.oursNs),
        pass: cost.oursNs < limitUs * 1_000,
        notes: [
          `p99 ${us(cost.slowNs)}; ${cost.effects} effects, digest of the payload and agreement of every field included`,
          `viem's parseTransaction and decodeFunctionData on the same bytes: ${us(cost.theirsNs)}`,
        ],
      };
    },
  };
}

/** What reading bytes costs. */
export const bars: readonly Bar[] = [
  decodeBar('decode of a plain ERC-20 transfer', 0, 20),
  decodeBar('decode of a 20-leaf multicall', 20, 500),
];
