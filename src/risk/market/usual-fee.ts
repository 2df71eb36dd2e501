import type { MarketFee, TimeMs } from '../../core/index.ts';
import { ONE_PPM, ratioPpm } from './price-impact.ts';

const DAY_MS = 86_400_000;
/** After so long an observation counts for 1/e. */
const SPAN_DAYS = 3;
/** What is usual is known after so long. */
const LEAST_DAYS = 0.25;
const LEAST_COUNT = 8;
/** A price teaches at most so many times what is usual: one spike does not make the next one usual. */
const MAX_LESSON = Math.log(4);
/** A thousand times what is usual: whatever is beyond is all the same. */
const MAX_PPM = 1_000_000_000;
const DOUBLE = 2n ** 1_000n;

/** What is kept of a chain's fees: one average of logarithms. */
export type FeeTrack = {
  readonly v: 1;
  readonly atMs: TimeMs;
  /** Natural logarithm of the usual price. */
  readonly usual: number;
  readonly days: number;
  readonly count: number;
};

/** The track after one more price: O(1), pure. A price that is not newer than the last, or none, changes nothing. */
export function trackFee(track: FeeTrack | undefined, price: bigint, atMs: TimeMs): FeeTrack | undefined {
  if (price <= 0n || price >= DOUBLE || !Number.isSafeInteger(atMs) || atMs <= 0) return track;
  const found = Math.log(Number(price));
  if (track === undefined) return { v: 1, atMs, usual: found, days: 0, count: 1 };
  if (atMs <= track.atMs) return track;
  const days = (atMs - track.atMs) / DAY_MS;
  const lesson = Math.max(-MAX_LESSON, Math.min(MAX_LESSON, found - track.usual));
  // A mean weighted by time that fades: however often prices come, a day of them weighs the same.
  const known = track.days * Math.exp(-days / SPAN_DAYS) + days;
  return { v: 1, atMs, usual: track.usual + lesson * (days / known), days: known, count: Math.min(track.count + 1, LEAST_COUNT) };
}

/** The present price by what is usual, millionths, rounded up. By the source's own word where it has one, else by the track. */
export function feeRatio(fee: MarketFee, track: FeeTrack | undefined): { readonly ppm: number; readonly cold: boolean } {
  if (fee.usual !== undefined) return { ppm: ratioPpm(fee.price, fee.usual, MAX_PPM), cold: false };
  if (fee.price <= 0n || fee.price >= DOUBLE) return { ppm: MAX_PPM, cold: true };
  if (track === undefined) return { ppm: ONE_PPM, cold: true };
  const ratio = Number(fee.price) / Math.exp(track.usual);
  const ppm = Number.isFinite(ratio) ? Math.min(MAX_PPM, Math.ceil(ratio * 1_000_000 - 1e-6)) : MAX_PPM;
  return { ppm, cold: track.count < LEAST_COUNT || track.days < LEAST_DAYS };
}

/** What the store holds; undefined for anything else. */
export function parseFeeTrack(value: unknown): FeeTrack | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, atMs, usual, days, count } = value as Partial<FeeTrack>;
  const isTime = Number.isSafeInteger(atMs) && Number(atMs) > 0;
  const isCount = Number.isSafeInteger(count) && Number(count) > 0;
  const areNumbers = Number.isFinite(usual) && Math.abs(Number(usual)) < 700 && Number.isFinite(days) && Number(days) >= 0;
  return v === 1 && isTime && isCount && areNumbers ? (value as FeeTrack) : undefined;
}
