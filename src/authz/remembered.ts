/** Answers by key, each made once. Forgets all of them when it is full: what can bring any number of keys costs bounded memory. */
export class Remembered<K, V> {
  readonly #most: number;
  readonly #answers = new Map<K, V>();

  /** @param most answers kept at once, at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  /** The answer for a key; what `make` throws is thrown, and nothing is kept of it. */
  of(key: K, make: () => V): V {
    const known = this.#answers.get(key);
    // An answer may itself be undefined.
    if (known !== undefined || this.#answers.has(key)) return known as V;
    const made = make();
    if (this.#answers.size >= this.#most) this.#answers.clear();
    this.#answers.set(key, made);
    return made;
  }
}
