import { type AccountId, CastellanError, KNOWN_ACCOUNT_WORDS, readAccountWords } from '../../core/index.ts';
import type { SipHash } from './sip-hash.ts';

/** The longest id is far below; a longer text is no account. */
const MAX_CHARS = 1_024;
const words = new Int32Array(MAX_CHARS + KNOWN_ACCOUNT_WORDS);

/**
 * Digests an account id without its chain, into `sip`. Whoever holds a key on one chain holds it on all of the kind, so a
 * listing on one counts on all.
 *
 * ```
 * of a known family  5 or 9 words of its key          others  length │ namespace:key, a character a word │ 0 to an even number of words
 * ```
 */
export function digestAccount(sip: SipHash, account: AccountId): void {
  if (digestKnown(sip, account)) return;
  const name = account.indexOf(':') + 1;
  const key = account.indexOf(':', name) + 1;
  if (name === 0 || key === 0 || account.length > MAX_CHARS)
    throw new CastellanError('ADDRESS_INVALID', { message: 'What is to be screened is no account.' });
  const text = account.slice(0, name) + account.slice(key);
  words[0] = text.length;
  for (let at = 0; at < text.length; at += 1) words[at + 1] = text.charCodeAt(at);
  words[text.length + 1] = 0;
  // An even number of words, which no account of a known family has: no two accounts have one message.
  sip.digest(words, (text.length + 2) & ~1);
}

/** The same for an account of a family that comes with the library; false, without a digest, for any but its one spelling. */
export function digestKnown(sip: SipHash, text: string): boolean {
  const count = readAccountWords(text, words);
  if (count === 0) return false;
  sip.digest(words, count);
  return true;
}
