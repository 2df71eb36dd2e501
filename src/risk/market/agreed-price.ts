import type { MarketPrice, TimeMs } from '../../core/index.ts';
import { apartPpm } from './depeg.ts';

/** How far a source's clock may be ahead. */
export const MAX_LEAD_MS = 10_000;

/** True for what is of this moment: at most `maxAgeMs` old, at most ten seconds early; what stands still (0) always is. */
export function isOfNow(atMs: TimeMs, nowMs: TimeMs, maxAgeMs: number): boolean {
  return atMs === 0 || (nowMs - atMs <= maxAgeMs && atMs - nowMs <= MAX_LEAD_MS);
}

/** What several sources come to. */
export interface AgreedPrice {
  /** The median, as old as the oldest that counts; of two in the middle the higher one. */
  readonly price: MarketPrice;
  /** The highest above the lowest, millionths of the median, rounded up. */
  readonly spreadPpm: number;
}

const compare = (a: MarketPrice, b: MarketPrice): number => {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/**
 * The median of prices of one asset in one unit, and how far they are apart. Only fresh ones count; where none is, the newest stands as old as
 * it is. Undefined for none at all.
 */
export function agreedPrice(prices: readonly MarketPrice[], nowMs: TimeMs, maxAgeMs: number): AgreedPrice | undefined {
  const fresh = prices.filter(({ atMs }) => isOfNow(atMs, nowMs, maxAgeMs));
  if (fresh.length === 0) {
    // A moment that is still to come is no newer than any other that is wrong.
    const newest = prices.toSorted((a, b) => Math.abs(nowMs - a.atMs) - Math.abs(nowMs - b.atMs))[0];
    return newest === undefined ? undefined : { price: newest, spreadPpm: 0 };
  }
  const sorted = fresh.toSorted(compare);
  const [lowest, median, highest] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)] as [
    MarketPrice,
    MarketPrice,
    MarketPrice,
  ];
  const times = fresh.flatMap(({ atMs }) => (atMs === 0 ? [] : [atMs]));
  const volatility = Math.max(-1, ...fresh.map(({ volatilityPpm }) => volatilityPpm ?? -1));
  return {
    price: {
      asset: median.asset,
      unit: median.unit,
      numerator: median.numerator,
      denominator: median.denominator,
      atMs: times.length === 0 ? 0 : Math.min(...times),
      ...(fresh.every(({ isSpot }) => isSpot !== true) ? {} : { isSpot: true }),
      ...(volatility < 0 ? {} : { volatilityPpm: volatility }),
    },
    spreadPpm: apartPpm(highest, median) + apartPpm(lowest, median),
  };
}
