/** Value of each lowercase hex digit by its code unit; -1 for every other, so that none needs a bound. */
const DIGIT_OF = new Int8Array(65_536).fill(-1);
for (let value = 0; value < 16; value += 1) DIGIT_OF[value.toString(16).charCodeAt(0)] = value;

/** Words of an account that {@link readAccountWords} reads, at most. */
export const KNOWN_ACCOUNT_WORDS = 9;

const COLON = 58;
const ZERO = 48;
const SMALL_X = 120;
const TON_HEAD = /^ton:-(?:239|3):(0|-1):.{64}$/;

/**
 * Reads lowercase hex from `from` to `to`, eight digits a word; false, with words that mean nothing, where it is anything else. The
 * number of digits is a multiple of eight.
 */
export function readHexWords(text: string, from: number, to: number, words: Int32Array | Uint32Array, at: number): boolean {
  let wrong = 0;
  let word = at;
  // Eight at a time: one by one they would be most of a look-up.
  for (let char = from; char < to; char += 8) {
    const a = DIGIT_OF[text.charCodeAt(char)] as number;
    const b = DIGIT_OF[text.charCodeAt(char + 1)] as number;
    const c = DIGIT_OF[text.charCodeAt(char + 2)] as number;
    const d = DIGIT_OF[text.charCodeAt(char + 3)] as number;
    const e = DIGIT_OF[text.charCodeAt(char + 4)] as number;
    const f = DIGIT_OF[text.charCodeAt(char + 5)] as number;
    const g = DIGIT_OF[text.charCodeAt(char + 6)] as number;
    const h = DIGIT_OF[text.charCodeAt(char + 7)] as number;
    wrong |= a | b | c | d | e | f | g | h;
    words[word] = (a << 28) | (b << 24) | (c << 20) | (d << 16) | (e << 12) | (f << 8) | (g << 4) | h;
    word += 1;
  }
  return wrong >= 0;
}

/**
 * Reads the key of an account of a family that comes with the library, without its chain, in its one canonical spelling: 5 words, or
 * 9 of which the first is the workchain. 0 for everything else. Different keys have different words.
 */
export function readAccountWords(text: string, words: Int32Array): 0 | 5 | 9 {
  if (text.startsWith('eip155:')) {
    const key = text.length - 42;
    if (text.charCodeAt(key - 1) !== COLON || !isChainNumber(text, 7, key - 1)) return 0;
    if (text.charCodeAt(key) !== ZERO || text.charCodeAt(key + 1) !== SMALL_X) return 0;
    return readHexWords(text, key + 2, text.length, words, 0) ? 5 : 0;
  }
  const workchain = TON_HEAD.exec(text)?.[1];
  if (workchain === undefined || !readHexWords(text, text.length - 64, text.length, words, 1)) return 0;
  words[0] = Number(workchain);
  return 9;
}

/** One to fifteen digits between two places, the first of them not 0. */
function isChainNumber(text: string, from: number, to: number): boolean {
  if (to <= from || to - from > 15 || text.charCodeAt(from) === ZERO) return false;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
