import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chainHash,
  constantTimeEqual,
  fromHex,
  keccak256,
  leafHash,
  nodeHash,
  payloadDigest,
  sha256,
  sha256Hex,
  taggedDigest,
  toHex,
} from '../../src/core/index.ts';
import { expectCode } from './expect-code.ts';

const reference = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ])('FIPS 180-4: %j', (text, digest) => {
    expect(sha256Hex(text)).toBe(digest);
    expect(toHex(sha256(text))).toBe(digest);
    expect(sha256Hex(Buffer.from(text))).toBe(digest);
  });

  it('agrees with the incremental hash on any bytes and text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        expect(sha256Hex(bytes)).toBe(reference(bytes));
        expect(toHex(sha256(bytes))).toBe(reference(bytes));
        expect(sha256Hex(text)).toBe(reference(text));
      }),
    );
  });

  it('has no digest for text that UTF-8 cannot hold', () => {
    expectCode('CANONICAL_INVALID', () => sha256Hex('\ud800'));
    expectCode('CANONICAL_INVALID', () => leafHash('a\udfff'));
    expectCode('CANONICAL_INVALID', () => taggedDigest('t', '\ud800'));
  });
});

describe('taggedDigest', () => {
  it('is SHA-256 over tag, NUL and data, for text and bytes alike', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((tag) => !tag.includes('\0')),
        fc.string(),
        (tag, data) => {
          expect(taggedDigest(tag, data)).toBe(reference(tag, '\0', data));
          expect(taggedDigest(tag, Buffer.from(data))).toBe(reference(tag, '\0', data));
        },
      ),
    );
  });

  it('refuses a tag that could end early', () => {
    for (const tag of ['', 'a\0', '\0']) expectCode('CANONICAL_INVALID', () => taggedDigest(tag, 'x'));
  });

  it('keeps payload digests apart from plain ones', () => {
    const payload = Buffer.from('payload');
    expect(payloadDigest(payload)).toBe(reference('castellan.payload.v1\0', payload));
    expect(payloadDigest(payload)).not.toBe(sha256Hex(payload));
  });

  it('changes with every bit of the payload', () => {
    const payload = Buffer.alloc(64, 7);
    const digests = new Set([payloadDigest(payload)]);
    for (let bit = 0; bit < 512; bit += 1) {
      const changed = Buffer.from(payload);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      digests.add(payloadDigest(changed));
    }
    expect(digests.size).toBe(513);
  });
});

it('keccak256 has the original padding', () => {
  expect(toHex(keccak256(new Uint8Array(0)))).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  expect(toHex(keccak256(Buffer.from('abc')))).toBe('4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
});

describe('RFC 6962 hashing', () => {
  // The tree of the certificate transparency reference implementations over these eight leaves.
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const rootOf = (hashes: readonly string[]): string => {
    if (hashes.length === 1) return hashes[0] as string;
    const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
    return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
  };

  // Leaves that are not text are hashed by the reference; the others by leafHash.
  const hashes = leaves.map((hex) => reference(Buffer.of(0), Buffer.from(hex, 'hex')));
  it('leafHash prefixes one zero byte', () => {
    for (const [index, hex] of leaves.entries())
      if (/^(?:[0-7].)*$/.test(hex)) expect(leafHash(Buffer.from(hex, 'hex').toString('utf8'))).toBe(hashes[index]);
    expect(leafHash('é€😀')).toBe(reference(Buffer.of(0), 'é€😀'));
  });
  it.each(roots.map((root, index) => [index + 1, root] as const))('nodeHash builds the known root over %i leaves', (size, root) => {
    expect(rootOf(hashes.slice(0, size))).toBe(root);
  });

  it('chainHash is SHA-256 over both hashes as bytes', () => {
    const [a, b] = [sha256Hex('a'), sha256Hex('b')];
    expect(chainHash(a, b)).toBe(reference(fromHex(a), fromHex(b)));
    expect(chainHash(b, a)).not.toBe(chainHash(a, b));
    expect(nodeHash(a, b)).toBe(reference(Buffer.of(1), fromHex(a), fromHex(b)));
  });

  it('refuses what is no hash, and a refusal leaves nothing behind for the next call', () => {
    const good = sha256Hex('a');
    for (const bad of [
      '',
      good.slice(1),
      `${good}0`,
      `${good.slice(0, 63)}g`,
      `${good.slice(0, 62)}0x`,
      ` ${good.slice(1)}`,
      `${good.slice(0, 63)}\u0130`,
    ]) {
      for (const call of [nodeHash, chainHash]) {
        expectCode('CANONICAL_INVALID', () => call(bad, good));
        expectCode('CANONICAL_INVALID', () => call(good, bad));
        expect(call(good, good)).toBe(reference(...(call === nodeHash ? [Buffer.of(1)] : []), fromHex(good), fromHex(good)));
      }
    }
  });
});

describe('hex', () => {
  it('round-trips any bytes, in a view of a larger buffer too', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(5), (bytes, offset) => {
        const view = bytes.subarray(Math.min(offset, bytes.length));
        expect(fromHex(toHex(view))).toEqual(Uint8Array.from(view));
        expect(fromHex(toHex(view).toUpperCase())).toEqual(Uint8Array.from(view));
      }),
    );
  });
  it.each(['0', '0x00', 'zz', ' 00', '00 ', '0g', '００', '00\n'])('refuses %j', (text) =>
    expectCode('CANONICAL_INVALID', () => fromHex(text)),
  );
  it('refuses what is no text', () => expectCode('CANONICAL_INVALID', () => fromHex(12 as unknown as string)));
});

describe('constantTimeEqual', () => {
  it('agrees with ===', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(a === b);
        expect(constantTimeEqual(a, `${a}`)).toBe(true);
      }),
    );
  });
  it('tells lone surrogates apart, and is false for anything but text', () => {
    expect(constantTimeEqual('\ud800', '\ud801')).toBe(false);
    expect(constantTimeEqual('\ud800', '\ufffd')).toBe(false);
    expect(constantTimeEqual(undefined as unknown as string, undefined as unknown as string)).toBe(false);
  });
});
