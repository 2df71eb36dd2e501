import { type AccountId, CastellanError } from '../../core/index.ts';
import type { SipHash } from './sip-hash.ts';

/** Value of each lowercase hex digit by its code unit; -1 for every other, so that none needs a bound. */
const DIGIT_OF = new Int8Array(65_536).fill(-1);
for (let value = 0; value < 16; value += 1) DIGIT_OF[value.toString(16).charCodeAt(0)] = value;

/** What begins a message: no two kinds of account have one message. */
const TAG = { hex40: 1, hex64: 2, other: 3 } as const;
/** The longest id is far below; a longer text is no account. */
const MAX_CHARS = 1_024;
const words = new Int32Array(MAX_CHARS + 2);

/**
 * Digests an account id without its chain, into `sip`. Whoever holds a key on one chain holds it on all of the kind, so a
 * listing on one counts on all.
 *
 * ```
 * eip155  tag 1 │ 20 bytes          ton  tag 2 │ workchain │ 32 bytes          others  tag 3 │ length │ namespace:key
 * ```
 */
export function digestAccount(sip: SipHash, account: AccountId): void {
  if (digestKnown(sip, account)) return;
  const name = account.indexOf(':') + 1;
  const key = account.indexOf(':', name) + 1;
  if (name === 0 || key === 0 || account.length > MAX_CHARS)
    throw new CastellanError('ADDRESS_INVALID', { message: 'What is to be screened is no account.' });
  const text = account.slice(0, name) + account.slice(key);
  // A character a word: there are few such accounts, and any text has one message.
  words[0] = TAG.other;
  words[1] = text.length;
  for (let at = 0; at < text.length; at += 1) words[at + 2] = text.charCodeAt(at);
  sip.digest(words, text.length + 2);
}

/** The same for an account of a family that comes with the library; false, without a digest, for any but its one spelling. */
export function digestKnown(sip: SipHash, text: string): boolean {
  if (text.startsWith('eip155:')) {
    const key = text.length - 42;
    if (!isChainNumber(text, 7, key - 1) || text.charCodeAt(key - 1) !== 58) return false;
    if (text.charCodeAt(key) !== 48 || text.charCodeAt(key + 1) !== 120 || !readHex(text, key + 2, 1)) return false;
    words[0] = TAG.hex40;
    sip.digest(words, 6);
    return true;
  }
  const workchain = WORKCHAIN.exec(text)?.[1];
  if (workchain === undefined || !readHex(text, text.length - 64, 2)) return false;
  words[0] = TAG.hex64;
  words[1] = Number(workchain);
  sip.digest(words, 10);
  return true;
}

const WORKCHAIN = /^ton:-(?:239|3):(0|-1):.{64}$/;

/** One to fifteen digits between two places, the first of them not 0. */
function isChainNumber(text: string, from: number, to: number): boolean {
  if (to <= from || to - from > 15 || text.charCodeAt(from) === 48) return false;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Reads lowercase hex up to the end of the text, eight digits a word; false where it is anything else. */
function readHex(text: string, from: number, at: number): boolean {
  let wrong = 0;
  let word = at;
  // Eight at a time: one by one they would be most of a lookup.
  for (let char = from; char < text.length; char += 8) {
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
