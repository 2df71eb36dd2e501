import { describe, expect, it } from 'vitest';
import { fromHex, hmacSha512, pbkdf2Sha512, toHex } from '../../src/core/index.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

interface Tests<T> {
  readonly testGroups: readonly { readonly tests: readonly T[] }[];
}

describe('hashes that keys are derived with', () => {
  it('has the first HMAC-SHA-512 of RFC 4231', () => {
    expect(toHex(hmacSha512(fromHex('0b'.repeat(20)), 'Hi There'))).toBe(
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    );
  });

  it('refuses text with a lone surrogate', async () => {
    expect(() => hmacSha512('\ud800', '')).toThrow(/CANONICAL_INVALID/);
    await expect(pbkdf2Sha512(new Uint8Array(1), '\ud800', 1)).rejects.toMatchObject({ code: 'CANONICAL_INVALID' });
  });
});

describeVectors('wycheproof', 'hashes that keys are derived with, wycheproof', (folder) => {
  it('HMAC-SHA-512', () => {
    interface Hmac {
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: string;
    }
    const tests = vectorJson<Tests<Hmac>>(folder, 'hmac_sha512_test.json').testGroups.flatMap((group) => group.tests);
    expect(tests.length).toBeGreaterThan(100);
    for (const { key, msg, tag, result } of tests)
      expect(toHex(hmacSha512(fromHex(key), fromHex(msg))).startsWith(tag)).toBe(result === 'valid');
  });

  it('PBKDF2 with HMAC-SHA-512', async () => {
    interface Pbkdf2 {
      readonly password: string;
      readonly salt: string;
      readonly iterationCount: number;
      readonly dkLen: number;
      readonly dk: string;
    }
    const tests = vectorJson<Tests<Pbkdf2>>(folder, 'pbkdf2_hmacsha512_test.json').testGroups.flatMap((group) => group.tests);
    let compared = 0;
    for (const { password, salt, iterationCount, dkLen, dk } of tests) {
      // One block of the hash: a shorter key is its beginning.
      if (dkLen > 64) continue;
      expect(toHex(await pbkdf2Sha512(fromHex(password), fromHex(salt), iterationCount)).slice(0, 2 * dkLen)).toBe(dk);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(40);
  });
});
