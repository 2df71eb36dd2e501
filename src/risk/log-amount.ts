/** Greatest finite answer: amounts beyond every double count as this many bits. */
const MAX_BITS = 1024;

/**
 * log2 of an amount, for statistics only; 0 for amounts below 2. Never throws and never infinite: 256-bit amounts fit a
 * double with 53 bits of precision, larger ones are capped.
 */
export function logAmount(amount: bigint): number {
  if (amount < 2n) return 0;
  return Math.min(MAX_BITS, Math.log2(Number(amount)));
}
