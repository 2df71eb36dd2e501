import type { AccountId, TimeMs } from '../core/index.ts';
import { paidParties, paidParty } from './habits/habits.ts';
import type { KnownAccounts, Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;
const found = new WeakMap<Profile, KnownAccounts>();

/** Whom a profile knows: the same arrays for the same profile. Accounts that are kept as digests alone are left out; {@link paymentsTo} knows them all the same. */
export function knownOf(profile: Profile): KnownAccounts {
  if (profile.known !== undefined) return profile.known;
  const before = found.get(profile);
  if (before !== undefined) return before;
  const paid = paidParties(habitsOf(profile));
  const minutes = (seconds: number): number => Math.floor(seconds / SECONDS_PER_MINUTE);
  const known: KnownAccounts = {
    accounts: paid.map(({ account }) => account as AccountId),
    counts: paid.map(({ transfers }) => transfers),
    firstMinute: paid.map(({ firstSeconds }) => minutes(firstSeconds)),
    lastMinute: paid.map(({ lastSeconds }) => minutes(lastSeconds)),
  };
  found.set(profile, known);
  return known;
}

/** Settled payments to `account`: 0 where it is new, or was forgotten, which is the same. */
export function paymentsTo(profile: Profile, account: AccountId): number {
  const { known } = profile;
  if (known === undefined) return paidParty(habitsOf(profile), account)?.transfers ?? 0;
  const at = known.accounts.indexOf(account);
  return at < 0 ? 0 : (known.counts[at] as number);
}

/** When `account` was first paid, ms, to the minute; undefined where it is new. */
export function firstPaidMs(profile: Profile, account: AccountId): TimeMs | undefined {
  const { known } = profile;
  const minuteMs = SECONDS_PER_MINUTE * MS_PER_SECOND;
  if (known === undefined) {
    const paid = paidParty(habitsOf(profile), account);
    return paid === undefined ? undefined : Math.floor(paid.firstSeconds / SECONDS_PER_MINUTE) * minuteMs;
  }
  const at = known.accounts.indexOf(account);
  return at < 0 ? undefined : (known.firstMinute[at] as number) * minuteMs;
}
