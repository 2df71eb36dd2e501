import { GAUGES } from '../../src/risk/habits/gauges/index.ts';
import { Habits } from '../../src/risk/habits/habits.ts';
import { learnAction } from '../../src/risk/habits/learn-action.ts';
import { lookAt } from '../../src/risk/habits/look.ts';
import type { StreamRow } from './read-streams.ts';

/** What every gauge said of every scored row, when nothing but the past was known. */
export interface GaugeTable {
  readonly rows: readonly StreamRow[];
  /** Row by row, `GAUGES.length` figures each. */
  readonly values: Float32Array;
}

/** A wallet on its way through its stream. Balances are what its own rows say, never below 0. */
interface Walk {
  readonly habits: Habits;
  readonly balances: Map<string, bigint>;
}

/** One pass over the streams in the order of time; every row is looked at before it is learnt. */
export function gaugeTable(stream: readonly StreamRow[]): GaugeTable {
  const rows = stream.filter(({ isScored, isOwn }) => isScored && isOwn);
  const values = new Float32Array(rows.length * GAUGES.length);
  const walks = new Map<string, Walk>();
  const dealtWith = new Map<string, Set<string>>();
  let at = 0;
  for (const row of stream) {
    const walk = walks.get(row.wallet) ?? { habits: new Habits(), balances: new Map<string, bigint>() };
    walks.set(row.wallet, walk);
    const others = dealtWith.get(row.action.party) ?? new Set<string>();
    const balance = walk.balances.get(row.action.asset) ?? 0n;
    if (row.isScored && row.isOwn) {
      const look = lookAt(walk.habits, { ...row.action, balance, fleet: others.size - Number(others.has(row.wallet)) });
      for (const gauge of GAUGES) values[at++] = gauge.read(look);
    }
    if (row.action.direction === 'out' && !row.isOwn) continue;
    learnAction(walk.habits, row.action);
    const left = row.action.direction === 'in' ? balance + row.action.amount : balance - row.action.amount;
    walk.balances.set(row.action.asset, left > 0n ? left : 0n);
    if (row.isOwn) dealtWith.set(row.action.party, others.add(row.wallet));
  }
  return { rows, values };
}
