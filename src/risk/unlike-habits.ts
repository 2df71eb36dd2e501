import { packFigures, readFigures, unpackFigures } from './habits/figures.ts';
import { HEAD } from './habits/habit-bytes.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import { type HabitScore, scoreHabits } from './model/habit-model.ts';
import { COLD_BELOW, type Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

/** The action of a transaction that is most unlike what its wallet does. */
export interface UnlikeHabits extends HabitScore {
  readonly figures: Float32Array;
}

/**
 * Compares a transaction's actions with the profile's habits. Undefined where nothing goes out, or fewer than {@link COLD_BELOW} actions are known: then nothing
 * can be called usual. O(actions).
 */
export function unlikeHabits(profile: Profile | undefined, actions: readonly WalletAction[]): UnlikeHabits | undefined {
  if (profile === undefined) return undefined;
  if (profile.figures !== undefined) return scored(unpackFigures(profile.figures));
  const habits = habitsOf(profile);
  if ((habits.state.head[HEAD.count] as number) < COLD_BELOW) return undefined;
  let most: UnlikeHabits | undefined;
  for (const action of actions) {
    if (action.direction === 'in') continue;
    const found = scored(readFigures(habits, action));
    if (found !== undefined && (most === undefined || found.odds > most.odds)) most = found;
  }
  return most;
}

/** The same as text, for what a decision keeps of a profile; undefined where there is nothing to keep. */
export function figuresOfMostUnlike(profile: Profile, actions: readonly WalletAction[]): string | undefined {
  const found = unlikeHabits(profile, actions);
  return found === undefined ? undefined : packFigures(found.figures);
}

function scored(figures: Float32Array | undefined): UnlikeHabits | undefined {
  return figures === undefined ? undefined : { ...scoreHabits(figures), figures };
}
