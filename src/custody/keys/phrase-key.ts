import { CastellanError, hmacSha512, pbkdf2Sha512 } from '../../core/index.ts';
import { areListedWords, isMnemonic } from './derivation.ts';

/** Kinds of phrases that are one key, not a seed of many. */
export type PhraseFormat = 'ton';

/** A phrase whose key is imported. Unknown fields are refused. */
export interface ImportKeyConfig {
  /** 24 words. */
  readonly mnemonic: string;
  /** `ton`: the phrase of a TON wallet, which is no BIP-39 phrase although it uses the same words. */
  readonly format: PhraseFormat;
  /** The password that the phrase was made with. */
  readonly password?: string;
  readonly id?: string;
  readonly tags?: readonly string[];
}

const WORDS = 24;
const ITERATIONS = 100_000;
const BASIC_ITERATIONS = Math.floor(ITERATIONS / 256);

/**
 * The Ed25519 seed of a 24-word TON phrase. The caller wipes it.
 *
 * ```
 * entropy = HMAC-SHA-512(words joined by spaces, password)
 * seed    = PBKDF2-HMAC-SHA-512(entropy, 'TON default seed', 100,000), left 32 bytes
 * ```
 * Fails closed where the phrase does not carry the mark of its kind ('TON seed version' for the words and password given, and
 * with a password also 'TON fast seed version' for the words alone).
 * @throws KEY_INVALID, which never quotes a word
 */
export async function readPhraseKey({ mnemonic, format, password = '' }: ImportKeyConfig): Promise<Uint8Array> {
  if (format !== 'ton') throw invalid("The format of an imported key is 'ton'.");
  if (typeof password !== 'string' || !password.isWellFormed()) throw invalid('A password is text.');
  const phrase = normalised(mnemonic);
  if (phrase === undefined) throw invalid('A TON phrase is 24 words of the English list.');
  const entropy = hmacSha512(phrase, password);
  try {
    if (!(await isPhraseOf(phrase, password, entropy))) {
      throw invalid(
        isMnemonic(phrase)
          ? 'The phrase is a BIP-39 phrase and no TON phrase: import it with importMnemonic.'
          : 'The phrase is no TON phrase, or another password belongs to it.',
      );
    }
    const derived = await pbkdf2Sha512(entropy, 'TON default seed', ITERATIONS);
    const seed = derived.slice(0, 32);
    derived.fill(0);
    return seed;
  } finally {
    entropy.fill(0);
  }
}

/** Tells whether a text is a phrase of this kind that has no password: what BIP-39 refuses may be one. */
export async function isPhraseKey(mnemonic: string): Promise<boolean> {
  const phrase = normalised(mnemonic);
  if (phrase === undefined) return false;
  const entropy = hmacSha512(phrase, '');
  try {
    return await isPhraseOf(phrase, '', entropy);
  } finally {
    entropy.fill(0);
  }
}

async function isPhraseOf(phrase: string, password: string, entropy: Uint8Array): Promise<boolean> {
  if (!(await isBasic(entropy))) return false;
  if (password === '') return true;
  const bare = hmacSha512(phrase, '');
  try {
    const fast = await pbkdf2Sha512(bare, 'TON fast seed version', 1);
    return fast[0] === 1 && !(await isBasic(bare));
  } finally {
    bare.fill(0);
  }
}

async function isBasic(entropy: Uint8Array): Promise<boolean> {
  return (await pbkdf2Sha512(entropy, 'TON seed version', BASIC_ITERATIONS))[0] === 0;
}

function normalised(mnemonic: unknown): string | undefined {
  if (typeof mnemonic !== 'string' || mnemonic.length > 1_000) return undefined;
  const words = mnemonic.toLowerCase().trim().split(/\s+/);
  return words.length === WORDS && areListedWords(words) ? words.join(' ') : undefined;
}

function invalid(message: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message });
}
