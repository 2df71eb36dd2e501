import type { PipelineEvent, TimeMs } from '../../core/index.ts';

/** What a history in memory keeps of one agent: events in the order of time, the oldest of which go first. */
export class AgentHistory {
  #events: PipelineEvent[] = [];
  /** Events before this position are gone; they are cut off when they are half of the list. */
  #first = 0;
  /** From when on nothing of the agent is missing, ms. */
  coveredFromMs: TimeMs;

  constructor(coveredFromMs: TimeMs) {
    this.coveredFromMs = coveredFromMs;
  }

  get size(): number {
    return this.#events.length - this.#first;
  }

  get events(): readonly PipelineEvent[] {
    return this.#events.slice(this.#first);
  }

  /** Puts an event at its moment, whatever the order of telling. */
  add(event: PipelineEvent): void {
    let at = this.#events.length;
    while (at > this.#first && (this.#events[at - 1] as PipelineEvent).timestamp > event.timestamp) at -= 1;
    if (at === this.#events.length) this.#events.push(event);
    else this.#events.splice(at, 0, event);
  }

  /** Drops the oldest while they are over; says how many went. */
  dropWhile(isOver: (event: PipelineEvent) => boolean): number {
    const before = this.#first;
    for (let event = this.#events[this.#first]; event !== undefined && isOver(event); event = this.#events[this.#first]) {
      this.coveredFromMs = Math.max(this.coveredFromMs, event.timestamp + 1);
      this.#first += 1;
    }
    const dropped = this.#first - before;
    if (this.#first > 64 && this.#first * 2 > this.#events.length) {
      this.#events = this.events.slice();
      this.#first = 0;
    }
    return dropped;
  }
}
