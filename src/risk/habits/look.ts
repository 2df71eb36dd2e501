import type { AssetHabit, Habits } from './habits.ts';
import { bitsOf, unitsOf } from './measure-action.ts';
import type { PartyHabit } from './party-habits.ts';
import type { RecentAction, Span } from './recent-actions.ts';
import type { WalletAction } from './wallet-action.ts';

const NOT_ALIKE = [0, 0] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An action beside the habits: what several gauges read is looked up once. */
export interface Look {
  readonly habits: Habits;
  readonly action: WalletAction;
  /** log2 of whole units that move. */
  readonly bits: number;
  readonly units: number;
  readonly party: PartyHabit | undefined;
  /** Nothing was ever paid to the party. */
  readonly isNew: boolean;
  readonly asset: AssetHabit | undefined;
  /** The asset as it moves in this way; the asset itself where there is but one way. */
  readonly way: AssetHabit | undefined;
  readonly minutes: Span;
  readonly hour: Span;
  readonly day: Span;
  readonly week: Span;
  /** Of the last payments to the same party, oldest first. */
  readonly toParty: readonly RecentAction[];
  /** How like it the party's address is to one that was paid, characters of both ends and of the shorter; [0, 0] for a known party. */
  readonly likeness: readonly [sum: number, fewer: number];
}

/** Looks an action up in the habits. O(recent). */
export function lookAt(habits: Habits, action: WalletAction): Look {
  const { atMs, party, asset } = action;
  const units = unitsOf(action.amount, action.decimals);
  const its = habits.parties.get(party);
  const known = habits.asset(asset);
  const span = (ms: number): Span => habits.recent.within(ms, atMs, party, asset);
  return {
    habits,
    action,
    bits: bitsOf(units),
    units,
    party: its,
    isNew: its === undefined || its.paid === 0,
    asset: known,
    way: action.kind === 'token' ? known : habits.assetBy(asset, action.kind),
    minutes: span(10 * MINUTE),
    hour: span(HOUR),
    day: span(DAY),
    week: span(7 * DAY),
    toParty: habits.recent.toParty(party, 5),
    likeness: (its?.paid ?? 0) > 1 ? NOT_ALIKE : habits.parties.likeness(party),
  };
}
