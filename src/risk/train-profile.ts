import type { TimeMs } from '../core/index.ts';
import { addToTrail } from './amount-trail.ts';
import { addOutflow } from './daily-outflow.ts';
import { AMOUNT_FLOOR, INTERVAL_FLOOR } from './deviation.ts';
import { logAmount } from './log-amount.ts';
import { addSize } from './log-histogram.ts';
import { addSample } from './moments.ts';
import type { Profile, SettledPayment } from './profile.ts';
import { HOURS_PER_WEEK, RECENT_PAYMENTS } from './profile.ts';
import { actionOfPayment, trainHabits } from './profile-habits.ts';
import { isRoundAmount } from './round-amount.ts';
import { addFinishedDay } from './weekly-outflow.ts';

const QUICK = 1 / 32;
const SLOW = 1 / 512;
const INTERVAL = 1 / 64;
const ROUND = 1 / 32;
const HOUR_CAP = 255;
const MS_PER_HOUR = 3_600_000;
/** The last moment that a date can name: beyond it, differences of times stop being numbers. */
const MAX_TIME_MS = 8.64e15;
/** The Unix epoch was a Thursday: three days after a Monday. */
const EPOCH_HOUR = 72;
/** No token counts further; it keeps the daily sums, and with them the profile, in bounds. */
const MAX_UNIT_AMOUNT = 1n << 256n;

/**
 * The profile after one more settled payment: O(1), pure, never above 16 KiB. Callers pass only payments that are final
 * and that nothing flagged: what an attacker got through once must not become usual.
 * Amounts below zero or above 2^256 count as those bounds, a time that is no number as the last payment's; payments out
 * of order do not train the interval.
 */
export function trainProfile(profile: Profile, settled: SettledPayment): Profile {
  const action = actionOfPayment(settled, momentOf(profile, settled));
  return trainHabits(trainAmounts(profile, settled), action === undefined ? [] : [action]);
}

/** The same without the habits, which learn from actions; see `trainHabits`. */
export function trainAmounts(profile: Profile, settled: SettledPayment): Profile {
  const atMs = momentOf(profile, settled);
  const unitAmount = settled.unitAmount < 0n ? 0n : settled.unitAmount > MAX_UNIT_AMOUNT ? MAX_UNIT_AMOUNT : settled.unitAmount;
  const count = profile.count + 1;
  const priced = unitAmount > 0n ? profile.priced + 1 : profile.priced;
  const round = isRoundAmount(settled.amount) ? 1 : 0;
  return {
    v: 2,
    count,
    priced,
    lastMs: Math.max(profile.lastMs ?? atMs, atMs),
    amount: unitAmount > 0n ? trainAmount(profile.amount, logAmount(unitAmount), priced) : profile.amount,
    interval:
      profile.lastMs === null || atMs < profile.lastMs ? profile.interval : trainInterval(profile, atMs - profile.lastMs, count - 1),
    hours: trainHours(profile.hours, atMs),
    ...(unitAmount > 0n ? trainDays(profile, atMs, unitAmount) : { daily: profile.daily, weeks: profile.weeks }),
    round: profile.round + Math.max(1 / count, ROUND) * (round - profile.round),
    recent: withMoment(profile.recent, atMs),
    ...(profile.habits === undefined ? {} : { habits: profile.habits }),
    ...(profile.known === undefined ? {} : { known: profile.known }),
  };
}

function withMoment(recent: readonly TimeMs[], atMs: TimeMs): readonly TimeMs[] {
  const all = [...recent, atMs];
  // Nearly always the newest is the last already.
  return (atMs >= (recent.at(-1) ?? atMs) ? all : all.sort((a, b) => a - b)).slice(-RECENT_PAYMENTS);
}

/** A day is finished by the first payment of a later one. */
function trainDays({ daily, weeks }: Profile, atMs: TimeMs, unitAmount: bigint): Pick<Profile, 'daily' | 'weeks'> {
  const next = addOutflow(daily, atMs, unitAmount);
  const isFinished = next.day !== daily.day && daily.sum !== '0';
  return { daily: next, weeks: isFinished ? addFinishedDay(weeks, daily.day, BigInt(daily.sum)) : weeks };
}

/** When a payment was, whole ms at a moment that a date can name; the last one's where that is no number. */
function momentOf({ lastMs }: Profile, { atMs }: SettledPayment): TimeMs {
  // Adding 0 makes -0, which JSON does not know, 0.
  return Number.isFinite(atMs) ? Math.trunc(Math.min(Math.max(atMs, -MAX_TIME_MS), MAX_TIME_MS)) + 0 : (lastMs ?? 0);
}

/** Index of the hour of the week, from Monday 00:00 UTC. */
export function hourOfWeek(atMs: TimeMs): number {
  return (((Math.floor(atMs / MS_PER_HOUR) + EPOCH_HOUR) % HOURS_PER_WEEK) + HOURS_PER_WEEK) % HOURS_PER_WEEK;
}

function trainAmount(amount: Profile['amount'], bits: number, n: number): Profile['amount'] {
  return {
    quick: addSample(amount.quick, bits, n, QUICK, AMOUNT_FLOOR),
    slow: addSample(amount.slow, bits, n, SLOW, AMOUNT_FLOOR),
    sizes: addSize(amount.sizes, bits),
    trail: addToTrail(amount.trail, bits),
  };
}

function trainInterval(profile: Profile, elapsedMs: number, n: number): Profile['interval'] {
  return addSample(profile.interval, Math.log2(Math.max(1, elapsedMs)), n, INTERVAL, INTERVAL_FLOOR);
}

function trainHours(hours: readonly number[], atMs: TimeMs): readonly number[] {
  const hour = hourOfWeek(atMs);
  const next = (hours[hour] ?? 0) + 1;
  const trained = hours.with(hour, next);
  return next < HOUR_CAP ? trained : trained.map((value) => value >> 1);
}
