import { HDKey } from '@scure/bip32';
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { CastellanError, type KeyAlgorithm } from '../../core/index.ts';
import { parseLevels } from './bip44-path.ts';
import { deriveSlip10 } from './slip10.ts';

// HDKey shows its private key under inspect and JSON: it never leaves this file, and neither do the errors of the
// libraries, which quote the words of a phrase.

/** The private key of an algorithm at a path under a seed; the caller wipes it. @throws DERIVATION_INVALID */
export function deriveSecret(algorithm: KeyAlgorithm, seed: Uint8Array, path: string): Uint8Array {
  return algorithm === 'secp256k1' ? derivePrivateKey(seed, path) : deriveSlip10(seed, parseLevels(path));
}

/**
 * The private key at a path under a BIP-39 seed (BIP-32). The caller wipes it.
 * @throws DERIVATION_INVALID for a path that is not `m` and up to ten levels, or one of the 2^-127 paths without a key
 */
export function derivePrivateKey(seed: Uint8Array, path: string): Uint8Array {
  const levels = parseLevels(path);
  const nodes: HDKey[] = [];
  try {
    let node = HDKey.fromMasterSeed(seed);
    nodes.push(node);
    for (const level of levels) {
      node = node.deriveChild(level);
      nodes.push(node);
    }
    if (node.privateKey === null) throw invalid('The path has no private key.', 'path');
    return Uint8Array.from(node.privateKey);
  } catch {
    throw invalid('No key can be derived from this seed at this path.', 'path');
  } finally {
    for (const node of nodes) node.wipePrivateData();
  }
}

/** Entropy and 64-byte seed of an English BIP-39 phrase. The caller wipes both. @throws KEY_INVALID, without quoting it */
export function readMnemonic(mnemonic: string, passphrase = ''): { readonly entropy: Uint8Array; readonly seed: Uint8Array } {
  try {
    return { entropy: mnemonicToEntropy(mnemonic, wordlist), seed: mnemonicToSeedSync(mnemonic, passphrase) };
  } catch {
    throw new CastellanError('KEY_INVALID', { message: 'The phrase is no English BIP-39 phrase of 12 to 24 words with a right checksum.' });
  }
}

/** Tells whether a text is an English BIP-39 phrase. */
export function isMnemonic(text: string): boolean {
  try {
    mnemonicToEntropy(text, wordlist).fill(0);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether each of these is a word of the English list. */
export function areListedWords(words: readonly string[]): boolean {
  return words.every((word) => wordlist.includes(word));
}

/** Seed of fresh entropy (16 to 32 bytes), by way of its phrase, which goes nowhere. The caller wipes it. @throws KEY_INVALID */
export function toSeed(entropy: Uint8Array): Uint8Array {
  try {
    return mnemonicToSeedSync(entropyToMnemonic(entropy, wordlist));
  } catch {
    throw new CastellanError('KEY_INVALID', { message: 'Entropy of a seed has 16, 20, 24, 28 or 32 bytes.' });
  }
}

function invalid(message: string, field: string): CastellanError {
  return new CastellanError('DERIVATION_INVALID', { message, details: { field } });
}
