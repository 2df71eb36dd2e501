import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createAttestationKey,
  fromHex,
  generateSeed,
  isAttestationMessage,
  isStrictPublicKey,
  toHex,
  verifyEd25519,
} from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { describeVectors, vectorJson } from '../vectors.ts';
import { expectCode } from './expect-code.ts';

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
      readonly comment: string;
    }[];
  }[];
}

describeVectors('wycheproof', 'Wycheproof Ed25519', (folder) => {
  const file = vectorJson<Wycheproof>(folder, 'ed25519_test.json');
  it('accepts every valid signature and refuses every other', () => {
    const wrong: unknown[] = [];
    let seen = 0;
    for (const { publicKey, tests } of file.testGroups) {
      for (const test of tests) {
        seen += 1;
        const verified = verifyEd25519(fromHex(publicKey.pk), fromHex(test.msg), fromHex(test.sig));
        if (verified !== (test.result === 'valid')) wrong.push(test);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBe(file.numberOfTests);
  });
});

describe('verifyEd25519', () => {
  // RFC 8032, 7.1, tests 1 to 3.
  it.each([
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('RFC 8032: key %s', (key, message, signature) => {
    expect(verifyEd25519(fromHex(key), fromHex(message), fromHex(signature))).toBe(true);
    for (let bit = 0; bit < 512; bit += 1) {
      const changed = fromHex(signature);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verifyEd25519(fromHex(key), fromHex(message), changed)).toBe(false);
    }
  });

  // Under a public key of small order, R = identity and S = 0 verify for (almost) any message.
  it.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ])('refuses the public key %s of small order for every message', (key) => {
    expect(isStrictPublicKey(fromHex(key))).toBe(false);
    // R = sB with that s: verifies wherever the hash times the key is the identity. Runtimes differ in whether they mind.
    const forgeries = [`01${'00'.repeat(63)}`, `b862409fb5c4c4123df2abf7462b88f041ad36dd6864ce872fd5472be363c5b107${'00'.repeat(31)}`].map(
      fromHex,
    );
    for (const forged of forgeries)
      for (let index = 0; index < 64; index += 1) expect(verifyEd25519(fromHex(key), Buffer.from(`message ${index}`), forged)).toBe(false);
  });

  it('knows the public keys that nobody may trust: small order, and a second encoding of any y', () => {
    const encode = (y: bigint): Uint8Array => Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
    const prime = 2n ** 255n - 19n;
    for (let y = prime; y < 2n ** 255n; y += 1n)
      for (const sign of [0n, 2n ** 255n]) expect(isStrictPublicKey(encode(y + sign))).toBe(false);
    // 2 and p - 2 are one step inside.
    for (const y of [2n, prime - 2n, prime - 2n ** 200n]) expect(isStrictPublicKey(encode(y))).toBe(true);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        expect(isStrictPublicKey(createAttestationKey('k', seed).publicKey)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses S beyond the group order: one message, one key, one signature', () => {
    const key = createAttestationKey('k', new Uint8Array(32).fill(9));
    const message = Buffer.from('a message');
    const signature = key.sign(message);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`);
    const twin = Uint8Array.from(signature);
    twin.set(Buffer.from((s + order).toString(16).padStart(64, '0'), 'hex').reverse(), 32);
    expect(verifyEd25519(key.publicKey, message, signature)).toBe(true);
    expect(verifyEd25519(key.publicKey, message, twin)).toBe(false);
  });

  it('is false, never an exception, for anything malformed', () => {
    const key = createAttestationKey('k', new Uint8Array(32).fill(9));
    const message = Buffer.from('a message');
    const signature = key.sign(message);
    const odd: unknown[] = [
      undefined,
      null,
      '',
      'aa',
      1,
      {},
      [],
      new Uint8Array(0),
      new Uint8Array(31),
      new Uint8Array(33),
      new Uint8Array(65),
      new Uint16Array(32),
    ];
    for (const value of odd) {
      expect(verifyEd25519(value as Uint8Array, message, signature)).toBe(false);
      expect(verifyEd25519(key.publicKey, message, value as Uint8Array)).toBe(false);
      expect(verifyEd25519(key.publicKey, value as Uint8Array, signature)).toBe(false);
    }
  });
});

describe('createAttestationKey', () => {
  const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const key = createAttestationKey('log', seed);

  it('has the public key of RFC 8032, and signs notes that verify', () => {
    expect(toHex(key.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const note = Buffer.from('castellan.example/log\n42\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n');
    expect(verifyEd25519(key.publicKey, note, key.sign(note))).toBe(true);
  });

  it('refuses everything a wallet key could be asked to sign', () => {
    const refusedMessages = [
      new Uint8Array(0),
      Buffer.alloc(32, 0x41),
      Buffer.alloc(33, 0x41),
      Buffer.from('\x19Ethereum Signed Message:\n5hello'),
      Buffer.from('\x19\x01aaaa'),
      Buffer.from([0x41, 0xff, 0xfe]),
      Buffer.from([0x41, 0xc0, 0x80]),
      Buffer.from(' leading space'),
      Buffer.from('{"json":1}'),
      Buffer.from('0x1234'),
      Buffer.from('é'),
    ];
    for (let first = 0; first < 256; first += 1) {
      const isLetter = /[A-Za-z]/.test(String.fromCharCode(first));
      const message = Buffer.concat([Buffer.of(first), Buffer.from('some text')]);
      if (!isLetter) refusedMessages.push(message);
      else expect(key.sign(message)).toHaveLength(64);
    }
    for (const message of refusedMessages) expectCode('SIGNING_CLOSED', () => key.sign(message));
    for (const value of ['text', null, undefined, [65, 66]]) expectCode('SIGNING_CLOSED', () => key.sign(value as unknown as Uint8Array));
  });

  it('takes no digest, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 33 }), (bytes) => {
        expect(isAttestationMessage(bytes)).toBe(false);
      }),
    );
  });

  it('shows no secret and cannot be changed', () => {
    const text = [inspect(key, { depth: null, showHidden: true }), JSON.stringify(key), String(key.sign)].join('\n');
    for (const form of [
      toHex(seed),
      Buffer.from(seed).toString('base64'),
      Buffer.from(seed).toString('base64url'),
      Array.from(seed).join(','),
      Array.from(seed).join(', '),
    ])
      expect(text).not.toContain(form);
    expect(Object.keys(key).sort()).toEqual(['id', 'publicKey', 'sign']);
    expect(Object.isFrozen(key)).toBe(true);
  });

  it('leaves the seed it was given alone, and does not follow it', () => {
    const own = Uint8Array.from(seed);
    const copy = createAttestationKey('k', own);
    expect(own).toEqual(Uint8Array.from(seed));
    own.fill(0);
    expect(toHex(copy.sign(Buffer.from('abc')))).toBe(toHex(key.sign(Buffer.from('abc'))));
  });

  it('needs 32 bytes', () => {
    for (const bad of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(0), 'a'.repeat(32), null])
      expectCode('KEY_INVALID', () => createAttestationKey('k', bad as Uint8Array));
  });
});

describe('generateSeed', () => {
  it('draws 32 bytes', () => {
    const random = createSeededRandom('seed');
    expect(generateSeed(random)).toHaveLength(32);
    expect(generateSeed(random)).not.toEqual(generateSeed(random));
  });
  it('refuses a source that is broken', () => {
    for (const bytes of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(16), undefined])
      expectCode('KEY_INVALID', () => generateSeed({ bytes: () => bytes as Uint8Array }));
  });
});
