import type { Price, TimeMs } from '../../core/index.ts';

const DAY_MS = 86_400_000;
/** After so long an observation counts for 1/e: one window sees a shock, the other keeps what is usual. */
const QUICK_DAYS = 1;
const SLOW_DAYS = 14;
/** Less of the past than this is too little to divide by, and too little to call the volatility known. */
const LEAST_DAYS = 0.25;
const LEAST_RETURNS = 8;
/** A price that moves further in one step is garbled; the step still counts as so much. */
const MAX_RETURN = 30;
const SCALE = 10n ** 15n;
/** Digits of a price's parts: 256 bits by 256 bits, and then some. */
const MAX_DIGITS = 200;
const DIGITS = /^[1-9][0-9]{0,199}$/;
/** A thousand times the price in a day: whatever is beyond is all the same. */
const MAX_PPM = 1_000_000_000;

/** Squared returns, and the days they took; both fade alike, so that their ratio is a variance per day however often prices come. */
type Window = readonly [squares: number, days: number];

/** What is kept of an asset's prices: under 600 bytes, however many came. */
export type VolatilityTrack = {
  readonly v: 1;
  readonly unit: string;
  readonly atMs: TimeMs;
  /** The last price, exactly. */
  readonly price: readonly [numerator: string, denominator: string];
  readonly quick: Window;
  readonly slow: Window;
  readonly count: number;
};

/** A day's standard deviation by the track, millionths, rounded up. `cold` while it is only the least that it can be. */
export interface Volatility {
  readonly ppm: number;
  readonly cold: boolean;
}

/**
 * The track after one more price: an exponentially weighted variance of log returns, sampled whenever prices come. O(1) and pure. A price
 * that is not newer than the last changes nothing; one in another unit begins anew.
 */
export function trackPrice(
  track: VolatilityTrack | undefined,
  unit: string,
  { numerator, denominator, atMs }: Price,
): VolatilityTrack | undefined {
  if (numerator <= 0n || denominator <= 0n || !Number.isSafeInteger(atMs) || atMs <= 0) return track;
  const price = [numerator.toString(), denominator.toString()] as const;
  if (price[0].length > MAX_DIGITS || price[1].length > MAX_DIGITS) return track;
  if (track === undefined || track.unit !== unit) return { v: 1, unit, atMs, price, quick: [0, 0], slow: [0, 0], count: 0 };
  if (atMs <= track.atMs) return track;
  const days = (atMs - track.atMs) / DAY_MS;
  const square = logReturn(track.price, numerator, denominator) ** 2;
  const faded = ([squares, total]: Window, span: number): Window => {
    const keep = Math.exp(-days / span);
    return [squares * keep + square, total * keep + days];
  };
  return {
    v: 1,
    unit,
    atMs,
    price,
    quick: faded(track.quick, QUICK_DAYS),
    slow: faded(track.slow, SLOW_DAYS),
    count: Math.min(track.count + 1, LEAST_RETURNS),
  };
}

/** The larger of what the last day and the last fortnight say. */
export function volatilityOf(track: VolatilityTrack | undefined): Volatility {
  if (track === undefined) return { ppm: 0, cold: true };
  const perDay = ([squares, days]: Window): number => squares / Math.max(days, LEAST_DAYS);
  const deviation = Math.sqrt(Math.max(perDay(track.quick), perDay(track.slow)));
  return {
    ppm: Math.min(MAX_PPM, Math.ceil(deviation * 1_000_000 - 1e-6)),
    cold: track.count < LEAST_RETURNS || track.slow[1] < LEAST_DAYS,
  };
}

/** What the store holds; undefined for anything else. */
export function parseVolatility(value: unknown): VolatilityTrack | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, unit, atMs, price, quick, slow, count } = value as Partial<VolatilityTrack>;
  const isPrice = Array.isArray(price) && price.length === 2 && price.every((part) => typeof part === 'string' && DIGITS.test(part));
  const isTime = Number.isSafeInteger(atMs) && Number(atMs) > 0;
  const isCount = Number.isSafeInteger(count) && Number(count) >= 0;
  if (v !== 1 || typeof unit !== 'string' || !isPrice || !isTime || !isCount || !isWindow(quick) || !isWindow(slow)) return undefined;
  return value as VolatilityTrack;
}

function isWindow(value: unknown): value is Window {
  return Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part) && part >= 0);
}

/** ln of the new price by the old one, by an exact ratio. */
function logReturn([numerator, denominator]: VolatilityTrack['price'], newNumerator: bigint, newDenominator: bigint): number {
  const ratio = (newNumerator * BigInt(denominator) * SCALE) / (newDenominator * BigInt(numerator));
  const moved = Math.log(Number(ratio)) - Math.log(Number(SCALE));
  return Math.max(-MAX_RETURN, Math.min(MAX_RETURN, moved));
}
