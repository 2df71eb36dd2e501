/** Something that happened, as a person would note it on paper. */
export interface TemporalNote {
  readonly agent: string;
  readonly atMs: number;
  readonly what: 'success' | 'failed' | 'simulation_failed' | 'approval_timeout';
}

/** Money that left, or a call that was made: what counts on a meter, from its approval on. */
export interface MeterNote {
  readonly agent: string;
  readonly counter: string;
  readonly amount: bigint;
  /** Null while it is on its way, which counts whatever the time is. */
  readonly landedMs: number | null;
}

/** Temporal rules over paper notes: tiny, slow, and obviously right. Everything is walked anew for every question. */
export class TemporalModel {
  readonly notes: TemporalNote[] = [];
  readonly meters: MeterNote[] = [];

  #within(agent: string, windowMs: number, nowMs: number): TemporalNote[] {
    return this.notes.filter((note) => note.agent === agent && note.atMs + windowMs > nowMs);
  }

  simulationFailures(agent: string, windowMs: number, nowMs: number): number {
    return this.#within(agent, windowMs, nowMs).filter(({ what }) => what === 'simulation_failed').length;
  }

  approvalTimeouts(agent: string, windowMs: number, nowMs: number): number {
    return this.#within(agent, windowMs, nowMs).filter(({ what }) => what === 'approval_timeout').length;
  }

  consecutiveFailures(agent: string, windowMs: number | null, nowMs: number): number {
    const own = this.notes.filter((note) => note.agent === agent).toReversed();
    const success = own.findIndex(({ what }) => what === 'success');
    const row = success < 0 ? own : own.slice(0, success);
    return row.filter(({ atMs }) => windowMs === null || atMs + windowMs > nowMs).length;
  }

  isDrought(agent: string, rule: { windowMs: number; threshold: number; warmUpMs: number; minOutcomes: number }, nowMs: number): boolean {
    const first = this.notes.find((note) => note.agent === agent);
    if (first === undefined || nowMs - first.atMs < rule.warmUpMs) return false;
    const within = this.#within(agent, rule.windowMs, nowMs);
    if (within.length < rule.minOutcomes) return false;
    return within.filter(({ what }) => what === 'success').length < rule.threshold;
  }

  /** What counts on a meter now. `late` with the most that rounding to 256 buckets may add. */
  used(agent: string, counter: string, windowMs: number, nowMs: number, late: boolean): bigint {
    const grace = late ? Math.ceil(windowMs / 256) : 0;
    return this.meters
      .filter((note) => note.agent === agent && note.counter === counter)
      .filter(({ landedMs }) => landedMs === null || landedMs + windowMs + grace > nowMs)
      .reduce((sum, { amount }) => sum + amount, 0n);
  }
}
