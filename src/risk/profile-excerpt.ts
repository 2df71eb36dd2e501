import type { AccountId, Json } from '../core/index.ts';
import { grantNotesOf, packGrants } from './grant-notes.ts';
import { notesOf } from './habit-notes.ts';
import { packNotes } from './habits/kept-notes.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import { knownOf } from './known.ts';
import { couldResemble } from './lookalike.ts';
import { parseProfile } from './parse-profile.ts';
import { HOURS_PER_WEEK, type Profile } from './profile.ts';
import { keepFigures } from './unlike-habits.ts';

/**
 * The profile as a decision keeps it: everything but the counterparties that none of `accounts` is or could be mistaken for.
 * Judging effects between those accounts by it comes to the same as by the whole profile, for `actions` that are those of the effects (`actionsOf`).
 */
export function excerptProfile(profile: Profile, accounts: Iterable<AccountId>, actions: readonly WalletAction[] = []): Json {
  const { known: _known, habits: _habits, notes: _notes, granted: _granted, hours, ...rest } = profile;
  const figures = profile.figures ?? keepFigures(profile, actions);
  const notes = notesOf(profile, actions);
  const grants = grantNotesOf(profile, actions);
  const known = knownOf(profile);
  const kept = couldResemble(accounts, known.accounts);
  return {
    ...rest,
    ...(figures.length === 0 ? {} : { figures }),
    ...(notes === undefined ? {} : { notes: packNotes(notes) }),
    ...(grants === undefined ? {} : { granted: packGrants(grants) }),
    hours: packHours(hours),
    known: kept.map((account) => {
      const at = known.accounts.indexOf(account);
      const last = known.lastMinute[at] ?? 0;
      const first = known.firstMinute[at] ?? last;
      return [account, known.counts[at] ?? 0, last, ...(first === last ? [] : [first])];
    }),
  } as unknown as Json;
}

/** Reads an excerpt back. Fails closed: undefined for what is none, which scores as an agent that nothing is known about. */
export function readExcerpt(json: Json | undefined): Profile | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { hours, known, ...rest } = json as { readonly [key: string]: Json };
  if (!Array.isArray(known)) return undefined;
  const column = (at: number): Json[] => known.map((row: Json) => (Array.isArray(row) ? (row[at] as Json) : null));
  const lastMinute = column(2);
  // Who was paid within one minute alone has no fourth column.
  const firstMinute = column(3).map((first, at) => first ?? (lastMinute[at] as Json));
  return parseProfile({ ...rest, hours: unpackHours(hours), known: { accounts: column(0), counts: column(1), lastMinute, firstMinute } });
}

/** Entries from which bytes are shorter than naming the hours. */
const MOST_NAMED = 64;

/** Hours of the week in which nothing was ever paid are left out, `[hour, payments, …]`; many are a byte each, base64. */
function packHours(hours: readonly number[]): Json {
  const named = hours.flatMap((payments, hour) => (payments === 0 ? [] : [hour, payments]));
  const fits = hours.every((count) => Number.isInteger(count) && count >= 0 && count <= 255);
  return named.length > MOST_NAMED && fits ? Buffer.from(hours).toString('base64') : named;
}

function unpackHours(packed: Json | undefined): Json {
  if (typeof packed === 'string') return [...Buffer.from(packed, 'base64')];
  if (!Array.isArray(packed) || packed.length % 2 !== 0) return null;
  const hours = new Array<Json>(HOURS_PER_WEEK).fill(0);
  for (let at = 0; at < packed.length; at += 2) hours[packed[at] as number] = packed[at + 1] as Json;
  return hours;
}
