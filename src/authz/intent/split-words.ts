/** One word of a text, and what follows it. */
export interface Word {
  readonly text: string;
  /** The same in lower case. */
  readonly lower: string;
  readonly start: number;
  readonly end: number;
  /** True where a sentence or a clause ends behind it. */
  readonly breaks: boolean;
  /** True where a sign stands before it that changes a number: `-5`, `~5`, `<5`. */
  readonly isSigned: boolean;
}

/** Words that are read; a longer text says nothing that can be held to. */
export const MAX_WORDS = 1_024;

/** Bounded, so that a run of points is looked through once. */
const WORD = /[\p{L}\p{N}_$₮.,](?:[\p{L}\p{M}\p{N}_$₮.,:%/'’-]{0,160}[\p{L}\p{M}\p{N}_$₮%])?/gu;
const SIGNS = '-−~≈<>≤≥+±';
const BREAKS = '.,;:!?\n()';
const PAIR = /^\p{L}[^/]*\/\p{L}/u;
const POINTS = /^[.,]+(?!\p{N})/u;

/** Splits a text in one pass. Pairs of names (`ETH/USDC`) come apart, fractions and dates do not. Undefined beyond {@link MAX_WORDS}. */
export function splitWords(text: string): readonly Word[] | undefined {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    let start = match.index;
    const parts = match[0].includes('/') && PAIR.test(match[0]) ? match[0].split('/') : [match[0]];
    for (const part of parts) {
      const bare = part.startsWith('.') || part.startsWith(',') ? part.replace(POINTS, '') : part;
      const from = start + part.length - bare.length;
      start += part.length + 1;
      if (bare === '') continue;
      if (words.length >= MAX_WORDS) return undefined;
      const end = from + bare.length;
      words.push({
        text: bare,
        lower: bare.toLowerCase(),
        start: from,
        end,
        breaks: end < text.length && BREAKS.includes(text.charAt(end)),
        isSigned: from > 0 && SIGNS.includes(text.charAt(from - 1)),
      });
    }
  }
  return words;
}
