/** Counts by name. Names come from entries, so it is a map and never an object that they could reach into. */
export interface Tally {
  add(name: string): void;
  /** The names with the highest counts, in order of name; what does not fit is counted under `(others)`. */
  figures(): Readonly<Record<string, number>>;
}

/** Names that one section lists. */
const MAX_NAMES = 500;
/** Names kept while counting; an entry's author must not fill the memory with them. */
const MAX_KEPT = 100_000;
const OTHERS = '(others)';

/** An empty tally. */
export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    add(name) {
      const kept = counts.has(name) || counts.size < MAX_KEPT ? name : OTHERS;
      counts.set(kept, (counts.get(kept) ?? 0) + 1);
    },
    figures() {
      const ranked = [...counts].filter(([name]) => name !== OTHERS).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
      const listed = ranked.slice(0, MAX_NAMES).sort(([a], [b]) => (a < b ? -1 : 1));
      const rest = ranked.slice(MAX_NAMES).reduce((sum, [, count]) => sum + count, counts.get(OTHERS) ?? 0);
      return Object.fromEntries(rest === 0 ? listed : [...listed, [OTHERS, rest]]);
    },
  };
}
