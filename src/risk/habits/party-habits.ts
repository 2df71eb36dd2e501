import type { TimeMs } from '../../core/index.ts';
import { LEAST_BITS } from './amount-habit.ts';

/** Parties remembered for each wallet. */
export const MAX_PARTIES = 128;

/** What passed between the wallet and one other account. */
export interface PartyHabit {
  readonly firstMs: TimeMs;
  /** Payments, calls and allowances to it. */
  paid: number;
  lastPaidMs: TimeMs;
  meanBits: number;
  maxBits: number;
  received: number;
  lastReceivedMs: TimeMs;
  maxReceivedBits: number;
  /** Of what it sent, how often that was next to nothing: bait, so that it stands in the list of those dealt with. */
  bait: number;
}

/** Who the wallet deals with. Bounded: the least dealt with is forgotten first, of those the longest ago; forgotten means new. */
export class PartyHabits {
  readonly #parties = new Map<string, PartyHabit>();

  get size(): number {
    return this.#parties.size;
  }

  get(party: string): PartyHabit | undefined {
    return this.#parties.get(party);
  }

  /** The party, as new where it is not known. */
  meet(party: string, atMs: TimeMs): PartyHabit {
    const known = this.#parties.get(party);
    if (known !== undefined) return known;
    if (this.#parties.size >= MAX_PARTIES) this.#forget();
    const habit: PartyHabit = {
      firstMs: atMs,
      paid: 0,
      lastPaidMs: 0,
      meanBits: 0,
      maxBits: LEAST_BITS,
      received: 0,
      lastReceivedMs: 0,
      maxReceivedBits: LEAST_BITS,
      bait: 0,
    };
    this.#parties.set(party, habit);
    return habit;
  }

  /** Most characters, from both ends together, that a party paid before shares with this other one; and the fewer of the two ends. */
  likeness(party: string): readonly [sum: number, fewer: number] {
    let most = 0;
    let fewer = 0;
    for (const [other, { paid }] of this.#parties) {
      if (paid === 0 || other === party || other.length !== party.length) continue;
      const head = sameHead(other, party);
      const tail = sameTail(other, party);
      if (head + tail <= most) continue;
      most = head + tail;
      fewer = Math.min(head, tail);
    }
    return [most, fewer];
  }

  #forget(): void {
    let least: string | undefined;
    let worth = Number.POSITIVE_INFINITY;
    for (const [party, habit] of this.#parties) {
      const its = habit.paid * 1e13 + Math.max(habit.lastPaidMs, habit.lastReceivedMs);
      if (its < worth) [least, worth] = [party, its];
    }
    if (least !== undefined) this.#parties.delete(least);
  }
}

/** Where the part of an address begins that tells it from others: after `0x` of EVM, after the flags of a TON address. */
const SKIPPED = 2;

function sameHead(one: string, other: string): number {
  let at = SKIPPED;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at - SKIPPED;
}

function sameTail(one: string, other: string): number {
  let at = one.length - 1;
  while (at >= SKIPPED && one.charCodeAt(at) === other.charCodeAt(at)) at -= 1;
  return one.length - 1 - at;
}
