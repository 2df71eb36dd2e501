import type { TimeMs } from '../../core/index.ts';

/** log2 of whole units below which an amount counts as nothing: dust, and payments of 0. */
export const LEAST_BITS = -60;
/** No amount counts as more. */
const MOST_BITS = 120;
/** Parts of an octave that are kept. */
const STEPS = 256;
/** No sum of units counts as more: what is kept in 32 bits stays a number. */
export const MOST_UNITS = 1e36;
const MOST_SECONDS = 2 ** 32 - 1;

/** log2 of whole units, to 1/256; {@link LEAST_BITS} for nothing. For statistics only. */
export function bitsOf(units: number): number {
  if (!(units > 0)) return LEAST_BITS;
  return Math.round(Math.min(MOST_BITS, Math.max(LEAST_BITS, Math.log2(units))) * STEPS) / STEPS;
}

/** Bits as they are kept: 16 bits, signed. */
export function packBits(bits: number): number {
  return Math.round(bits * STEPS);
}

/** Kept bits as a number again. */
export function unpackBits(packed: number | undefined): number {
  return (packed as number) / STEPS;
}

/** Whole seconds since the Unix epoch, at least 1: 0 stands for never. */
export function secondsOf(atMs: TimeMs): number {
  return Math.min(MOST_SECONDS, Math.max(1, Math.floor(atMs / 1_000) || 1));
}

/** log2 of a span in seconds and one, 0 for none. */
export function spanBits(seconds: number): number {
  return Math.log2(Math.max(0, seconds) + 1);
}

/** Whole units of an amount, at most {@link MOST_UNITS}. For statistics only: 53 bits of it. */
export function unitsOf(amount: bigint, decimals: number): number {
  return Math.min(MOST_UNITS, Number(amount) / 10 ** decimals);
}

/** Significant digits of an amount of base units: 1 for 5 and for 5,000. */
export function digitsOf(amount: bigint): number {
  const text = amount.toString();
  let end = text.length;
  while (end > 1 && text.charCodeAt(end - 1) === 48) end -= 1;
  return end;
}
