/** log2 of whole units below which an amount counts as nothing: dust, and payments of 0. */
export const LEAST_BITS = -60;

const QUICK = 0.08;
const SLOW = 0.01;
const DIGITS = 0.05;
const NEW_PARTY = 0.05;
/** Half octaves kept: 16 octaves to either side of the first amount. What is farther counts at the ends. */
const BINS = 64;
const MAX_TOTAL = 4_096;
/** Significant digits told apart. */
const MAX_DIGITS = 19;

/** How often amounts of each size came, by half octave. Bounded; older amounts fade. */
export class SizeCounts {
  total = 0;
  #first: number | undefined;
  readonly #counts = new Uint16Array(BINS);

  add(bits: number): void {
    this.#first ??= Math.floor(bits * 2) - BINS / 2;
    const at = this.#bin(bits);
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.total += 1;
    if (this.total < MAX_TOTAL) return;
    this.total = 0;
    for (let bin = 0; bin < BINS; bin += 1) this.total += this.#counts[bin] = (this.#counts[bin] as number) >> 1;
  }

  /** Share of amounts below this one, 0–1; half of those of its own size count. −1 where none came yet. */
  below(bits: number): number {
    if (this.total === 0) return -1;
    const at = this.#bin(bits);
    let sum = (this.#counts[at] as number) / 2;
    for (let bin = 0; bin < at; bin += 1) sum += this.#counts[bin] as number;
    return sum / this.total;
  }

  /** How usual amounts of about this size are, 0–1. −1 where none came yet. */
  density(bits: number): number {
    if (this.total === 0) return -1;
    const at = this.#bin(bits);
    const near = this.#at(at) + 0.6 * (this.#at(at - 1) + this.#at(at + 1)) + 0.25 * (this.#at(at - 2) + this.#at(at + 2));
    return near / (this.total + 2);
  }

  #at(bin: number): number {
    return this.#counts[bin] ?? 0;
  }

  #bin(bits: number): number {
    return Math.min(BINS - 1, Math.max(0, Math.floor(bits * 2) - (this.#first ?? 0)));
  }
}

/** Amounts of one asset, all of them or those of one kind: sizes as log2 of whole units, and how they are written. */
export class AmountHabit {
  count = 0;
  quick = 0;
  slow = 0;
  variance = 1;
  max = LEAST_BITS;
  last = LEAST_BITS;
  lastMs = 0;
  readonly sizes = new SizeCounts();
  /** Those to parties that were new then. */
  newCount = 0;
  newMean = 0;
  newMax = LEAST_BITS;
  readonly newSizes = new SizeCounts();
  /** Share of payments that go to new parties, lately. */
  newShare = 0.3;
  /** Significant digits: their mean, and how often each number of them. */
  digits = 0;
  readonly digitCounts = new Uint16Array(MAX_DIGITS + 1);

  add(bits: number, digits: number, isNew: boolean, atMs: number): void {
    this.count += 1;
    const fromSlow = bits - this.slow;
    this.quick += Math.max(QUICK, 1 / this.count) * (bits - this.quick);
    this.slow += Math.max(SLOW, 1 / this.count) * fromSlow;
    this.variance += Math.max(SLOW, 1 / this.count) * (fromSlow * fromSlow - this.variance);
    this.max = Math.max(this.max, bits);
    this.last = bits;
    this.lastMs = atMs;
    this.sizes.add(bits);
    this.digits += Math.max(DIGITS, 1 / this.count) * (digits - this.digits);
    const at = Math.min(MAX_DIGITS, digits);
    this.digitCounts[at] = Math.min(65_535, (this.digitCounts[at] as number) + 1);
    this.newShare += NEW_PARTY * (Number(isNew) - this.newShare);
    if (!isNew) return;
    this.newCount += 1;
    this.newMean += Math.max(0.1, 1 / this.newCount) * (bits - this.newMean);
    this.newMax = Math.max(this.newMax, bits);
    this.newSizes.add(bits);
  }

  /** Standard deviations from the slow mean. */
  deviations(bits: number): number {
    return (bits - this.slow) / Math.sqrt(this.variance + 0.3);
  }

  /** Share of amounts written with at most so many digits. */
  atMostDigits(digits: number): number {
    let sum = 0;
    for (let at = 0; at <= Math.min(MAX_DIGITS, digits); at += 1) sum += this.digitCounts[at] as number;
    return this.count === 0 ? -1 : sum / this.count;
  }

  /** Share of amounts written with just so many digits. */
  withDigits(digits: number): number {
    return this.count === 0 ? -1 : (this.digitCounts[Math.min(MAX_DIGITS, digits)] as number) / this.count;
  }
}
