import type { TimeMs } from '../core/index.ts';
import type { DailyOutflow } from './profile.ts';

const MS_PER_DAY = 86_400_000;
/** A new day moves the usual outflow by an eighth of the difference. */
const FORGETTING = 8n;

/** The daily record after a payment of `amount`. A payment older than yesterday changes nothing. Exact integers throughout. */
export function addOutflow(daily: DailyOutflow, atMs: TimeMs, amount: bigint): DailyOutflow {
  const day = Math.floor(atMs / MS_PER_DAY);
  if (day === daily.day) return { ...daily, sum: String(BigInt(daily.sum) + amount) };
  if (day < daily.day) return day !== daily.day - 1 ? daily : { ...daily, before: String(BigInt(daily.before) + amount) };
  const { sum, usual, peak } = exactOf(daily);
  const next = { ...daily, day, sum: String(amount), before: day === daily.day + 1 ? daily.sum : '0' };
  if (sum === 0n) return next;
  const faded = peak - peak / FORGETTING;
  return {
    ...next,
    usual: String(daily.days === 0 ? sum : usual + (sum - usual) / FORGETTING),
    peak: String(sum > faded ? sum : faded),
    days: daily.days + 1,
  };
}

/** Outflow of about the last 24 hours: today's, and of yesterday's the part that is not yet a day old, rounded up. */
export function outflowLastDay(daily: DailyOutflow, nowMs: TimeMs): bigint {
  const day = Math.floor(nowMs / MS_PER_DAY);
  const leftMs = MS_PER_DAY - Math.floor(nowMs - day * MS_PER_DAY);
  const { sum, before } = exactOf(daily);
  if (day <= daily.day) return sum + partOf(before, leftMs);
  return day === daily.day + 1 ? partOf(sum, leftMs) : 0n;
}

/** The most that a usual day sends: the larger of average and fading peak. Days without outflow do not count. */
export function usualDay(daily: DailyOutflow): bigint {
  const { usual, peak } = exactOf(daily);
  return usual > peak ? usual : peak;
}

interface Exact {
  readonly sum: bigint;
  readonly before: bigint;
  readonly usual: bigint;
  readonly peak: bigint;
}

/** The last record and its integers: several ask about one record in a row. */
let last: { readonly daily: DailyOutflow; readonly exact: Exact } | undefined;

function exactOf(daily: DailyOutflow): Exact {
  if (last?.daily !== daily) {
    const exact = { sum: BigInt(daily.sum), before: BigInt(daily.before), usual: BigInt(daily.usual), peak: BigInt(daily.peak) };
    last = { daily, exact };
  }
  return last.exact;
}

function partOf(sum: bigint, leftMs: number): bigint {
  return sum === 0n ? 0n : (sum * BigInt(leftMs) + BigInt(MS_PER_DAY) - 1n) / BigInt(MS_PER_DAY);
}
