import type { AccountId, TimeMs } from '../core/index.ts';

/** Counterparties that were paid and settled. Parallel arrays: `accounts` keeps its identity while the set stands. */
export type KnownAccounts = {
  readonly accounts: readonly AccountId[];
  /** Payments to each, at most {@link MAX_COUNT}. */
  readonly counts: readonly number[];
  /** Last payment, whole minutes since the Unix epoch. */
  readonly lastMinute: readonly number[];
  /** First payment, likewise; absent from sets that were stored before it was kept. */
  readonly firstMinute?: readonly number[];
};

/** Counterparties remembered: 128 of TON's 75-character ids are 10 KB of the profile's 16. */
export const MAX_KNOWN = 128;
const MAX_COUNT = 9999;
const MS_PER_MINUTE = 60_000;

const positions = new WeakMap<readonly AccountId[], ReadonlyMap<AccountId, number>>();

/** Settled payments to `account`: 0 where it is new, or was forgotten, which is the same. */
export function paymentsTo(known: KnownAccounts, account: AccountId): number {
  const at = positionsOf(known.accounts).get(account);
  return at === undefined ? 0 : (known.counts[at] as number);
}

/** When `account` was first paid, ms, to the minute; undefined where it is new. Where that was not kept: when it was last paid. */
export function firstPaidMs(known: KnownAccounts, account: AccountId): TimeMs | undefined {
  const at = positionsOf(known.accounts).get(account);
  const minute = at === undefined ? undefined : (known.firstMinute ?? known.lastMinute)[at];
  return minute === undefined ? undefined : minute * MS_PER_MINUTE;
}

/**
 * The set after one more payment. A full set forgets the one least paid, of those the one longest ago; forgotten means
 * new again, so that forgetting costs an escalation and never permits.
 */
export function addPayment(known: KnownAccounts, account: AccountId, atMs: TimeMs): KnownAccounts {
  const minute = Math.floor(atMs / MS_PER_MINUTE);
  // Of whom it was not kept, the last payment is the earliest that is known.
  const firstMinute = known.firstMinute ?? known.lastMinute;
  const at = positionsOf(known.accounts).get(account);
  if (at !== undefined) {
    return {
      accounts: known.accounts,
      counts: known.counts.with(at, Math.min(MAX_COUNT, (known.counts[at] as number) + 1)),
      lastMinute: known.lastMinute.with(at, Math.max(minute, known.lastMinute[at] as number)),
      firstMinute: firstMinute.with(at, Math.min(minute, firstMinute[at] as number)),
    };
  }
  if (known.accounts.length < MAX_KNOWN) {
    return {
      accounts: [...known.accounts, account],
      counts: [...known.counts, 1],
      lastMinute: [...known.lastMinute, minute],
      firstMinute: [...firstMinute, minute],
    };
  }
  const out = leastUsed(known);
  return {
    accounts: known.accounts.with(out, account),
    counts: known.counts.with(out, 1),
    lastMinute: known.lastMinute.with(out, minute),
    firstMinute: firstMinute.with(out, minute),
  };
}

function leastUsed(known: KnownAccounts): number {
  let least = 0;
  for (let index = 1; index < known.accounts.length; index += 1) {
    const difference = (known.counts[index] as number) - (known.counts[least] as number);
    if (difference < 0 || (difference === 0 && (known.lastMinute[index] as number) < (known.lastMinute[least] as number))) least = index;
  }
  return least;
}

function positionsOf(accounts: readonly AccountId[]): ReadonlyMap<AccountId, number> {
  const cached = positions.get(accounts);
  if (cached !== undefined) return cached;
  const index = new Map(accounts.map((account, at) => [account, at]));
  positions.set(accounts, index);
  return index;
}
