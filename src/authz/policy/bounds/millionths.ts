/** A fraction from 0 to 1 in millionths, never more than it says; null for none. */
export function millionths(fraction: number | undefined): bigint | null {
  if (fraction === undefined) return null;
  // Twelve digits: what is written as 0.07 is 70,000 millionths, though the nearest double lies just above it.
  return BigInt(Math.floor(Number((fraction * 1_000_000).toPrecision(12))));
}
