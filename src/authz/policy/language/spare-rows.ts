/**
 * Rows of cells to write in, used again so that an evaluation allocates none. A row belongs to whoever took it until it is given
 * back: an evaluation that begins inside another one, or after one that threw, takes another row. Rows hold numbers alone, so that
 * nothing of an item outlives it.
 */
export class SpareRows {
  readonly #length: number;
  readonly #spare: Int32Array[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** A row with whatever was last written in it. */
  take(): Int32Array {
    return this.#spare.pop() ?? new Int32Array(this.#length);
  }

  /** Takes a row back. */
  give(row: Int32Array): void {
    this.#spare.push(row);
  }
}
