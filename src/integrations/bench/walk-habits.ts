import {
  emptyHabits,
  type FleetParty,
  type Habits,
  isNewTo,
  learnAction,
  learnFleetParty,
  readFigures,
  viewFleetParty,
} from './risk-parts.ts';
import type { StreamRow } from './stream-row.ts';

/** A wallet on its way through its stream. Balances are what its own rows say, never below 0. */
interface Walk {
  readonly habits: Habits;
  readonly balances: Map<string, bigint>;
}

/**
 * One pass over the streams in the order of time. Of every counted row `visit` is called once, with a function that reads its figures from the past alone;
 * the row is learnt afterwards. What failed, or was not signed by the wallet, teaches nothing of what it does.
 */
export function walkHabits(stream: readonly StreamRow[], visit: (row: StreamRow, read: () => Float32Array) => void): void {
  const walks = new Map<string, Walk>();
  const fleet = new Map<string, FleetParty>();
  for (const row of stream) {
    const { wallet, action, isScored, isOwn } = row;
    const walk = walks.get(wallet) ?? { habits: emptyHabits(), balances: new Map<string, bigint>() };
    walks.set(wallet, walk);
    const balance = walk.balances.get(action.asset) ?? 0n;
    const known = fleet.get(action.party);
    const isNew = isNewTo(walk.habits, action.party);
    if (isScored && isOwn) visit(row, () => readFigures(walk.habits, { ...action, balance, fleet: viewFleetParty(known, action, isNew) }));
    if (action.direction === 'out' && !isOwn) continue;
    learnAction(walk.habits, action);
    const left = action.direction === 'in' ? balance + action.amount : balance - action.amount;
    walk.balances.set(action.asset, left > 0n ? left : 0n);
    fleet.set(action.party, learnFleetParty(known, action, isNew));
  }
}
