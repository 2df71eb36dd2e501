import { HDKey } from '@scure/bip32';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/index.ts';
import { KeyDerivationService } from '../../src/custody/index.ts';
import { derivePrivateKey, readMnemonic, toSeed } from '../../src/custody/keys/derivation.ts';
import { toSecp256k1PublicKey } from '../../src/custody/signers/secp256k1.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
/** The private key inside an extended key: its last 32 bytes. */
const keyOf = (xprv: string): string => toHex(HDKey.fromExtendedKey(xprv).privateKey as Uint8Array);
const service = new KeyDerivationService();

describe('BIP-32 and BIP-39, literals of the standards', () => {
  it('derives the keys of test vector 1', () => {
    const seed = bytes('000102030405060708090a0b0c0d0e0f');
    expect(toHex(derivePrivateKey(seed, 'm'))).toBe('e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35');
    expect(toHex(derivePrivateKey(seed, "m/0'"))).toBe('edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea');
    expect(toHex(derivePrivateKey(seed, "m/0'/1/2'/2/1000000000"))).toBe(
      '471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8',
    );
  });

  it('reads the first English phrase', () => {
    const { entropy, seed } = readMnemonic(
      'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about',
      'TREZOR',
    );
    expect(toHex(entropy)).toBe('00'.repeat(16));
    expect(toHex(seed)).toBe(
      'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
    );
  });

  it('derives the account that every wallet shows first for the test phrase', () => {
    const { seed } = readMnemonic('test test test test test test test test test test test junk');
    expect(toHex(derivePrivateKey(seed, "m/44'/60'/0'/0/0"))).toBe('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
    expect(toHex(derivePrivateKey(seed, "m/44'/60'/0'/0/1"))).toBe('59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d');
  });

  it('makes the same seed from entropy as from its phrase', () => {
    const { entropy, seed } = readMnemonic('legal winner thank year wave sausage worth useful legal winner thank yellow');
    expect(toHex(toSeed(entropy))).toBe(toHex(seed));
  });
});

describeVectors('bip32', 'BIP-32, published vectors', (folder) => {
  interface Node {
    readonly seed: string;
    readonly chain: string;
    readonly extprv: string;
  }
  const nodes = vectorJson<readonly Partial<Node>[]>(folder, 'bip32.json').filter(
    (node): node is Node => node.seed !== undefined && node.chain !== undefined,
  );

  it('has the 17 valid nodes', () => expect(nodes).toHaveLength(17));
  it.each(nodes)('$seed $chain', ({ seed, chain, extprv }) => {
    expect(toHex(derivePrivateKey(bytes(seed), chain.replaceAll('H', "'").replaceAll('h', "'")))).toBe(keyOf(extprv));
  });

  it('agrees with the bitcoinjs fixtures', () => {
    interface Child {
      readonly path: string;
      readonly privKey?: string;
      readonly pubKey: string;
    }
    const { valid } = vectorJson<{
      readonly valid: readonly {
        readonly master: { readonly seed?: string; readonly privKey?: string };
        readonly children: readonly Child[];
      }[];
    }>(folder, 'bitcoinjs-fixtures.json');
    let compared = 0;
    for (const { master, children } of valid) {
      if (master.seed === undefined) continue;
      for (const child of children) {
        if (child.privKey === undefined) continue;
        const secret = derivePrivateKey(bytes(master.seed), child.path);
        expect(toHex(secret)).toBe(child.privKey);
        expect(toHex(toSecp256k1PublicKey(secret))).toBe(child.pubKey);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });
});

describeVectors('bip39', 'BIP-39, published vectors', (folder) => {
  const { english } = vectorJson<{ readonly english: readonly (readonly [string, string, string, string])[] }>(folder, 'vectors.json');
  it('has 24 English phrases', () => expect(english).toHaveLength(24));
  it.each(english)('%s', (entropy, phrase, seed, xprv) => {
    const read = readMnemonic(phrase, 'TREZOR');
    expect(toHex(read.entropy)).toBe(entropy);
    expect(toHex(read.seed)).toBe(seed);
    expect(toHex(derivePrivateKey(read.seed, 'm'))).toBe(keyOf(xprv));
  });
});

describe('paths', () => {
  it('spells the path of the reference, and that of Ether', () => {
    expect(service.getPath({ purpose: 44, coinType: 607, account: 0, change: 0, index: 0 })).toBe("m/44'/607'/0'/0/0");
    expect(service.getPath({ purpose: 44, coinType: 60, account: 2147483647, change: 1, index: 7 })).toBe("m/44'/60'/2147483647'/1/7");
  });

  it.each([
    ['purpose', 43],
    ['purpose', 84],
    ['coinType', 0],
    ['coinType', 61],
    ['account', -1],
    ['account', 2147483648],
    ['account', 1.5],
    ['account', Number.NaN],
    ['account', -0],
    ['account', '0'],
    ['account', undefined],
    ['change', 2],
    ['index', Number.POSITIVE_INFINITY],
    ['index', 0x80000000],
  ])('refuses %s = %s', (field, value) => {
    const path = { purpose: 44, coinType: 60, account: 0, change: 0, index: 0, [field]: value };
    expect(() => service.getPath(path as never)).toThrow(expect.objectContaining({ code: 'DERIVATION_INVALID', details: { field } }));
  });

  it('refuses a field it does not know, and what is no object', () => {
    expect(() => service.getPath({ purpose: 44, coinType: 60, account: 0, change: 0, index: 0, hardened: true } as never)).toThrow(
      /DERIVATION_INVALID/,
    );
    expect(() => service.getPath(null as never)).toThrow(/DERIVATION_INVALID/);
  });

  it('reads exactly what it writes', () => {
    const level = fc.integer({ min: 0, max: 0x7fffffff });
    fc.assert(
      fc.property(fc.constantFrom(60, 607), level, fc.integer({ min: 0, max: 1 }), level, (coinType, account, change, index) => {
        const path = { purpose: 44, coinType, account, change, index };
        expect(service.parsePath(service.getPath(path))).toEqual(path);
      }),
    );
  });

  it.each([
    "m/44'/60'/0'/0/00",
    "m/44'/60'/0/0/0",
    "M/44'/60'/0'/0/0",
    "m/44'/60'/0'/0/0/1",
    "m/44'/60'/0'/0/2147483648",
    "m/44'/60'/0'/0/0 ",
    'm/44h/60h/0h/0/0',
    '',
    undefined,
  ])('does not read %s', (text) => {
    expect(() => service.parsePath(text as never)).toThrow(expect.objectContaining({ code: 'DERIVATION_INVALID' }));
  });

  it.each(["m/0''", 'm/', 'm/-1', 'm/01', 'm/2147483648', `m${'/0'.repeat(11)}`, '0/1', 'm//0', 'm/0x1'])(
    'derives nothing at %s',
    (path) => {
      expect(() => derivePrivateKey(new Uint8Array(32).fill(1), path)).toThrow(expect.objectContaining({ code: 'DERIVATION_INVALID' }));
    },
  );

  it('never repeats a phrase in an error', () => {
    const phrase = 'zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo secretword';
    const error = caught(() => readMnemonic(phrase));
    expect(error.code).toBe('KEY_INVALID');
    expect(`${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toMatch(/zoo|secretword/);
  });
});

function caught(run: () => unknown): Error & { readonly code: string } {
  try {
    run();
  } catch (error) {
    return error as Error & { readonly code: string };
  }
  throw new Error('it did not throw');
}
