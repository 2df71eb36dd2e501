import { mean, quantileRank, standardDeviation } from 'simple-statistics';
import { unitsOf } from '../../../src/risk/habits/scale.ts';
import type { StreamRow } from '../read-streams.ts';
import type { Rival } from './rival.ts';

/** Amounts of an asset before these can be judged. */
const WARM = 10;
/** Amounts that are looked back at. */
const MOST = 200;
const HOUR_MS = 3_600_000;

const unitsOfRow = ({ action }: StreamRow): number => unitsOf(action.amount, action.decimals);

/** Amounts of each asset before, and a score of the next one against them. */
function byAmounts(score: (amounts: readonly number[], next: number) => number): Rival['start'] {
  return () => {
    const past = new Map<string, number[]>();
    return (row) => {
      const amount = unitsOfRow(row);
      const amounts = past.get(row.action.asset) ?? [];
      const found = amounts.length < WARM ? 0 : score(amounts, amount);
      if (amount > 0) past.set(row.action.asset, [...amounts, amount].slice(-MOST));
      return found;
    };
  };
}

/** More than three standard deviations above the mean of the amounts before. */
export const zScore: Rival = {
  name: 'z-score of the amount',
  threshold: 3,
  start: byAmounts((amounts, next) => {
    const spread = standardDeviation([...amounts]);
    return spread === 0 ? (next > mean([...amounts]) ? Number.POSITIVE_INFINITY : 0) : (next - mean([...amounts])) / spread;
  }),
};

/** Above 99 of 100 amounts before. */
export const percentile: Rival = {
  name: 'above the 99th percentile',
  threshold: 0.99,
  start: byAmounts((amounts, next) => quantileRank([...amounts], next)),
};

/** More within an hour than three times the most of any hour before. */
export const spendVelocity: Rival = {
  name: 'spend velocity',
  threshold: 3,
  start: () => {
    const past = new Map<string, { readonly last: { readonly atMs: number; readonly amount: number }[]; most: number; count: number }>();
    return (row) => {
      const { asset, atMs } = row.action;
      const known = past.get(asset) ?? { last: [], most: 0, count: 0 };
      past.set(asset, known);
      const amount = unitsOfRow(row);
      while (known.last.length > 0 && atMs - (known.last[0]?.atMs ?? 0) > HOUR_MS) known.last.shift();
      const sum = known.last.reduce((total, one) => total + one.amount, amount);
      const score = known.count < WARM || known.most === 0 ? 0 : sum / known.most;
      known.last.push({ atMs, amount });
      known.most = Math.max(known.most, sum);
      known.count += 1;
      return score;
    };
  },
};
