import { createPrivateKey, sign as nodeSign } from 'node:crypto';
import { sign as tonSign } from '@ton/crypto';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import { describe, expect, it } from 'vitest';
import { fromHex, sha256, toHex, verifyEd25519 } from '../../src/core/index.ts';
import { isEd25519Secret, signEd25519, toEd25519PublicKey } from '../../src/custody/signers/ed25519.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

describe('ed25519', () => {
  // RFC 8032, section 7.1.
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    ],
  ])('has the public key of the standard for %s', (seed, publicKey) => expect(toHex(toEd25519PublicKey(fromHex(seed)))).toBe(publicKey));

  it('signs 32 bytes as the runtime, another library and RFC 8032 do, the same each time', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, (seed, hash) => {
        const signature = signEd25519(hash, seed);
        const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
        expect(toHex(signature)).toBe(nodeSign(null, hash, key).toString('hex'));
        expect(toHex(signature)).toBe(toHex(signEd25519(hash, seed)));
        const { secretKey } = nacl.sign.keyPair.fromSeed(seed);
        expect(toHex(signature)).toBe(tonSign(Buffer.from(hash), Buffer.from(secretKey)).toString('hex'));
        expect(verifyEd25519(toEd25519PublicKey(seed), hash, signature)).toBe(true);
      }),
      { numRuns: 12, seed: 3 },
    );
  });

  it('signs a hash of 32 bytes with a seed of 32 bytes and nothing else', () => {
    const seed = sha256('seed');
    for (const wrong of [new Uint8Array(31), new Uint8Array(33), 'a'.repeat(32), undefined]) {
      expect(() => signEd25519(wrong as never, seed)).toThrow(/KEY_INVALID/);
      expect(() => signEd25519(sha256('hash'), wrong as never)).toThrow(/KEY_INVALID/);
      expect(() => toEd25519PublicKey(wrong as never)).toThrow(/KEY_INVALID/);
      expect(isEd25519Secret(wrong as never)).toBe(false);
    }
    expect(isEd25519Secret(new Uint8Array(32))).toBe(false);
    expect(isEd25519Secret(seed)).toBe(true);
  });
});

describeVectors('wycheproof', 'Ed25519, wycheproof', (folder) => {
  interface Group {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly msg: string; readonly sig: string; readonly result: string }[];
  }
  it('accepts and refuses all 151 as published, by the check that a signature of parties passes', () => {
    const { testGroups } = vectorJson<{ readonly testGroups: readonly Group[] }>(folder, 'ed25519_test.json');
    let compared = 0;
    for (const { publicKey, tests } of testGroups) {
      for (const { msg, sig, result } of tests) {
        expect(verifyEd25519(fromHex(publicKey.pk), fromHex(msg), fromHex(sig))).toBe(result === 'valid');
        compared += 1;
      }
    }
    expect(compared).toBe(151);
  });
});
