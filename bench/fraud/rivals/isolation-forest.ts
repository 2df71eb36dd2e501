import { IsolationForest } from 'isolation-forest';
import { createDice, seedOf } from '../../../src/integrations/bench/dice.ts';
import type { StreamRow } from '../../../src/integrations/bench/stream-row.ts';
import { bitsOf, spanBits, unitsOf } from '../../../src/risk/habits/scale.ts';
import type { Rival } from './rival.ts';

/** Actions before a forest is grown, actions that it is grown from at most, and actions until it is grown anew. */
const WARM = 20;
const MOST = 128;
const RENEW = 40;
const TREES = 50;

type Point = Readonly<Record<string, number>>;

/** The forest takes its chances from `Math.random`; for as long as it grows they come from seeded dice. */
function grow(points: readonly Point[], seed: number): IsolationForest {
  const random = Math.random;
  Math.random = createDice(seed).next;
  try {
    const forest = new IsolationForest(TREES, MOST);
    forest.fit(points.map((point) => ({ ...point })));
    return forest;
  } finally {
    Math.random = random;
  }
}

/** Isolation forest (Liu, Ting and Zhou, 2008) over a wallet's own actions: size, pause, hour, whether the account is new, and what was done. */
export const isolationForest: Rival = {
  name: 'isolation forest',
  threshold: 0.6,
  start: () => {
    const past: Point[] = [];
    const paid = new Set<string>();
    let forest: IsolationForest | undefined;
    let lastMs: number | undefined;
    let grownAt = 0;
    let count = 0;
    return ({ wallet, action }: StreamRow) => {
      const point: Point = {
        bits: bitsOf(unitsOf(action.amount, action.decimals)),
        gap: lastMs === undefined ? 0 : spanBits((action.atMs - lastMs) / 1_000),
        hour: Math.floor(action.atMs / 3_600_000) % 24,
        isNew: Number(!paid.has(action.party)),
        isCoin: Number(action.kind === 'coin'),
        isCall: Number(action.kind === 'call'),
      };
      if (past.length >= WARM && (forest === undefined || count - grownAt >= RENEW)) {
        forest = grow(past, seedOf(count, wallet));
        grownAt = count;
      }
      const score = forest?.predict([{ ...point }])[0] ?? 0;
      past.push(point);
      if (past.length > MOST) past.shift();
      paid.add(action.party);
      lastMs = action.atMs;
      count += 1;
      return score;
    };
  },
};
