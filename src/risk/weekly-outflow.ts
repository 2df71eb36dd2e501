import { logAmount } from './log-amount.ts';

const DAYS_PER_WEEK = 7;
/** Weeks with outflow that are remembered. */
export const MAX_WEEKS = 10;
/** Weeks that are too young to say what is usual: whoever means to make something usual needs longer. */
const YOUNG_WEEKS = 4;
/** Days with outflow before they say anything. */
const ENOUGH_DAYS = 5;
/** A day counts as at most so many octaves below a usual one of the week before, once that has so many days. */
const MOST_BELOW = 2;
const LEAST_DAYS = 3;

/** Days with outflow of one week, as log2 of what left on each: `[week, days, mean, sum of squares about it, most]`. */
export type WeekOfOutflow = readonly [week: number, days: number, mean: number, squares: number, most: number];

/** What left on a usual day, before anything that happened of late: log2 of the unit's smallest parts. */
export interface UsualDays {
  readonly mean: number;
  readonly deviation: number;
  readonly most: number;
}

/**
 * The weeks after one more finished day. O(1). A day of next to nothing, as when a person was asked and nothing went out, counts as a quarter of a usual one:
 * else one of them would make a regular wallet an irregular one, in which twice as much is nothing new.
 */
export function addFinishedDay(weeks: readonly WeekOfOutflow[], day: number, outflow: bigint): readonly WeekOfOutflow[] {
  const week = Math.floor(day / DAYS_PER_WEEK);
  const last = weeks.at(-1);
  const before = last?.[0] === week ? weeks.at(-2) : last;
  const least = before === undefined || before[1] < LEAST_DAYS ? 0 : before[2] - MOST_BELOW;
  const bits = Math.max(least, logAmount(outflow));
  if (last === undefined || last[0] !== week) return [...weeks, [week, 1, rounded(bits), 0, rounded(bits)] as const].slice(-MAX_WEEKS);
  const [, days, mean, squares, most] = last;
  const next = mean + (bits - mean) / (days + 1);
  return weeks.with(-1, [week, days + 1, rounded(next), rounded(squares + (bits - mean) * (bits - next)), Math.max(most, rounded(bits))]);
}

/** The usual days as they were four weeks ago, or of the first week where there is no more; undefined where too few are known. */
export function usualDays(weeks: readonly WeekOfOutflow[], day: number): UsualDays | undefined {
  const now = Math.floor(day / DAYS_PER_WEEK);
  const [first] = weeks;
  let old = weeks.filter(([week]) => week <= now - YOUNG_WEEKS);
  if (old.length === 0 && first !== undefined && first[0] < now) old = [first];
  let days = 0;
  let sum = 0;
  for (const [, count, its] of old) {
    days += count;
    sum += count * its;
  }
  if (days < ENOUGH_DAYS) return undefined;
  const mean = sum / days;
  let squares = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const [, count, its, about, peak] of old) {
    squares = squares + about + count * (its - mean) ** 2;
    most = Math.max(most, peak);
  }
  return { mean, deviation: Math.sqrt(squares / (days - 1)), most };
}

/** Two decimals: what is kept stays short. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
