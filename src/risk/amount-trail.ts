/** The last amounts in the order in which they settled, thousandths of log2: whole numbers, which every store keeps. */
export type AmountTrail = readonly number[];

/** Amounts kept. */
export const TRAIL_LENGTH = 8;
const PER_BIT = 1000;

/** An amount of log2 size `bits` as the trail keeps it: 0.07 % apart is the same. */
export function trailStep(bits: number): number {
  return Math.round(bits * PER_BIT);
}

/** The trail after one more amount. Profiles from before there were trails begin one. */
export function addToTrail(trail: AmountTrail | undefined, bits: number): AmountTrail {
  const step = trailStep(bits);
  return trail === undefined ? [step] : [...(trail.length < TRAIL_LENGTH ? trail : trail.slice(1 - TRAIL_LENGTH)), step];
}

/** Octaves by which the newer half lies above the older one on average; below 0 where amounts shrink. */
export function octavesGrown(trail: AmountTrail): number {
  const half = trail.length >> 1;
  if (half === 0) return 0;
  let sum = 0;
  for (let at = 0; at < half; at += 1) sum += (trail[trail.length - 1 - at] as number) - (trail[at] as number);
  return sum / half / PER_BIT;
}

/** Pairs of which the later amount is not the larger one, `next` being the latest: 0 where every amount tops all before it. */
export function pairsOutOfOrder(trail: AmountTrail, next: number): number {
  let pairs = 0;
  for (let at = 0; at < trail.length; at += 1) {
    const later = trail[at] as number;
    if (next <= later) pairs += 1;
    for (let before = 0; before < at; before += 1) if (later <= (trail[before] as number)) pairs += 1;
  }
  return pairs;
}
