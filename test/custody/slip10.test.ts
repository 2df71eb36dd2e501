import { deriveEd25519Path, keyPairFromSeed } from '@ton/crypto';
import { WalletContractV5R1 } from '@ton/ton';
import { describe, expect, it } from 'vitest';
import { fromHex, sha256, toHex } from '../../src/core/index.ts';
import { accountPath, algorithmOfPath } from '../../src/custody/keys/bip44-path.ts';
import { deriveSecret, readMnemonic } from '../../src/custody/keys/derivation.ts';
import { deriveSlip10 } from '../../src/custody/keys/slip10.ts';
import { toEd25519PublicKey } from '../../src/custody/signers/ed25519.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

describe('SLIP-10', () => {
  it('derives the nodes of test vector 1', () => {
    const seed = fromHex('000102030405060708090a0b0c0d0e0f');
    expect(toHex(deriveSecret('ed25519', seed, 'm'))).toBe('2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7');
    expect(toHex(deriveSecret('ed25519', seed, "m/0'"))).toBe('68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3');
  });

  it('derives what wallets derive', async () => {
    const seed = Buffer.concat([sha256('a'), sha256('b')]);
    for (const [path, levels] of [
      ["m/44'/607'/0'", [44, 607, 0]],
      ["m/44'/607'/7'/1'/2147483647'", [44, 607, 7, 1, 2147483647]],
    ] as const) {
      expect(toHex(deriveSecret('ed25519', seed, path))).toBe((await deriveEd25519Path(seed, [...levels])).toString('hex'));
    }
  });

  it('derives nothing at levels that are not hardened, and from no seed', () => {
    const seed = sha256('seed');
    for (const path of ["m/44'/607'/0", 'm/0', "m/44'/607'/0'/0"])
      expect(() => deriveSecret('ed25519', seed, path)).toThrow(/DERIVATION_INVALID/);
    for (const level of [0, 0x7fff_ffff, 0x1_0000_0000, 2147483648.5, Number.NaN])
      expect(() => deriveSlip10(seed, [level])).toThrow(/DERIVATION_INVALID/);
    for (const wrong of [new Uint8Array(15), new Uint8Array(65), 'seed'])
      expect(() => deriveSlip10(wrong as never, [])).toThrow(/DERIVATION_INVALID/);
  });
});

describe('paths of keys', () => {
  it('has one place for each account', () => {
    expect(accountPath('secp256k1', 2)).toBe("m/44'/60'/2'/0/0");
    expect(accountPath('ed25519', 2)).toBe("m/44'/607'/2'");
    for (const wrong of [-1, 2 ** 31, 1.5]) expect(() => accountPath('ed25519', wrong)).toThrow(/DERIVATION_INVALID/);
  });

  it.each([
    ["m/44'/60'/0'/0/0", 'secp256k1'],
    ["m/44'/607'/0'", 'ed25519'],
    ["m/44'/607'/3'/1'/2'", 'ed25519'],
  ])('%s is %s', (path, algorithm) => expect(algorithmOfPath(path)).toBe(algorithm));

  it.each([
    "m/44'/607'/0'/0/0",
    "m/44'/607'/0",
    "m/44'/607'/00'",
    "m/44'/607'/2147483648'",
    "m/44'/607'/0'/0'",
    "m/44'/607'/0'/0'/0'/0'",
    "m/44'/60'/0'",
    "m/44'/501'/0'",
    'm',
    '',
    undefined,
    7,
  ])('%s is of no key', (path) => expect(() => algorithmOfPath(path as never)).toThrow(/DERIVATION_INVALID/));
});

describeVectors('slip10', 'SLIP-10, published vectors', (folder) => {
  interface Node {
    readonly section: string;
    readonly seed: string;
    readonly chain: string;
    readonly private: string;
    readonly public: string;
  }
  const nodes = vectorJson<readonly Node[]>(folder, 'slip10.json').filter(({ section }) => section.endsWith('for ed25519'));
  it('has the 12 nodes', () => expect(nodes).toHaveLength(12));
  it.each(nodes)('$seed $chain', (node) => {
    const secret = deriveSecret('ed25519', fromHex(node.seed), node.chain.replaceAll('H', "'"));
    expect(toHex(secret)).toBe(node.private);
    expect(`00${toHex(toEd25519PublicKey(secret))}`).toBe(node.public);
  });
});

describeVectors('ton', 'wallets of BIP-39 phrases', (folder) => {
  const { bip39, ledgerSeed, ledger } = vectorJson<{
    readonly bip39: readonly { readonly seed: string; readonly address: string }[];
    readonly ledgerSeed: string;
    readonly ledger: readonly { readonly version: string; readonly address: string }[];
  }>(folder, 'bip39-wallets-tonutils.json');
  const addressOf = (phrase: string, path: string): string => {
    const { publicKey } = keyPairFromSeed(Buffer.from(deriveSecret('ed25519', readMnemonic(phrase).seed, path)));
    return WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -239 } }).address.toString({ bounceable: false });
  };

  it('are those of account 0', () => {
    expect(bip39).toHaveLength(1);
    for (const { seed, address } of bip39) expect(addressOf(seed, accountPath('ed25519', 0))).toBe(address);
  });

  it('are those of a hardware wallet at its six levels', () => {
    const known = ledger.find(({ version }) => version === 'V5R1Final mainnet');
    expect(addressOf(ledgerSeed, "m/44'/607'/0'/0'/0'/0'")).toBe(known?.address);
  });
});
