import { type Dealings, dealingsWith, newShareOf } from './habits/habits.ts';
import { isAllowance, type WalletAction } from './habits/wallet-action.ts';
import type { KeptGrants, Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

/** What the habits say of those who are to get rights over tokens. */
export interface GrantNotes {
  /** Share of lately settled actions that were with parties new to the wallet, 0–1. */
  readonly newShare: number;
  /** What the wallet had to do with those of them that it ever dealt with. */
  readonly dealings: ReadonlyMap<string, Dealings>;
}

type KeptRow = readonly [party: string, isTrusted: 0 | 1, gaveAll: 0 | 1];

const PARTS = 1_000;
const ROW_FIELDS = 3;

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
  const dealings = new Map<string, Dealings>();
  for (const party of grantees) {
    const found = dealingsWith(habits, party);
    if (found !== undefined) dealings.set(party, found);
  }
  return { newShare: Math.round(newShareOf(habits) * PARTS) / PARTS, dealings };
}

/** Notes as a decision keeps them. */
export function packGrants({ newShare, dealings }: GrantNotes): KeptGrants {
  return [newShare, ...[...dealings].map(([party, { isTrusted, gaveAll }]) => [party, isTrusted ? 1 : 0, gaveAll ? 1 : 0] as const)];
}

/** Reads kept notes back. Fails closed: undefined for what is malformed. */
export function unpackGrants(kept: unknown): GrantNotes | undefined {
  if (!Array.isArray(kept)) return undefined;
  const [newShare, ...rows] = kept as readonly unknown[];
  if (typeof newShare !== 'number' || !(newShare >= 0 && newShare <= 1) || !rows.every(isRow)) return undefined;
  return {
    newShare,
    dealings: new Map(rows.map(([party, isTrusted, gaveAll]) => [party, { isTrusted: isTrusted === 1, gaveAll: gaveAll === 1 }])),
  };
}

function isRow(row: unknown): row is KeptRow {
  return (
    Array.isArray(row) && row.length === ROW_FIELDS && typeof row[0] === 'string' && row.slice(1).every((flag) => flag === 0 || flag === 1)
  );
}
