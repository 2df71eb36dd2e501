/** One reservation as a person would note it on paper. */
interface Note {
  readonly id: string;
  readonly amount: bigint;
  readonly takenMs: number;
  readonly dueMs: number;
  state: 'held' | 'flying' | 'final' | 'gone';
  bookedMs: number;
}

/**
 * The limit ledger, tiny, slow and obviously right: a list of reservations that is added up anew for every question.
 *
 * The real one rounds moments, always to the side of the cap: a hold counts up to 1/32 of its life (or 250 ms) longer, a
 * booking up to 1/256 of the window longer. So the model answers twice: what surely counts, and what may still count.
 */
export class LimitLedger {
  readonly notes = new Map<string, Note>();

  take(id: string, amount: bigint, takenMs: number, dueMs: number): void {
    this.notes.set(id, { id, amount, takenMs, dueMs, state: 'held', bookedMs: 0 });
  }

  /** Redeemable as long as it is held and not overdue, to the millisecond. */
  redeem(id: string, nowMs: number): boolean {
    const note = this.notes.get(id);
    if (note?.state !== 'held' || note.dueMs < nowMs) return false;
    note.state = 'flying';
    return true;
  }

  /** A move of the list; repeating one that was made is fine. */
  move(id: string, from: readonly Note['state'][], to: Note['state'], nowMs: number): boolean {
    const note = this.notes.get(id);
    if (note === undefined) return false;
    if (note.state === to) return true;
    if (!from.includes(note.state)) return false;
    note.state = to;
    if (to === 'final') note.bookedMs = nowMs;
    return true;
  }

  /** Everything that counts against a window now. `late`: with the most that rounding may add. */
  used(windowMs: number | null, nowMs: number, late: boolean): bigint {
    if (windowMs === 0) return 0n;
    let sum = 0n;
    for (const note of this.notes.values()) {
      const holdGrace = late ? Math.max(250, (note.dueMs - note.takenMs) / 32) : 0;
      const bookGrace = late ? Math.ceil((windowMs ?? 0) / 256) : 0;
      if (note.state === 'held' && note.dueMs + holdGrace >= nowMs) sum += note.amount;
      if (note.state === 'flying') sum += note.amount;
      if (note.state === 'final' && (windowMs === null || note.bookedMs + windowMs + bookGrace > nowMs)) sum += note.amount;
    }
    return sum;
  }

  sum(state: Note['state']): bigint {
    return [...this.notes.values()].filter((note) => note.state === state).reduce((total, note) => total + note.amount, 0n);
  }
}
