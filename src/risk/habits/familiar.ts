/** How often each of a bounded number of things came; the one least seen is forgotten first. */
export class Familiar {
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#counts.size;
  }

  count(of: string): number {
    return this.#counts.get(of) ?? 0;
  }

  add(thing: string): void {
    const count = this.count(thing);
    if (count === 0 && this.#counts.size >= this.#most) this.#forget();
    this.#counts.set(thing, count + 1);
  }

  #forget(): void {
    let least: string | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [thing, count] of this.#counts) if (count < fewest) [least, fewest] = [thing, count];
    if (least !== undefined) this.#counts.delete(least);
  }
}
