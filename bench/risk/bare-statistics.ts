import type { MadePayment } from './made-payments.ts';

const QUICK = 0.08;
const SLOW = 0.01;
const GAP = 0.05;
const PARTIES = 88;
const REGISTERS = 64;
const HOUR_MS = 3_600_000;
const WEEK = 168;

/** Mean and variance of all samples so far. */
class Welford {
  #count = 0;
  #mean = 0;
  #squares = 0;

  deviations(sample: number): number {
    return this.#count < 2 ? 0 : (sample - this.#mean) / Math.sqrt(this.#squares / (this.#count - 1) + 1e-9);
  }

  add(sample: number): void {
    this.#count += 1;
    const off = sample - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (sample - this.#mean);
  }
}

/** One quantile of a stream by five markers: the P² algorithm of Jain and Chlamtac, 1985. */
class Percentile {
  readonly #share: number;
  readonly #heights = new Float64Array(5);
  readonly #places = Float64Array.of(1, 2, 3, 4, 5);
  #count = 0;

  constructor(share: number) {
    this.#share = share;
  }

  get value(): number {
    return this.#heights[2] as number;
  }

  add(sample: number): void {
    const heights = this.#heights;
    const places = this.#places;
    if (this.#count < 5) {
      heights[this.#count++] = sample;
      if (this.#count === 5) heights.sort();
      return;
    }
    this.#count += 1;
    let cell = 0;
    if (sample < (heights[0] as number)) heights[0] = sample;
    else if (sample >= (heights[4] as number)) {
      heights[4] = sample;
      cell = 3;
    } else while (sample >= (heights[cell + 1] as number)) cell += 1;
    for (let at = cell + 1; at < 5; at += 1) places[at] = (places[at] as number) + 1;
    for (let at = 1; at < 4; at += 1) this.#adjust(at);
  }

  #adjust(at: number): void {
    const heights = this.#heights;
    const places = this.#places;
    const wanted = 1 + (this.#count - 1) * [0, this.#share / 2, this.#share, (1 + this.#share) / 2, 1][at]!;
    const [before, here, after] = [places[at - 1]!, places[at]!, places[at + 1]!];
    const off = wanted - here;
    if (!((off >= 1 && after - here > 1) || (off <= -1 && before - here < -1))) return;
    const step = off > 0 ? 1 : -1;
    const [low, own, high] = [heights[at - 1]!, heights[at]!, heights[at + 1]!];
    const curved =
      own +
      (step / (after - before)) *
        (((here - before + step) * (high - own)) / (after - here) + ((after - here - step) * (own - low)) / (here - before));
    heights[at] =
      low < curved && curved < high ? curved : own + (step * ((step > 0 ? high : low) - own)) / ((step > 0 ? after : before) - here);
    places[at] = here + step;
  }
}

/** What is remembered of one counterparty. */
interface PartyMean {
  count: number;
  mean: number;
  lastMs: number;
}

/**
 * A detector of one agent's payments made of textbook statistics alone, in memory: EWMA, Welford and three percentiles of the amounts, EWMA of the pauses, hours
 * of the week, a sketch of how many counterparties there are, and a mean for each of the last 88 of them. It scores, then learns. It judges no effects but
 * payments, knows no pattern, no list and no reason, and keeps nothing durable.
 */
export class BareStatistics {
  readonly #amounts = new Welford();
  readonly #quantiles = [new Percentile(0.5), new Percentile(0.95), new Percentile(0.99)] as const;
  readonly #hours = new Uint32Array(WEEK);
  readonly #registers = new Uint8Array(REGISTERS);
  readonly #parties = new Map<string, PartyMean>();
  #quick = 0;
  #slow = 0;
  #gap = 0;
  #lastMs = 0;
  #count = 0;

  /** How far a payment is from what is usual: the larger, the further. O(1). */
  score({ atMs, to, amount, decimals }: MadePayment): number {
    const bits = Math.log2(Number(amount) / 10 ** decimals);
    const gap = Math.log2(1 + atMs - this.#lastMs);
    const party = this.#parties.get(to);
    const hour = (this.#hours[Math.floor(atMs / HOUR_MS) % WEEK] as number) / (1 + this.#count);
    const [, high, highest] = this.#quantiles;
    return (
      Math.abs(this.#amounts.deviations(bits)) +
      Math.abs(bits - this.#quick) +
      Math.abs(this.#quick - this.#slow) +
      Number(bits > high.value) +
      Number(bits > highest.value) +
      Math.abs(gap - this.#gap) +
      Number(hour < 0.002) +
      (party === undefined ? 2 / Math.sqrt(this.distinct()) : Math.abs(bits - party.mean) / Math.sqrt(party.count))
    );
  }

  /** Takes a payment in. O(1) amortized. */
  learn({ atMs, to, amount, decimals }: MadePayment): void {
    const bits = Math.log2(Number(amount) / 10 ** decimals);
    const gap = Math.log2(1 + atMs - this.#lastMs);
    this.#count += 1;
    this.#amounts.add(bits);
    for (const quantile of this.#quantiles) quantile.add(bits);
    this.#quick += Math.max(QUICK, 1 / this.#count) * (bits - this.#quick);
    this.#slow += Math.max(SLOW, 1 / this.#count) * (bits - this.#slow);
    this.#gap += Math.max(GAP, 1 / this.#count) * (gap - this.#gap);
    this.#lastMs = atMs;
    const hour = Math.floor(atMs / HOUR_MS) % WEEK;
    this.#hours[hour] = (this.#hours[hour] as number) + 1;
    this.#sketch(to);
    this.#learnParty(to, bits, atMs);
  }

  /** About how many counterparties there were: HyperLogLog of Flajolet and others, 2007, with linear counting where there are few. */
  distinct(): number {
    let sum = 0;
    let empty = 0;
    for (const register of this.#registers) {
      sum += 2 ** -register;
      if (register === 0) empty += 1;
    }
    return empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) + 1 : (0.709 * REGISTERS * REGISTERS) / sum;
  }

  #sketch(to: string): void {
    // FNV-1a, then a finish that spreads the last characters.
    let hash = 0x811c9dc5;
    for (let at = 0; at < to.length; at += 1) hash = Math.imul(hash ^ to.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = (hash ^ (hash >>> 13)) >>> 0;
    const register = hash & (REGISTERS - 1);
    const rank = Math.clz32(hash | (REGISTERS - 1)) + 1;
    if (rank > (this.#registers[register] as number)) this.#registers[register] = rank;
  }

  #learnParty(to: string, bits: number, atMs: number): void {
    const known = this.#parties.get(to);
    if (known !== undefined) {
      known.count += 1;
      known.mean += Math.max(0.3, 1 / known.count) * (bits - known.mean);
      known.lastMs = atMs;
      return;
    }
    if (this.#parties.size >= PARTIES) this.#forget();
    this.#parties.set(to, { count: 1, mean: bits, lastMs: atMs });
  }

  /** The one least paid makes room, of those the one longest ago. */
  #forget(): void {
    let least: string | undefined;
    let its: PartyMean | undefined;
    for (const [party, mean] of this.#parties)
      if (its === undefined || mean.count < its.count || (mean.count === its.count && mean.lastMs < its.lastMs)) {
        least = party;
        its = mean;
      }
    if (least !== undefined) this.#parties.delete(least);
  }
}
