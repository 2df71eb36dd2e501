import { mnemonicToPrivateKey, mnemonicWordList } from '@ton/crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/index.ts';
import { areListedWords } from '../../src/custody/keys/derivation.ts';
import { isPhraseKey, readPhraseKey } from '../../src/custody/keys/phrase-key.ts';
import { toEd25519PublicKey } from '../../src/custody/signers/ed25519.ts';
import { describeVectors, vectorJson } from '../vectors.ts';
import { createBench } from './bench.ts';

const PHRASE =
  'hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior coconut label tumble carry category beauty bean road solution';
const PUBLIC = 'f6c450a16bb1c514e22f1977e390a3025599aa1e7b00068a6aacf2119484c1bd';
/** Made with the password `river`, and a phrase without it is nothing. */
const WITH_PASSWORD =
  'seat rice suspect predict biology lazy safe license detail amused company original half into jewel road journey upon pioneer exotic return fat punch stamp';
const WITH_PASSWORD_PUBLIC = 'eecef860e8c91cd96f20b9251b1c4117158760bde737ea428500b07b6952f993';
const BIP39 =
  'awesome scale mansion decade will rail beyond pink into enrich flock before cream oval pottery priority acid onion burst salad police pyramid stick hawk';

const read = async (mnemonic: string, password?: string): Promise<string> =>
  toHex(toEd25519PublicKey(await readPhraseKey({ mnemonic, format: 'ton', ...(password === undefined ? {} : { password }) })));

describe('phrases that are a key', () => {
  it('are read with and without a password, however they are spaced', async () => {
    expect(await read(PHRASE)).toBe(PUBLIC);
    expect(await read(` ${PHRASE.toUpperCase().replaceAll(' ', '\n ')}\n`)).toBe(PUBLIC);
    expect(await read(WITH_PASSWORD, 'river')).toBe(WITH_PASSWORD_PUBLIC);
    expect((await mnemonicToPrivateKey(WITH_PASSWORD.split(' '), 'river')).publicKey.toString('hex')).toBe(WITH_PASSWORD_PUBLIC);
  });

  it('are words of the list that BIP-39 phrases have too', () => {
    expect(mnemonicWordList).toHaveLength(2048);
    expect(areListedWords(mnemonicWordList)).toBe(true);
  });

  it.each([
    ['a BIP-39 phrase', BIP39, undefined, /BIP-39/],
    ['one word less', PHRASE.split(' ').slice(1).join(' '), undefined, /24 words/],
    ['a word of no list', PHRASE.replace('hospital', 'hospitol'), undefined, /24 words/],
    ['two words swapped', PHRASE.replace('hospital stove', 'stove hospital'), undefined, /no TON phrase/],
    ['a password too many', PHRASE, 'river', /password/],
    ['a password too many, with which it carries half of the mark', PHRASE, 'river235', /password/],
    ['a password too few', WITH_PASSWORD, undefined, /password/],
    ['another password', WITH_PASSWORD, 'rivers', /password/],
    ['no text', 7, undefined, /24 words/],
  ])('are refused: %s, without a word of it', async (_, mnemonic, password, message) => {
    const error = await read(mnemonic as string, password).then(
      () => expect.fail('it was read'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'KEY_INVALID' });
    expect(error.message).toMatch(message);
    const shown = `${error.message}${error.stack}${JSON.stringify(error)}`.split(/[^a-z]+/);
    for (const word of ['hospital', 'stove', 'awesome', 'mansion', 'suspect', 'river', 'rivers']) expect(shown).not.toContain(word);
  });

  it('are told from BIP-39 phrases', async () => {
    expect(await isPhraseKey(PHRASE)).toBe(true);
    expect(await isPhraseKey(BIP39)).toBe(false);
    expect(await isPhraseKey('test test')).toBe(false);
  });

  it('become keys of their own, once', async () => {
    const { custody, store } = await createBench();
    const key = await custody.keys.importKey({ mnemonic: PHRASE, format: 'ton', id: 'mine', tags: ['t'] });
    expect(key).toMatchObject({
      id: 'mine',
      algorithm: 'ed25519',
      mode: 'software',
      path: null,
      seedId: null,
      publicKey: PUBLIC,
      tags: ['t'],
    });
    await expect(custody.keys.importKey({ mnemonic: PHRASE, format: 'ton', id: 'again' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(custody.keys.importMnemonic({ mnemonic: PHRASE })).rejects.toThrow(/importKey/);
    await expect(custody.keys.importKey({ mnemonic: BIP39, format: 'ton' })).rejects.toThrow(/importMnemonic/);
    for (const wrong of [{ mnemonic: PHRASE, format: 'bip39' }, { mnemonic: PHRASE }, { mnemonic: PHRASE, format: 'ton', seed: 1 }, null])
      await expect(custody.keys.importKey(wrong as never)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect(JSON.stringify([await store.scan('', { limit: 1000 }), await store.log(0)])).not.toMatch(/hospital|stove/);
  });
});

describeVectors('ton', 'phrases that are a key, published', (folder) => {
  const { mnemonicToKey, invalid } = vectorJson<{
    readonly mnemonicToKey: readonly { readonly words: readonly string[]; readonly secretKey: string }[];
    readonly invalid: readonly (readonly string[])[];
  }>(folder, 'mnemonics-toncrypto.json');
  it('has 5 phrases', () => expect(mnemonicToKey).toHaveLength(5));
  it.each(mnemonicToKey)('$secretKey', async ({ words, secretKey }) => {
    const seed = await readPhraseKey({ mnemonic: words.join(' '), format: 'ton' });
    expect(toHex(seed) + toHex(toEd25519PublicKey(seed))).toBe(secretKey);
  });
  it('refuses the invalid one', async () => {
    expect(invalid).toHaveLength(1);
    for (const words of invalid) await expect(read(words.join(' '))).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});
