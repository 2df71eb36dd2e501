import { MOST } from './habit-bytes.ts';

const MOST_COUNTED = 255;

/**
 * How often amounts of each size came, by half octave: {@link MOST.sizes} counts from `at`, the middle one that of the first amount. What is
 * farther counts at the ends; all are halved when one is full, so that older ones fade.
 */
export function addSize(counts: Uint8Array, firsts: Int16Array, record: number, bits: number): void {
  const at = record * MOST.sizes;
  if (isEmpty(counts, at, MOST.sizes)) firsts[record] = Math.floor(bits * 2) - MOST.sizes / 2;
  addCount(counts, at, MOST.sizes, binOf(firsts[record] as number, bits));
}

/** One more of the `n`-th of the counts from `at`. */
export function addCount(counts: Uint8Array, at: number, count: number, n: number): void {
  if ((counts[at + n] as number) >= MOST_COUNTED) for (let bin = at; bin < at + count; bin += 1) counts[bin] = (counts[bin] as number) >> 1;
  counts[at + n] = (counts[at + n] as number) + 1;
}

/** Share of amounts below this one, 0–1, half of those of its own size with them; and how usual amounts of about its size are. −1 where none came yet. */
export function placeOf(
  counts: Uint8Array,
  firsts: Int16Array,
  record: number,
  bits: number,
): { readonly below: number; readonly density: number } {
  const at = record * MOST.sizes;
  const bin = binOf(firsts[record] as number, bits);
  let total = 0;
  let below = 0;
  for (let one = 0; one < MOST.sizes; one += 1) {
    const count = counts[at + one] as number;
    total += count;
    if (one < bin) below += count;
  }
  if (total === 0) return { below: -1, density: -1 };
  const near = (off: number): number => (bin + off < 0 || bin + off >= MOST.sizes ? 0 : (counts[at + bin + off] as number));
  return {
    below: (below + near(0) / 2) / total,
    density: (near(0) + 0.6 * (near(-1) + near(1)) + 0.25 * (near(-2) + near(2))) / (total + 2),
  };
}

function binOf(first: number, bits: number): number {
  return Math.min(MOST.sizes - 1, Math.max(0, Math.floor(bits * 2) - first));
}

function isEmpty(counts: Uint8Array, at: number, count: number): boolean {
  for (let bin = at; bin < at + count; bin += 1) if (counts[bin] !== 0) return false;
  return true;
}
