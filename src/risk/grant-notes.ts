import { dealtWith, newShareOf } from './habits/habits.ts';
import { isAllowance, type WalletAction } from './habits/wallet-action.ts';
import type { KeptGrants, Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

/** What the habits say of those who are to get rights over tokens. */
export interface GrantNotes {
  /** Share of lately settled actions that were with parties new to the wallet, 0–1. */
  readonly newShare: number;
  /** When the wallet first dealt with a party, seconds since the Unix epoch, for those that it dealt with; 0 where that cannot be told. */
  readonly firstDealt: ReadonlyMap<string, number>;
}

const PARTS = 1_000;

/**
 * Reads the notes for the rights that `actions` give away: from the habits, or from what a decision kept of them. Undefined where none are given away or
 * nothing is known: then everybody is a stranger. O(actions).
 */
export function grantNotesOf(profile: Profile | undefined, actions: readonly WalletAction[]): GrantNotes | undefined {
  const grantees = new Set<string>();
  for (const { kind, allowance, party } of actions) if (isAllowance(kind) && allowance !== 0n) grantees.add(party);
  if (profile === undefined || grantees.size === 0) return undefined;
  if (profile.known !== undefined) return profile.granted === undefined ? undefined : unpackGrants(profile.granted);
  const habits = habitsOf(profile);
  const firstDealt = new Map<string, number>();
  for (const party of grantees) {
    const seconds = dealtWith(habits, party);
    if (seconds !== undefined) firstDealt.set(party, seconds);
  }
  return { newShare: Math.round(newShareOf(habits) * PARTS) / PARTS, firstDealt };
}

/** Notes as a decision keeps them. */
export function packGrants({ newShare, firstDealt }: GrantNotes): KeptGrants {
  return [newShare, ...firstDealt];
}

/** Reads kept notes back. Fails closed: undefined for what is malformed. */
export function unpackGrants(kept: unknown): GrantNotes | undefined {
  if (!Array.isArray(kept)) return undefined;
  const [newShare, ...rows] = kept as readonly unknown[];
  if (typeof newShare !== 'number' || !(newShare >= 0 && newShare <= 1) || !rows.every(isRow)) return undefined;
  return { newShare, firstDealt: new Map(rows) };
}

function isRow(row: unknown): row is readonly [string, number] {
  return Array.isArray(row) && row.length === 2 && typeof row[0] === 'string' && Number.isSafeInteger(row[1]) && row[1] >= 0;
}
