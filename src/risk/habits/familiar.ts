const MOST_COUNTED = 255;

/**
 * How often each of a bounded number of things came, `size` words from `at` and their counts: the one least seen is forgotten first, and a count of 0 is a free
 * place. Things are told apart by a word of their digest.
 */
export function countOf(words: Uint32Array, counts: Uint8Array, at: number, size: number, word: number): number {
  for (let place = at; place < at + size; place += 1) if (words[place] === word && counts[place] !== 0) return counts[place] as number;
  return 0;
}

/** One more of a thing. */
export function addTo(words: Uint32Array, counts: Uint8Array, at: number, size: number, word: number): void {
  let least = at;
  for (let place = at; place < at + size; place += 1) {
    const count = counts[place] as number;
    if (count !== 0 && words[place] === word) {
      counts[place] = Math.min(MOST_COUNTED, count + 1);
      return;
    }
    if (count < (counts[least] as number)) least = place;
  }
  words[least] = word;
  counts[least] = 1;
}

/** How many things are remembered. */
export function familiarCount(counts: Uint8Array): number {
  let known = 0;
  for (const count of counts) if (count !== 0) known += 1;
  return known;
}

/** A word for an amount to the last digit. */
export function amountWord(amount: bigint): number {
  let mixed = 0x811c9dc5;
  for (let rest = amount; rest > 0n; rest >>= 32n) mixed = Math.imul(mixed ^ Number(rest & 0xffffffffn), 0x01000193) ^ (mixed >>> 13);
  return mixed >>> 0;
}
