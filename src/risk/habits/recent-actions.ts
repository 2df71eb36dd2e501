import type { TimeMs } from '../../core/index.ts';

/** Actions kept in order, newest last. */
export const MAX_RECENT = 48;

/** One of the last actions. */
export interface RecentAction {
  readonly atMs: TimeMs;
  readonly party: string;
  readonly asset: string;
  readonly bits: number;
  /** Whole units. */
  readonly amount: number;
  readonly isNew: boolean;
  /** Share of the wallet's actions in that hour, then. */
  readonly hourShare: number;
}

/** What the last actions within a span come to. */
export interface Span {
  readonly count: number;
  readonly newParties: number;
  /** To the same party; of those, when it was new. */
  readonly sameParty: number;
  readonly samePartyNew: number;
  /** Whole units of the same asset. */
  readonly sum: number;
}

/** The last actions of a wallet. */
export class RecentActions {
  readonly #ring: RecentAction[] = [];

  get count(): number {
    return this.#ring.length;
  }

  /** The `n`-th from the end, 1 for the last. */
  last(n: number): RecentAction | undefined {
    return this.#ring[this.#ring.length - n];
  }

  add(action: RecentAction): void {
    this.#ring.push(action);
    if (this.#ring.length > MAX_RECENT) this.#ring.shift();
  }

  /** Those at most `spanMs` before `atMs`. O(recent). */
  within(spanMs: number, atMs: TimeMs, party: string, asset: string): Span {
    let count = 0;
    let newParties = 0;
    let sameParty = 0;
    let samePartyNew = 0;
    let sum = 0;
    for (let at = this.#ring.length - 1; at >= 0; at -= 1) {
      const action = this.#ring[at] as RecentAction;
      if (atMs - action.atMs > spanMs) break;
      count += 1;
      if (action.isNew) newParties += 1;
      if (action.party === party) {
        sameParty += 1;
        if (action.isNew) samePartyNew += 1;
      }
      if (action.asset === asset) sum += action.amount;
    }
    return { count, newParties, sameParty, samePartyNew, sum };
  }

  /** The last payments to one party, oldest first, at most `n`. */
  toParty(party: string, n: number): readonly RecentAction[] {
    const found: RecentAction[] = [];
    for (let at = this.#ring.length - 1; at >= 0 && found.length < n; at -= 1) {
      const action = this.#ring[at] as RecentAction;
      if (action.party === party) found.unshift(action);
    }
    return found;
  }

  /** How many of the last `n` came in hours that hold less than `share` of the wallet's actions. */
  oddHours(n: number, share: number): number {
    let count = 0;
    for (let back = 1; back <= n; back += 1) if ((this.last(back)?.hourShare ?? 1) < share) count += 1;
    return count;
  }
}
