import type { Word } from './split-words.ts';

/** On which side the object of a verb stands. */
const VERB_SIDES: ReadonlyMap<string, 'in' | 'out'> = new Map([
  ['buy', 'in'],
  ['purchase', 'in'],
  ['acquire', 'in'],
  ['sell', 'out'],
  ['swap', 'out'],
  ['convert', 'out'],
  ['exchange', 'out'],
  ['trade', 'out'],
]);
/** What may stand between a verb and its object. */
const BETWEEN = new Set([
  'a',
  'an',
  'the',
  'some',
  'more',
  'exactly',
  'another',
  'that',
  'much',
  'my',
  'all',
  'of',
  'k',
  'thousand',
  'million',
]);
/** How far a phrase reaches, words. */
const REACH = 8;

/**
 * On which side of a trade the asset at `at` is said to stand: `swap A for B` and `sell A for B` send A, `buy A with B` sends B.
 * Null where the words leave it open.
 */
export function sideOf(words: readonly Word[], at: number, isAsset: (at: number) => boolean): 'in' | 'out' | null {
  const after = words[at + 1];
  // `0.1 ETH worth of COIN` counts in one asset and trades the other.
  if (after?.lower === 'worth' && words[at]?.breaks === false) return null;
  const verb = objectVerb(words, at);
  if (verb !== undefined) return verb.side;
  const joint = walkBack(words, at, (word) => isFiller(word));
  const word = words[joint];
  if (word === undefined) return null;
  const isPrice = word.lower === 'with' || word.lower === 'using' || word.lower === 'spending';
  if (!isPrice && word.lower !== 'for' && word.lower !== 'into' && word.lower !== 'to') return null;
  // The other asset stands right before; a word of something else leaves the side open.
  const other = walkBack(words, joint, () => false);
  if (other < 0 || !isAsset(other)) return null;
  const side = objectVerb(words, other)?.side;
  if (side === undefined) return null;
  if (isPrice) return side === 'in' ? 'out' : null;
  return side === 'out' ? 'in' : word.lower === 'for' ? 'out' : null;
}

/** The verb whose object stands at `at`. */
function objectVerb(words: readonly Word[], at: number): { readonly side: 'in' | 'out' } | undefined {
  const verb = words[walkBack(words, at, isFiller)];
  const side = verb === undefined ? undefined : VERB_SIDES.get(verb.lower);
  return side === undefined ? undefined : { side };
}

function isFiller(word: Word): boolean {
  return BETWEEN.has(word.lower) || /^[\p{N}.,]+$/u.test(word.text);
}

/** The last word before `at`, in the same clause, that is not passed over; -1 where there is none. */
function walkBack(words: readonly Word[], at: number, passes: (word: Word) => boolean): number {
  for (let before = at - 1; before >= Math.max(0, at - REACH); before -= 1) {
    const word = words[before] as Word;
    if (word.breaks) return -1;
    if (!passes(word)) return before;
  }
  return -1;
}
