import { LimitLedger } from '../../test/model/limit-ledger.ts';

/** What is done to a reservation. */
export type Move =
  | { readonly op: 'reserve'; readonly id: string; readonly amount: bigint }
  | { readonly op: 'redeem'; readonly id: string; readonly by: string }
  | { readonly op: 'expire' | 'final' | 'released' | 'reorg'; readonly id: string }
  | { readonly op: 'kill' };

/** A window, ms (`null`: for ever; `0`: one reservation), and its limit. */
export type Bound = readonly [number | null, bigint];

type State = 'held' | 'redeemed' | 'broadcast' | 'final' | 'released';
interface Kept {
  readonly state: State;
  readonly by: string | null;
  readonly dueMs: number;
}

/** How long a reservation is held, ms. */
export const LIFE_MS = 60_000;

/**
 * What the ledger promises, on paper: the amounts are the model's own list, the moves a table. It judges a move without knowing
 * how the store keeps anything.
 */
export class Paper {
  readonly bounds: readonly Bound[];
  #ledger = new LimitLedger();
  #kept = new Map<string, Kept>();
  #killed = false;

  constructor(bounds: readonly Bound[]) {
    this.bounds = bounds;
  }

  /** Whether the move is granted at `nowMs`; one that is not changes nothing. */
  play(move: Move, nowMs: number): boolean {
    if (move.op === 'kill') {
      this.#killed = true;
      return true;
    }
    const kept = this.#kept.get(move.id);
    if (move.op === 'reserve') return this.#reserve(move.id, move.amount, kept, nowMs);
    if (kept === undefined) return false;
    if (move.op === 'redeem') {
      if (this.#killed) return false;
      if (kept.state === 'redeemed' && kept.by === move.by) return true;
      if (kept.by !== null || kept.state !== 'held' || kept.dueMs <= nowMs) return false;
      this.#ledger.redeem(move.id, nowMs);
      this.#kept.set(move.id, { ...kept, state: 'redeemed', by: move.by });
      return true;
    }
    if (move.op === 'expire') {
      if (kept.state === 'released' && kept.by === null) return true;
      if (kept.state !== 'held') return false;
      return this.#become(move.id, kept, 'released', nowMs);
    }
    const to = move.op === 'reorg' ? 'broadcast' : move.op;
    if (kept.state === to) return true;
    const from = { final: ['redeemed', 'broadcast', 'released'], released: ['redeemed', 'broadcast'], broadcast: ['final', 'released'] }[
      to
    ];
    return kept.by !== null && from.includes(kept.state) && this.#become(move.id, kept, to, nowMs);
  }

  #reserve(id: string, amount: bigint, kept: Kept | undefined, nowMs: number): boolean {
    if (this.#killed || (kept !== undefined && (kept.state !== 'released' || kept.by !== null))) return false;
    if (!this.bounds.every(([windowMs, limit]) => this.used(windowMs, nowMs) + amount <= limit)) return false;
    this.#ledger.take(id, amount, nowMs, nowMs + LIFE_MS);
    this.#kept.set(id, { state: 'held', by: null, dueMs: nowMs + LIFE_MS });
    return true;
  }

  #become(id: string, kept: Kept, state: State, nowMs: number): boolean {
    const note = ({ held: 'held', redeemed: 'flying', broadcast: 'flying', final: 'final', released: 'gone' } as const)[state];
    this.#ledger.move(id, ['held', 'flying', 'final', 'gone'], note, nowMs);
    this.#kept.set(id, { ...kept, state });
    return true;
  }

  /** What counts against a window; `late` with the most that rounding may add. */
  used(windowMs: number | null, nowMs: number, late = false): bigint {
    return this.#ledger.used(windowMs, nowMs, late);
  }

  /** What is in flight, and what is final. */
  sum(state: 'flying' | 'final'): bigint {
    return this.#ledger.sum(state);
  }

  /** Whether the permit of a reservation was ever used, and by whom. */
  redeemedBy(id: string): string | null {
    return this.#kept.get(id)?.by ?? null;
  }

  copy(): Paper {
    const copy = new Paper(this.bounds);
    for (const [id, note] of this.#ledger.notes) copy.#ledger.notes.set(id, { ...note });
    for (const [id, kept] of this.#kept) copy.#kept.set(id, kept);
    copy.#killed = this.#killed;
    return copy;
  }

  /** The same for papers that answer every further move alike. */
  key(): string {
    const notes = [...this.#ledger.notes.values()].map(
      ({ id, amount, state, takenMs, bookedMs }) => `${id}${state}${amount}@${takenMs}/${bookedMs}`,
    );
    const kept = [...this.#kept].map(([id, { state, by }]) => `${id}${state}${by}`);
    return `${this.#killed}|${notes.sort().join()}|${kept.sort().join()}`;
  }
}
