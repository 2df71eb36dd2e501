import { textTraits } from '../../core/text-safety.ts';
import { sideOf } from './asset-sides.ts';
import { BREAKS, FACTOR_WORDS, LEXICON, MENTIONS, NOT_ASSETS } from './lexicon.ts';
import type { Certainty, ParsedIntent, Term, WordContext } from './parsed-intent.ts';
import { readAmountTerms } from './read-amount-terms.ts';
import { splitWords, type Word } from './split-words.ts';

/** Longest text that is read, characters. */
export const MAX_INTENT = 4_096;

/** An asset is written in capitals, with at most a few small letters before (`stETH`). */
const SYMBOL = /^[a-z]{0,3}[A-Z][A-Z0-9]*[A-Z₮][A-Z0-9₮]{0,8}(?:\.[a-z])?$/u;
const FILE = /\.(?:txt|csv|json|md|pdf|docx?|xlsx?|ya?ml|html?|eml|log)$/i;
const NAME = /^(?=.*[\p{L}_])(?=.*[0-9_])[\p{L}\p{N}_:-]{4,120}$/u;

const NEGATIONS = new Set(['not', 'never', "don't", 'don’t', "can't", 'can’t', "won't", 'won’t']);

type Terms = { -readonly [K in 'actions' | 'directions' | 'products' | 'assets' | 'recipients']: ParsedIntent[K][number][] };

const NOTHING = {
  actions: [],
  directions: [],
  products: [],
  assets: [],
  amounts: [],
  recipients: [],
  isDerived: false,
  refersTo: null,
} as const;

/**
 * Reads what a text asks for, by a small fixed grammar: pure, linear in the text, and never guessing. Never throws for any text.
 * @param isKnown says of a symbol in capitals whether it is an asset; without it, what is written in capitals is one
 */
export function parseIntent(text: string, isKnown?: (symbol: string) => boolean): ParsedIntent {
  const traits = textTraits(text.slice(0, MAX_INTENT));
  const words = text.length > MAX_INTENT ? undefined : splitWords(text);
  if (words === undefined) return { ...NOTHING, traits, isWhole: false };
  const contexts = readContexts(words);
  const isAsset = (word: Word): boolean =>
    word.text !== word.lower && SYMBOL.test(word.text) && !NOT_ASSETS.has(word.text) && (isKnown?.(word.text.toUpperCase()) ?? true);
  const { terms: amounts, symbols } = readAmountTerms(words, contexts, isKnown);
  const parsed: Terms = { actions: [], directions: [], products: [], assets: [], recipients: [] };
  let isDerived = false;
  let refersTo: ParsedIntent['refersTo'] = null;
  words.forEach((word, at) => {
    const { certainty, isNegated } = contexts[at] as WordContext;
    const isFile = word.text.includes('.') && FILE.test(word.text);
    if (isFile) refersTo = 'file';
    else if (MENTIONS.has(word.lower)) refersTo ??= 'past';
    if (FACTOR_WORDS.has(word.lower)) isDerived = true;
    if (isNegated || isFile) return;
    const { start, end } = word;
    const symbol = (symbols.size > 0 ? symbols.get(at) : undefined) ?? (isAsset(word) ? word.text.toUpperCase() : undefined);
    if (symbol !== undefined) {
      const side = sideOf(words, at, (other) => symbols.has(other) || isAsset(words[other] as Word));
      parsed.assets.push({ value: { symbol, side }, start, end, certainty });
    } else if (!readMeaning(word, certainty, parsed) && NAME.test(word.text))
      parsed.recipients.push({ value: word.text, start, end, certainty });
  });
  return { ...parsed, amounts, isDerived, refersTo, traits, isWhole: true };
}

function readMeaning({ lower, start, end }: Word, context: Certainty, { actions, directions, products }: Terms): boolean {
  const meaning = LEXICON.get(lower);
  if (meaning === undefined) return false;
  const certainty = meaning.form === 'told' ? 'told' : context;
  if (meaning.actions !== undefined)
    actions.push({ value: { any: meaning.actions, isVerb: meaning.form === 'verb' }, start, end, certainty });
  if (meaning.direction !== undefined) directions.push({ value: meaning.direction, start, end, certainty });
  if (meaning.product !== undefined) products.push({ value: meaning.product, start, end, certainty });
  return true;
}

const PLAIN: WordContext = { certainty: 'plain', isNegated: false };
const TOLD: WordContext = { certainty: 'told', isNegated: false };
const NEGATED: WordContext = { certainty: 'told', isNegated: true };

/** Which words stand in the mention of something that is there already, and which are said not to be. */
function readContexts(words: readonly Word[]): readonly WordContext[] {
  let [isMention, isNegated] = [false, false];
  return words.map((word, at) => {
    const before = words[at - 1];
    if (before?.breaks === true || BREAKS.has(word.lower)) [isMention, isNegated] = [false, false];
    if (MENTIONS.has(word.lower)) isMention = true;
    if ((before?.lower === 'instead' && word.lower === 'of') || (before?.lower === 'rather' && word.lower === 'than')) isNegated = true;
    if (NEGATIONS.has(word.lower)) isNegated = true;
    // What goes after `the` is something that was spoken of: `from the airdrop`.
    const isNoun = before?.lower === 'the' && LEXICON.get(word.lower)?.actions !== undefined;
    if (isNegated) return NEGATED;
    return isMention || isNoun ? TOLD : PLAIN;
  });
}

/** The terms that are asked for; those that are told where nothing is asked for plainly. */
export function heldTerms<T>(terms: readonly Term<T>[]): readonly Term<T>[] {
  if (!terms.some(({ certainty }) => certainty !== 'plain')) return terms;
  const plain = terms.filter(({ certainty }) => certainty === 'plain');
  return plain.length > 0 ? plain : terms;
}
