import type { TimeMs } from '../../core/index.ts';

const HOURS = 24;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;
/** The Unix epoch was a Thursday: four days after a Sunday. */
const EPOCH_DAY = 4;

/** At which hours, and on which days of a week, the wallet acts. UTC. */
export class CalendarHabit {
  #count = 0;
  readonly #hours = new Uint32Array(HOURS);
  readonly #days = new Uint32Array(7);

  add(atMs: TimeMs): void {
    const hour = hourOf(atMs);
    const day = dayOf(atMs);
    this.#hours[hour] = (this.#hours[hour] as number) + 1;
    this.#days[day] = (this.#days[day] as number) + 1;
    this.#count += 1;
  }

  /** Share of actions in about this hour; its neighbours count half. */
  hourShare(atMs: TimeMs): number {
    const hour = hourOf(atMs);
    return this.#count === 0 ? 0 : (this.#at(hour) + (this.#at(hour - 1) + this.#at(hour + 1)) / 2) / 2 / this.#count;
  }

  /** Share of actions within two hours of this one. */
  nearShare(atMs: TimeMs): number {
    const hour = hourOf(atMs);
    let sum = 0;
    for (let off = -2; off <= 2; off += 1) sum += this.#at(hour + off);
    return this.#count === 0 ? 0 : sum / this.#count;
  }

  /** Share of actions on this day of the week. */
  dayShare(atMs: TimeMs): number {
    return this.#count === 0 ? 0 : (this.#days[dayOf(atMs)] as number) / this.#count;
  }

  /** How evenly the hours are used, bits: 0 for always the same hour, log2(24) for no habit. */
  hourEntropy(): number {
    let entropy = 0;
    for (const count of this.#hours) if (count > 0) entropy -= (count / this.#count) * Math.log2(count / this.#count);
    return entropy;
  }

  #at(hour: number): number {
    return this.#hours[(hour + HOURS) % HOURS] as number;
  }
}

function hourOf(atMs: TimeMs): number {
  return ((Math.floor(atMs / MS_PER_HOUR) % HOURS) + HOURS) % HOURS;
}

function dayOf(atMs: TimeMs): number {
  return (((Math.floor(atMs / MS_PER_DAY) + EPOCH_DAY) % 7) + 7) % 7;
}
