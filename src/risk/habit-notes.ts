import { unpackNotes } from './habits/kept-notes.ts';
import { type HabitNotes, notePayments, paymentsIn } from './habits/payment-notes.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import type { Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

/**
 * What the habits say of the payments in `actions` to new and young parties: of the habits themselves, or of what a decision kept of them. Undefined where
 * there are none, nothing is known, or what was kept is of another transaction.
 */
export function notesOf(profile: Profile | undefined, actions: readonly WalletAction[]): HabitNotes | undefined {
  if (profile === undefined || actions.length === 0) return undefined;
  if (profile.known === undefined) return notePayments(habitsOf(profile), actions);
  const notes = unpackNotes(profile.notes);
  return notes?.payments.length === paymentsIn(actions).length ? notes : undefined;
}
