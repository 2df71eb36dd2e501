import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_ACCOUNT_WORDS, readAccountWords } from '../../src/core/address/account-words.ts';
import { parseAccount } from '../../src/core/index.ts';

const wordsOf = (text: string): readonly [number, string] => {
  const words = new Int32Array(KNOWN_ACCOUNT_WORDS);
  return [readAccountWords(text, words), [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')];
};
const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const chainNumber = fc.integer({ min: 1, max: 2 ** 40 });

describe('the words of an account', () => {
  it('are its key, whatever the chain', () => {
    fc.assert(
      fc.property(hex(40), chainNumber, (digits, chain) => {
        expect(wordsOf(`eip155:${chain}:0x${digits}`)).toEqual([5, digits.padEnd(72, '0')]);
      }),
    );
    fc.assert(
      fc.property(hex(64), fc.constantFrom(0, -1), fc.constantFrom('-239', '-3'), (digits, workchain, chain) => {
        expect(wordsOf(`ton:${chain}:${workchain}:${digits}`)).toEqual([9, (workchain >>> 0).toString(16).padStart(8, '0') + digits]);
      }),
    );
  });

  it('are read of nothing but the one canonical spelling', () => {
    const good = [`eip155:1:0x${'ab'.repeat(20)}`, `ton:-239:0:${'ab'.repeat(32)}`];
    for (const account of good) {
      expect(parseAccount(account)).toBe(account);
      expect(wordsOf(account)[0]).toBeGreaterThan(0);
      for (let at = 0; at < account.length; at += 1)
        for (const char of ['', 'A', 'g', ' ', '\n', ':', '\u0661']) {
          const text = account.slice(0, at) + char + account.slice(at + 1);
          if (wordsOf(text)[0] !== 0) expect(parseAccount(text), text).toBe(text);
        }
    }
    for (const text of [
      '',
      'eip155:',
      'eip155:1:0x',
      `eip155:0:0x${'ab'.repeat(20)}`,
      `eip155:${'9'.repeat(16)}:0x${'ab'.repeat(20)}`,
      `ton:-239:1:${'ab'.repeat(32)}`,
    ])
      expect(wordsOf(text)[0], text).toBe(0);
  });
});
