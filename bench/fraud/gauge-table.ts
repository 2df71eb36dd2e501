import { readFigures } from '../../src/risk/habits/figures.ts';
import { type FleetParty, learnFleetParty, viewFleetParty } from '../../src/risk/habits/fleet-party.ts';
import { GAUGES } from '../../src/risk/habits/gauges/index.ts';
import { emptyHabits, type Habits } from '../../src/risk/habits/habits.ts';
import { learnAction } from '../../src/risk/habits/learn-action.ts';
import { isNewTo } from '../../src/risk/habits/look.ts';
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
  const fleet = new Map<string, FleetParty>();
  let at = 0;
  for (const { wallet, action, isScored, isOwn } of stream) {
    const walk = walks.get(wallet) ?? { habits: emptyHabits(), balances: new Map<string, bigint>() };
    walks.set(wallet, walk);
    const balance = walk.balances.get(action.asset) ?? 0n;
    const known = fleet.get(action.party);
    const isNew = isNewTo(walk.habits, action.party);
    if (isScored && isOwn) {
      values.set(readFigures(walk.habits, { ...action, balance, fleet: viewFleetParty(known, action, isNew) }), at);
      at += GAUGES.length;
    }
    if (action.direction === 'out' && !isOwn) continue;
    learnAction(walk.habits, action);
    const left = action.direction === 'in' ? balance + action.amount : balance - action.amount;
    walk.balances.set(action.asset, left > 0n ? left : 0n);
    fleet.set(action.party, learnFleetParty(known, action, isNew));
  }
  return { rows, values };
}
