import type { TimeMs } from '../../core/index.ts';

const MS_PER_DAY = 86_400_000;
const MAX_DAYS = 30;

/** What left on each of the last days on which anything did, whole units. */
export class DailySums {
  #day = 0;
  readonly #sums: number[] = [];

  add(atMs: TimeMs, amount: number): void {
    const day = Math.floor(atMs / MS_PER_DAY);
    if (day !== this.#day || this.#sums.length === 0) {
      this.#day = day;
      this.#sums.push(0);
      if (this.#sums.length > MAX_DAYS) this.#sums.shift();
    }
    this.#sums[this.#sums.length - 1] = (this.#sums.at(-1) ?? 0) + amount;
  }

  get days(): number {
    return this.#sums.length;
  }

  get most(): number {
    return this.#sums.reduce((most, sum) => Math.max(most, sum), 0);
  }

  get mean(): number {
    return this.#sums.length === 0 ? 0 : this.#sums.reduce((total, sum) => total + sum, 0) / this.#sums.length;
  }
}
