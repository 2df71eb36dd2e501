import type { TimeMs } from './ids.ts';
import type { NoPrice, Price } from './price.ts';

/** When prices of several sources count as one. */
export interface Agreement {
  /** Most that the highest may be above the lowest, in hundredths of a per cent of their median. */
  readonly maxDeviationBps: number;
  /** Fresh prices that there have to be at least. */
  readonly minSources: number;
  /** A price that is older is dropped; one that stands still has no age. */
  readonly maxAgeMs: number;
}

/** How far a source's clock may be ahead. */
const MAX_LEAD_MS = 10_000;
const BPS = 10_000n;

function isPrice(price: unknown): price is Price {
  if (typeof price !== 'object' || price === null) return false;
  const { numerator, denominator, atMs } = price as Partial<Price>;
  return (
    typeof numerator === 'bigint' && typeof denominator === 'bigint' && numerator > 0n && denominator > 0n && Number.isSafeInteger(atMs)
  );
}

/**
 * The median of what several sources say: of two in the middle the higher one, for whoever spends is charged by it. It is as old
 * as the oldest of them.
 *
 * Fails closed: too few fresh prices, or a spread above the bound, is no price, and says which.
 */
export function medianOfPrices(
  answers: readonly unknown[],
  { maxDeviationBps, minSources, maxAgeMs }: Agreement,
  nowMs: TimeMs,
): Price | NoPrice {
  const prices = answers.filter(isPrice);
  const fresh = prices.filter(({ atMs }) => atMs === 0 || (nowMs - atMs <= maxAgeMs && atMs - nowMs <= MAX_LEAD_MS));
  if (fresh.length < minSources || fresh.length === 0) {
    const known = prices.length + answers.filter((answer) => answer === 'stale').length;
    return known >= Math.max(1, minSources) ? 'stale' : 'missing';
  }
  const sorted = fresh.toSorted((a, b) => {
    const difference = a.numerator * b.denominator - b.numerator * a.denominator;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  const [lowest, median, highest] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at] as Price) as [
    Price,
    Price,
    Price,
  ];
  // (highest − lowest) / median > bound, with all three fractions on one line.
  const spread = (highest.numerator * lowest.denominator - lowest.numerator * highest.denominator) * median.denominator * BPS;
  if (spread > BigInt(maxDeviationBps) * median.numerator * highest.denominator * lowest.denominator) return 'divergent';
  const times = fresh.map(({ atMs }) => atMs).filter((atMs) => atMs !== 0);
  return { numerator: median.numerator, denominator: median.denominator, atMs: times.length === 0 ? 0 : Math.min(...times) };
}
