/** Seeded dice: the same seed gives the same numbers. For made-up streams only, never for secrets. */
export interface Dice {
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** From 0 to `count`, `count` excluded. */
  int(count: number): number;
  between(low: number, high: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Around a median: `sigma` 0.7 halves or doubles it about one time in three. */
  around(median: number, sigma: number): number;
  /** So many random lowercase hex digits. */
  hex(digits: number): string;
}

/** Mulberry32 and what is thrown with it. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (count: number): number => Math.floor(next() * count);
  return {
    next,
    int,
    between: (low, high) => low + (high - low) * next(),
    chance: (share) => next() < share,
    pick(list) {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[int(list.length)] as (typeof list)[number];
    },
    // The sum of 12 even numbers is about normal (Irwin-Hall), and needs no logarithm.
    around: (median, sigma) =>
      median * 2 ** ((sigma / Math.LN2) * (Array.from({ length: 12 }, next).reduce((sum, one) => sum + one, 0) - 6)),
    hex: (digits) => Array.from({ length: digits }, () => int(16).toString(16)).join(''),
  };
}

/** A seed of its own for each part of a run, so that one part more leaves the others as they are. */
export function seedOf(seed: number, part: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let at = 0; at < part.length; at += 1) hash = Math.imul(hash ^ part.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
