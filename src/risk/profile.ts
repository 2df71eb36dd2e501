import type { AccountId, AssetId, TimeMs } from '../core/index.ts';
import type { AmountTrail } from './amount-trail.ts';
import { emptyHabits, type KeptHabits, keepHabits } from './habits/habits.ts';
import type { KeptNotes } from './habits/kept-notes.ts';
import type { LogHistogram } from './log-histogram.ts';
import type { Moments } from './moments.ts';
import type { WeekOfOutflow } from './weekly-outflow.ts';

/** Hours of a week, from Monday 00:00 UTC. */
export const HOURS_PER_WEEK = 168;
/** Recent payments kept, for tempo. */
export const RECENT_PAYMENTS = 8;
/** Settled payments below which a profile is cold: it knows too little to call anything usual. */
export const COLD_BELOW = 20;

/** What an agent has been seen to do: JSON-safe, versioned, bounded at 16 KiB. Stored as the document `profile/<agent>`. */
export type Profile = {
  readonly v: 2;
  /** Settled payments seen. */
  readonly count: number;
  /** Of those, with an amount in the unit. */
  readonly priced: number;
  readonly lastMs: TimeMs | null;
  /** log2 of unit amounts: quick to follow, slow to follow, how often each size came, and the last in order. */
  readonly amount: {
    readonly quick: Moments;
    readonly slow: Moments;
    readonly sizes: LogHistogram;
    readonly trail: AmountTrail;
  };
  /** log2 of the ms between payments. */
  readonly interval: Moments;
  /** Payments by hour of the week; all are halved when one reaches 255. */
  readonly hours: readonly number[];
  readonly daily: DailyOutflow;
  /** Finished days with outflow, by week, oldest first. */
  readonly weeks: readonly WeekOfOutflow[];
  /** Share of payments in round amounts, 0–1. */
  readonly round: number;
  /** Times of the last payments, rising. */
  readonly recent: readonly TimeMs[];
  /** Who is dealt with, in what, how much and when. */
  readonly habits?: KeptHabits;
  /** In their place in what a decision keeps: whom it could have met or mistaken. */
  readonly known?: KnownAccounts;
  /** With them: what the gauges said. */
  readonly figures?: readonly KeptFigures[];
  /** With them: what the habits said of payments to new and young parties. */
  readonly notes?: KeptNotes;
  /** With them, where rights are given away: what the habits said of those who get them. */
  readonly granted?: KeptGrants;
};

/** Share of actions with new parties, then whom of the grantees the wallet had dealt with, and how; see `grant-notes.ts`. */
export type KeptGrants = readonly [newShare: number, ...(readonly [party: string, isTrusted: 0 | 1, gaveAll: 0 | 1])[]];

/** Counterparties that were paid and settled. Parallel arrays, all of one length. */
export type KnownAccounts = {
  readonly accounts: readonly AccountId[];
  /** Payments to each. */
  readonly counts: readonly number[];
  /** First and last payment, whole minutes since the Unix epoch. */
  readonly firstMinute: readonly number[];
  readonly lastMinute: readonly number[];
};

/** What the gauges said of the action with this party that was most unlike the habits; see `habits/figures.ts`. */
export type KeptFigures = readonly [party: string, figures: string];

/** Outflow by UTC day in the unit, as decimal strings; `usual` and `peak` are over days with outflow. */
export type DailyOutflow = {
  readonly day: number;
  readonly sum: string;
  /** The day before `day`, `0` where nothing was paid. */
  readonly before: string;
  readonly usual: string;
  readonly peak: string;
  /** Finished days with outflow. */
  readonly days: number;
};

/** One settled, unflagged payment, as the profile learns it. */
export interface SettledPayment {
  readonly atMs: TimeMs;
  /** Null where the money went to no account, e.g. a deployment. */
  readonly account: AccountId | null;
  readonly asset: AssetId;
  /** Base units of `asset`. */
  readonly amount: bigint;
  /** The same in the unit of the agent's limits; 0 trains the counterparty and the tempo, not the amounts. */
  readonly unitAmount: bigint;
  /** Of the asset; 18 where nobody says. */
  readonly decimals?: number | undefined;
  /** Selector or operation, where it went along with a call. */
  readonly method?: string | undefined;
}

const NO_HABITS: KeptHabits = keepHabits(emptyHabits());
const NOTHING: Moments = { mean: 0, variance: 0 };

/** The profile of an agent that has done nothing yet. */
export function emptyProfile(): Profile {
  return {
    v: 2,
    count: 0,
    priced: 0,
    lastMs: null,
    amount: { quick: NOTHING, slow: NOTHING, sizes: { bins: [], counts: [] }, trail: [] },
    interval: NOTHING,
    hours: new Array<number>(HOURS_PER_WEEK).fill(0),
    daily: { day: 0, sum: '0', before: '0', usual: '0', peak: '0', days: 0 },
    weeks: [],
    round: 0,
    recent: [],
    habits: NO_HABITS,
  };
}
