import type { Decimal } from '../policy/language/decimal.ts';
import { CHANGE_WORDS, NOT_ASSETS, PRICE_WORDS, SCALES } from './lexicon.ts';
import type { IntentAmount, Term, WordContext } from './parsed-intent.ts';
import { readNumber, scaledBy } from './read-number.ts';
import type { Word } from './split-words.ts';

/** Units of a number that are no asset. */
const UNITS = new Set(['x', '%', 'percent', 'days', 'day', 'hours', 'hour', 'minutes', 'bps', 'st', 'nd', 'rd', 'th', 'times']);
/** Behind a number, these mean different things to different people, or parts of a coin. */
const UNSURE = new Set('m mm mn b bn billion trillion lakh crore hundred dozen wei gwei sats cents nano e'.split(' '));
/** Words behind a number that name nothing. */
const LOOSE = new Set('of to and or for in on from with less more each worth the using as at by per'.split(' '));
/** Without a list of assets, one is told by its capitals: `2 invoices` are none. */
const CAPITALS = /[A-Z₮].*[A-Z₮]/u;
const SYMBOL = /^[A-Za-z₮$][A-Za-z0-9.₮$-]{0,15}$/u;

/** Numbers with their assets and what they are for; `symbols` are the assets that stand at or behind one, by the place of the word. */
export function readAmountTerms(
  words: readonly Word[],
  contexts: readonly WordContext[],
  isKnown: ((symbol: string) => boolean) | undefined,
): { readonly terms: readonly Term<IntentAmount>[]; readonly symbols: ReadonlyMap<number, string> } {
  const terms: Term<IntentAmount>[] = [];
  const symbols = new Map<number, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as Word;
    const { certainty, isNegated } = contexts[at] as WordContext;
    const number = !isNegated && isNumeric(word.text) ? readNumber(word.text) : undefined;
    if (number === undefined) continue;
    const run = readRun(words, at, number.suffix, word.isSigned ? null : number.value);
    const tail = words[run.last] as Word;
    const behind = tail.breaks ? undefined : words[run.last + 1];
    const isGlued = number.suffix !== '' && !UNSURE.has(number.suffix.toLowerCase());
    const unit = isGlued ? number.suffix : behind !== undefined && !LOOSE.has(behind.lower) ? behind.text : '';
    const isUnit = UNITS.has(unit.toLowerCase());
    const symbol =
      !isUnit && SYMBOL.test(unit) && !NOT_ASSETS.has(unit) && (isKnown?.(unit.toUpperCase()) ?? CAPITALS.test(unit))
        ? unit.toUpperCase()
        : null;
    if (symbol !== null) symbols.set(isGlued ? at : run.last + 1, symbol);
    const value: IntentAmount = { amount: run.amount, symbol, role: roleOf(words, at, run.last, isUnit) };
    terms.push({ value, start: word.start, end: tail.end, certainty: run.amount === null ? 'unreadable' : certainty });
    at = run.last;
  }
  return { terms, symbols };
}

/** `1 000`, `10 k`, `1.5 million`: the words behind that belong to the number. Null where they are no one number for everybody. */
function readRun(
  words: readonly Word[],
  at: number,
  suffix: string,
  value: Decimal | null,
): { readonly last: number; readonly amount: Decimal | null } {
  let amount = UNSURE.has(suffix.toLowerCase()) ? null : value;
  let last = at;
  while (suffix === '' && !(words[last] as Word).breaks) {
    const next = words[last + 1];
    if (next === undefined) break;
    const scale = SCALES.get(next.lower);
    // Three digits after a space may be thousands, or another number.
    const isGroup = /^\p{Nd}{3}(?!\p{Nd})/u.test(next.text) && readNumber(next.text) !== undefined;
    if (scale === undefined && !UNSURE.has(next.lower) && !isGroup) break;
    amount = amount === null || scale === undefined ? null : scaledBy(amount, scale);
    last += 1;
  }
  return { last, amount };
}

/** True where a word begins with a digit of any script, or with a point before one. */
function isNumeric(text: string): boolean {
  const first = text.charCodeAt(0) | 32;
  return !(first >= 97 && first <= 122) && NUMERIC.test(text);
}

const NUMERIC = /^(?:\p{N}|[.,]\p{N})/u;

function roleOf(words: readonly Word[], at: number, last: number, isUnit: boolean): IntentAmount['role'] {
  if (isUnit) return 'share';
  for (let before = at - 1; before >= 0 && before >= at - 3; before -= 1) {
    const word = words[before] as Word;
    if (word.breaks) break;
    if (PRICE_WORDS.has(word.lower)) return 'price';
    if (CHANGE_WORDS.has(word.lower)) return 'change';
  }
  for (let after = last + 1; after <= last + 2; after += 1) {
    const word = words[after];
    if (word === undefined || (words[after - 1] as Word).breaks) break;
    if (word.lower === 'less' || word.lower === 'more') return 'change';
  }
  return 'amount';
}
