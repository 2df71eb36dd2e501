/** One whole, in millionths. */
export const ONE_PPM = 1_000_000;
const ONE = 1_000_000n;

/** `part / whole` in millionths, rounded up, at most `most`. A part of nothing is all of it. */
export function ratioPpm(part: bigint, whole: bigint, most: number = ONE_PPM): number {
  if (part <= 0n) return 0;
  if (whole <= 0n) return most;
  const ratio = (part * ONE + whole - 1n) / whole;
  return ratio >= BigInt(most) ? most : Number(ratio);
}

/**
 * How much worse than the present price a trade is that pays `amount` into a pool of constant product holding `reserve` of it, millionths,
 * rounded up: `paid / (reserve + paid)`, where `paid` is what the pool's fee leaves.
 */
export function impactOfPaying(amount: bigint, reserve: bigint, feePpm: number): number {
  const fee = BigInt(Math.min(ONE_PPM, Math.max(0, feePpm)));
  const paid = (amount * (ONE - fee) + ONE - 1n) / ONE;
  return ratioPpm(paid, reserve + paid);
}

/** The same of a trade that takes `amount` out of a pool holding `reserve` of it: `amount / reserve`. */
export function impactOfTaking(amount: bigint, reserve: bigint): number {
  return ratioPpm(amount, reserve);
}
