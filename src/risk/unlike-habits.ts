import { packFigures, readFigures, unpackFigures } from './habits/figures.ts';
import { HEAD } from './habits/habit-bytes.ts';
import type { KeptHabits } from './habits/habits.ts';
import { isAllowance, isSameAction, type WalletAction } from './habits/wallet-action.ts';
import { type HabitScore, scoreHabits } from './model/habit-model.ts';
import { COLD_BELOW, type KeptFigures, type Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

/** The action of a transaction that is most unlike what its wallet does. */
export interface UnlikeHabits extends HabitScore {
  readonly figures: Float32Array;
}

/**
 * Compares a transaction's actions with the profile's habits, but for those with parties that are `excused`: whom the policy names may be dealt with in a new
 * way. Undefined where nothing else goes out, or fewer than {@link COLD_BELOW} actions are known: then nothing can be called usual. O(actions).
 */
export function unlikeHabits(
  profile: Profile | undefined,
  actions: readonly WalletAction[],
  excused: (party: string) => boolean = () => false,
): UnlikeHabits | undefined {
  if (profile === undefined) return undefined;
  let most: UnlikeHabits | undefined;
  if (profile.known !== undefined) {
    for (const [party, text] of profile.figures ?? []) if (!excused(party)) most = moreUnlike(most, scored(unpackFigures(text)));
    return most;
  }
  for (const action of actions) if (givesAway(action) && !excused(action.party)) most = moreUnlike(most, compare(profile, action));
  return most;
}

/** What a decision keeps of the comparison: for each party the action that was most unlike. */
export function keepFigures(profile: Profile, actions: readonly WalletAction[]): readonly KeptFigures[] {
  const most = new Map<string, UnlikeHabits>();
  for (const action of actions) {
    const found = givesAway(action) ? compare(profile, action) : undefined;
    const more = moreUnlike(most.get(action.party), found);
    if (more !== undefined) most.set(action.party, more);
  }
  return [...most].map(([party, { figures }]) => [party, packFigures(figures)]);
}

/** False for what comes in, and for rights that are taken back: nobody loses by either. */
function givesAway({ direction, kind, allowance }: WalletAction): boolean {
  return direction === 'out' && !(isAllowance(kind) && allowance === 0n);
}

/** The comparisons made last, all with one wallet's habits: who keeps a decision asks what its score asked. */
const made: { readonly action: WalletAction; readonly found: UnlikeHabits | undefined }[] = [];
let madeWith: KeptHabits | undefined;
const MOST_MADE = 16;

/** Habits never change under the identity of their kept form. */
function compare(profile: Profile, action: WalletAction): UnlikeHabits | undefined {
  if (profile.habits === undefined || profile.habits !== madeWith || made.length === MOST_MADE) {
    made.length = 0;
    madeWith = profile.habits;
  }
  for (const before of made) if (isSameAction(before.action, action)) return before.found;
  const habits = habitsOf(profile);
  const found = (habits.state.head[HEAD.count] as number) < COLD_BELOW ? undefined : scored(readFigures(habits, action));
  made.push({ action, found });
  return found;
}

function moreUnlike(one: UnlikeHabits | undefined, other: UnlikeHabits | undefined): UnlikeHabits | undefined {
  return one === undefined || (other !== undefined && other.odds > one.odds) ? other : one;
}

function scored(figures: Float32Array | undefined): UnlikeHabits | undefined {
  if (figures === undefined) return undefined;
  const { odds, goodIn1000 } = scoreHabits(figures);
  return { odds, goodIn1000, figures };
}
