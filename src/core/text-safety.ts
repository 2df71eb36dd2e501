/** In what way a text may look like something else than it is. */
export type TextTrait =
  /** Characters that nobody sees: zero width, soft hyphens, tags. */
  | 'invisible'
  /** Characters that change the order in which others are shown. */
  | 'reordering'
  | 'control'
  /** Letters of several alphabets in one word. */
  | 'mixed_alphabets'
  /** A word of another alphabet, each letter of which looks Latin. */
  | 'lookalike'
  /** Letters and digits in another dress: full width, circled, mathematical. */
  | 'styled_letters'
  /** Characters without a meaning that all agree on. */
  | 'unassigned';

const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const CONTROL = /[\u2028\u2029]|(?![\t\n\r])\p{Cc}/u;
const UNASSIGNED = /[\p{Cn}\p{Co}\p{Cs}\ufffd]/u;
const INVISIBLE = /(?![\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\p{Default_Ignorable_Code_Point}|\u2800/u;
/** Emoji are joined and coloured by characters that nobody sees; anywhere else these say nothing. */
const PICTURE = String.raw`\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{Emoji_Modifier}?`;
const EMOJI = new RegExp(`${PICTURE}(?:\\u200d${PICTURE})*|[0-9#*]\\ufe0f\\u20e3`, 'gu');
const WORD = /[\p{L}\p{M}\p{Nd}]+/gu;
/** Blocks of letters and digits that stand for ASCII ones (NFKC); raised and lowered digits have a use of their own. */
const STYLED =
  /[\u017f\u2102-\u2149\u2160-\u217f\u2460-\u2468\u24b6-\u24ea\u1d2c-\u1d65\uff10-\uff5a\u{1ccd6}-\u{1ccf9}\u{1d400}-\u{1d7ff}\u{1f12b}-\u{1f149}\u{1fbf0}-\u{1fbf9}]/gu;

/** An alphabet: whether a text has letters of it, and whether it has no others. */
interface Alphabet {
  readonly name: string;
  readonly some: RegExp;
  readonly alone: RegExp;
}

const SHARED = String.raw`\p{Script=Common}\p{Script=Inherited}`;

function alphabet(name: string, ...scripts: readonly string[]): Alphabet {
  const letters = scripts.map((script) => `\\p{Script=${script}}`).join('');
  return { name, some: new RegExp(`[${letters}]`, 'u'), alone: new RegExp(`^[${letters}${SHARED}]*$`, 'u') };
}

const ALPHABETS: readonly Alphabet[] = [
  alphabet('latin', 'Latin'),
  alphabet('cyrillic', 'Cyrillic'),
  alphabet('east_asian', 'Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Hangul'),
  ...['Greek', 'Armenian', 'Cherokee', 'Georgian', 'Hebrew', 'Arabic', 'Devanagari', 'Thai'].map((name) => alphabet(name, name)),
];
/** A letter of an alphabet that is not among them. */
const ANOTHER = new RegExp(`(?![${SHARED}]|${ALPHABETS.map(({ some }) => some.source).join('|')})\\p{L}`, 'u');

/** Letters of other alphabets that are drawn like Latin ones. @see https://www.unicode.org/reports/tr39/ */
const DRAWN_LIKE_LATIN = new Set([
  // Cyrillic
  ...'аеорсухіјѕһԁԛԝьвкмнтгѵӏҽүқԍӕАВЕКМНОРСТУХІЈЅҺԌԚԜҮѴ',
  // Greek
  ...'αοινρυκτχωγεηϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜ',
  // Armenian
  ...'օոսցհզգքյՕՏՍԼ',
  // Cherokee
  ...'ᎪᏴᏟᎠᎬᎢᎫᏞᎷᎡᏢᎱᏚᎢᏙᎳᏃᎻᎥᎦ',
]);

/** The alphabets that occur. */
function alphabetsOf(text: string): ReadonlySet<string> {
  const found = new Set(ALPHABETS.filter(({ some }) => some.test(text)).map(({ name }) => name));
  return ANOTHER.test(text) ? found.add('another') : found;
}

/** East Asian text is written without spaces, Latin names in the middle of it. */
function isMixed(word: string): boolean {
  if (ALPHABETS.some(({ alone }) => alone.test(word))) return false;
  const found = alphabetsOf(word);
  return found.size > 1 && !(found.size === 2 && found.has('east_asian') && found.has('latin'));
}

function isStyled(character: string): boolean {
  return /^[A-Za-z0-9]$/.test(character.normalize('NFKC'));
}

function looksLatin(word: string): boolean {
  for (const character of word) if (!DRAWN_LIKE_LATIN.has(character) && /\p{L}/u.test(character)) return false;
  return /\p{L}/u.test(word);
}

/**
 * In what ways a text may mislead whoever reads it; empty for honest text of any language. A whole word of letters that look
 * Latin counts only where the text holds Latin words as well, or where it is a name that stands `alone`.
 *
 * Fails closed: what is flagged may be honest, and lookalikes that the table does not hold are not found.
 */
export function textTraits(text: string, alone = false): readonly TextTrait[] {
  const found = new Set<TextTrait>();
  if (/^[\t\n\r\x20-\x7e]*$/.test(text)) return [];
  const bare = text.replace(EMOJI, '');
  if (CONTROL.test(bare)) found.add('control');
  if (REORDERING.test(bare)) found.add('reordering');
  if (INVISIBLE.test(bare)) found.add('invisible');
  if (!text.isWellFormed() || UNASSIGNED.test(bare)) found.add('unassigned');
  if ([...new Set(bare.match(STYLED))].some(isStyled)) found.add('styled_letters');
  const alphabets = alphabetsOf(bare);
  // One alphabet alone imitates nothing.
  if (alphabets.size < 2 && !alone) return [...found];
  const hasLatin = alone || alphabets.has('latin');
  for (const [word] of bare.matchAll(WORD)) {
    if (isMixed(word)) found.add('mixed_alphabets');
    else if (hasLatin && looksLatin(word)) found.add('lookalike');
  }
  return [...found];
}
