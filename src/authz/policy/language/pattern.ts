/** Longest pattern, and longest text that is compared with one, in UTF-16 units. A longer text is not told apart. */
export const MAX_PATTERN = 256;
/** See {@link MAX_PATTERN}. */
export const MAX_TEXT = 4_096;

/** Code points from the first to the last. */
type Range = readonly [first: number, last: number];

/** One place of a pattern: what may stand there, and whether anything at all may stand before it. */
interface Place {
  readonly ranges: readonly Range[];
  readonly isNegated: boolean;
  readonly afterAny: boolean;
}

const LAST_POINT = 0x10ffff;
const ANY: readonly Range[] = [[0, LAST_POINT]];

/** Whether a whole text is of a pattern's form; undefined where the text is too long to be compared. */
export type Pattern = (text: string) => boolean | undefined;

/**
 * Reads a pattern over whole texts: `*` stands for any characters or none, `?` for one, `[a-z0-9]` for one of a set, `[!…]` for one
 * outside of it, and a backslash takes what follows as it is. Time grows with the length of the text alone, whatever the pattern:
 * all places are followed at once, as bits. Undefined where it is no pattern or longer than {@link MAX_PATTERN}.
 */
export function parsePattern(pattern: string): Pattern | undefined {
  if (pattern.length > MAX_PATTERN || !pattern.isWellFormed()) return undefined;
  const read = readPlaces([...pattern]);
  return read === undefined ? undefined : matcher(read.places, read.endsInAny);
}

function readPlaces(points: readonly string[]): { readonly places: readonly Place[]; readonly endsInAny: boolean } | undefined {
  const places: Place[] = [];
  let afterAny = false;
  let at = 0;
  const add = (ranges: readonly Range[], isNegated = false): void => {
    places.push({ ranges, isNegated, afterAny });
    afterAny = false;
  };
  while (at < points.length) {
    const point = points[at] as string;
    at += 1;
    if (point === '*') afterAny = true;
    else if (point === '?') add(ANY);
    else if (point === '[') {
      const found = readSet(points, at);
      if (found === undefined) return undefined;
      add(found.ranges, found.isNegated);
      at = found.next;
    } else if (point === ']') return undefined;
    else if (point === '\\') {
      const literal = points[at];
      if (literal === undefined) return undefined;
      add([rangeOf(literal, literal)]);
      at += 1;
    } else add([rangeOf(point, point)]);
  }
  return { places, endsInAny: afterAny };
}

const rangeOf = (first: string, last: string): Range => [first.codePointAt(0) as number, last.codePointAt(0) as number];

/** A set up to its closing bracket, from behind its opening one. */
function readSet(
  points: readonly string[],
  from: number,
): { readonly ranges: readonly Range[]; readonly isNegated: boolean; readonly next: number } | undefined {
  const isNegated = points[from] === '!';
  let at = isNegated ? from + 1 : from;
  const ranges: Range[] = [];
  const one = (): string | undefined => {
    const escaped = points[at] === '\\';
    const point = points[escaped ? at + 1 : at];
    at += escaped ? 2 : 1;
    return escaped || (point !== '[' && point !== '-' && point !== ']') ? point : undefined;
  };
  while (points[at] !== ']') {
    const first = one();
    if (first === undefined) return undefined;
    let last: string | undefined = first;
    if (points[at] === '-') {
      at += 1;
      last = one();
    }
    if (last === undefined) return undefined;
    const range = rangeOf(first, last);
    if (range[0] > range[1]) return undefined;
    ranges.push(range);
  }
  return ranges.length === 0 ? undefined : { ranges, isNegated, next: at + 1 };
}

const BITS = 32;

/** Bit i stands for "the first i places are behind us". */
function matcher(places: readonly Place[], endsInAny: boolean): Pattern {
  const words = Math.floor(places.length / BITS) + 1;
  const set = (bits: Uint32Array, at: number): void => {
    const word = Math.floor(at / BITS);
    bits[word] = (bits[word] as number) | (1 << (at % BITS));
  };
  /** Where anything may pass without getting on. */
  const stays = new Uint32Array(words);
  for (const [index, { afterAny }] of places.entries()) if (afterAny) set(stays, index);
  if (endsInAny) set(stays, places.length);
  // Between two edges every character is accepted by the same places.
  const edges = [...new Set([0, ...places.flatMap(({ ranges }) => ranges.flatMap(([first, last]) => [first, last + 1]))])].sort(
    (a, b) => a - b,
  );
  const accepted = edges.map((edge) => {
    const bits = new Uint32Array(words);
    for (const [index, { ranges, isNegated }] of places.entries())
      if (ranges.some(([first, last]) => first <= edge && edge <= last) !== isNegated) set(bits, index);
    return bits;
  });
  return (text) => {
    if (text.length > MAX_TEXT) return undefined;
    let reached = new Uint32Array(words);
    let next = new Uint32Array(words);
    set(reached, 0);
    for (const character of text) {
      const accepting = accepted[lastAtMost(edges, character.codePointAt(0) as number)] as Uint32Array;
      let carry = 0;
      let alive = 0;
      for (let word = 0; word < words; word += 1) {
        const here = reached[word] as number;
        const passed = here & (accepting[word] as number);
        const bits = ((passed << 1) | carry | (here & (stays[word] as number))) >>> 0;
        carry = passed >>> (BITS - 1);
        next[word] = bits;
        alive |= bits;
      }
      if (alive === 0) return false;
      [reached, next] = [next, reached];
    }
    return ((reached[Math.floor(places.length / BITS)] as number) & (1 << (places.length % BITS))) !== 0;
  };
}

/** Index of the last edge that is not above; the first is 0. */
function lastAtMost(edges: readonly number[], point: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}
