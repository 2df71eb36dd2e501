import { assetContract, type TimeMs } from '../core/index.ts';
import { emptyHabits, type Habits, type KeptHabits, keepHabits, readHabits } from './habits/habits.ts';
import { learnAction } from './habits/learn-action.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import type { Profile, SettledPayment } from './profile.ts';

/** Habits of the profiles that were read or made lately; never changed. */
const read = new WeakMap<KeptHabits, Habits>();
const NOTHING = emptyHabits();
/** Of an asset that no list names. */
const USUAL_DECIMALS = 18;

/** The habits that a profile keeps, to be looked at and not to be learnt into; those of nobody where it keeps none. */
export function habitsOf({ habits }: Profile): Habits {
  return (habits === undefined ? undefined : soundHabits(habits)) ?? NOTHING;
}

/** Reads kept habits once per identity; undefined for what is malformed. */
export function soundHabits(kept: KeptHabits): Habits | undefined {
  const before = read.get(kept);
  if (before !== undefined) return before;
  const habits = readHabits(kept);
  if (habits !== undefined) read.set(kept, habits);
  return habits;
}

/** Kept habits after these actions more, in the order of time. */
export function learnHabits(kept: KeptHabits | undefined, actions: readonly WalletAction[]): KeptHabits {
  const habits = taken(kept);
  for (const action of actions) learnAction(habits, action);
  const after = keepHabits(habits);
  read.set(after, habits);
  return after;
}

/**
 * The habits of a kept form, to be learnt into: those that were read of it, which are found under it no more. Its text still says what they were, so that it can be
 * read anew; nearly always there is nobody who would.
 */
function taken(kept: KeptHabits | undefined): Habits {
  if (kept === undefined) return emptyHabits();
  const habits = read.get(kept);
  read.delete(kept);
  return habits ?? readHabits(kept) ?? emptyHabits();
}

/** The profile after what is no payment of its own: calls without value, allowances, what came in. Pure. */
export function trainHabits(profile: Profile, actions: readonly WalletAction[]): Profile {
  return actions.length === 0 || profile.known !== undefined ? profile : { ...profile, habits: learnHabits(profile.habits, actions) };
}

/** A settled payment as habits see it, at a moment that a date can name; undefined where it went to no account. */
export function actionOfPayment(settled: SettledPayment, atMs: TimeMs): WalletAction | undefined {
  if (settled.account === null) return undefined;
  return {
    atMs,
    direction: 'out',
    kind: settled.method !== undefined ? 'call' : assetContract(settled.asset) === null ? 'coin' : 'token',
    party: settled.account,
    asset: settled.asset,
    amount: settled.amount < 0n ? 0n : settled.amount,
    decimals: settled.decimals ?? USUAL_DECIMALS,
    method: settled.method,
  };
}
