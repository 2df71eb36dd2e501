import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readDoc, toHex } from '../../src/core/index.ts';
import { KeyDerivationService } from '../../src/custody/index.ts';
import { deriveSecret, readMnemonic } from '../../src/custody/keys/derivation.ts';
import { createBench } from './bench.ts';

const TEST_PHRASE = 'test test test test test test test test test test test junk';
const ETHER_PATH = "m/44'/60'/0'/0/0";

describe('deriving', () => {
  it('keeps the key of a seed in its vault, and finds the same one again', async () => {
    const { custody, store } = await createBench();
    const service = new KeyDerivationService({ keys: custody.keys });
    const seed = await custody.keys.importMnemonic({ mnemonic: TEST_PHRASE, id: 'known' });
    const first = await service.derive('known', ETHER_PATH);
    expect(first).toMatchObject({
      algorithm: 'secp256k1',
      path: ETHER_PATH,
      publicKey: '038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75',
      key: { seedId: 'known', mode: 'software', state: 'active' },
    });
    expect(Object.keys(first).sort()).toEqual(['algorithm', 'key', 'path', 'publicKey']);
    expect(await service.derive('known', ETHER_PATH)).toEqual(first);
    expect(await new KeyDerivationService().derive(seed, ETHER_PATH)).toEqual(first);
    expect((await readDoc(store, `key/${first.key.id}`))?.version).toBe(1);
    await custody.keys.revokeKey(first.key.id, 'stolen');
    expect((await service.derive('known', ETHER_PATH)).key.state).toBe('revoked');
  });

  it('hardens the path of a key that has hardened children only, or refuses it', async () => {
    const { custody } = await createBench();
    const seed = await custody.keys.createSeed({ id: 's' });
    const service = new KeyDerivationService();
    const path = service.getPath({ purpose: 44, coinType: 607, account: 0, change: 0, index: 5 });
    expect(await service.derive(seed, path)).toMatchObject({ algorithm: 'ed25519', path: "m/44'/607'/0'/0'/5'" });
    await expect(new KeyDerivationService({ hardened: false }).derive(seed, path)).rejects.toMatchObject({ code: 'DERIVATION_INVALID' });
    expect((await new KeyDerivationService({ hardened: false }).derive(seed, "m/44'/607'/1'")).path).toBe("m/44'/607'/1'");
    expect((await service.derive(seed, ETHER_PATH)).path).toBe(ETHER_PATH);
    for (const wrong of ['m', "m/44'/0'/0'/0/0", "m/44'/607'/00'/0/0", "m/44'/607'/0'/2/0", '', undefined])
      await expect(service.derive(seed, wrong as never)).rejects.toMatchObject({ code: 'DERIVATION_INVALID' });
  });

  it('fills in the coin type of its configuration, and no other field', () => {
    const service = new KeyDerivationService({ scheme: 'bip44', coinType: 607, hardened: true, cacheEnabled: true });
    const rest = { purpose: 44, account: 1, change: 0, index: 2 };
    expect(service.getPath(rest)).toBe("m/44'/607'/1'/0/2");
    expect(service.getPath({ ...rest, coinType: 60 })).toBe("m/44'/60'/1'/0/2");
    expect(() => new KeyDerivationService().getPath(rest)).toThrow(/DERIVATION_INVALID/);
    for (const wrong of [{ scheme: 'bip32' }, { coinType: 0 }, { hardened: 'yes' }, { cacheEnabled: 1 }, { seed: 'x' }])
      expect(() => new KeyDerivationService(wrong as never)).toThrow(/CONFIG_INVALID/);
  });

  it('opens the seed once for a path with the cache, and each time without, of each key manager on its own', async () => {
    for (const cacheEnabled of [true, false]) {
      const { custody, apply } = await createBench();
      const service = new KeyDerivationService({ cacheEnabled, keys: custody.keys });
      const { key } = await service.derive('default', "m/44'/60'/7'/0/0");
      await apply({ kind: 'doc.put', key: 'seed/default', value: null });
      if (cacheEnabled) expect((await service.derive('default', "m/44'/60'/7'/0/0")).key).toEqual(key);
      else await expect(service.derive('default', "m/44'/60'/7'/0/0")).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    }
    const [one, two] = [await createBench(), await createBench({ seed: 'another' })];
    const service = new KeyDerivationService();
    const [a, b] = [await one.custody.keys.createSeed({ id: 's' }), await two.custody.keys.createSeed({ id: 's' })];
    expect((await service.derive(a, ETHER_PATH)).publicKey).not.toBe((await service.derive(b, ETHER_PATH)).publicKey);
  });

  it('takes no handle that was made up, copied, or is a phrase', async () => {
    const { custody } = await createBench();
    const seed = await custody.keys.createSeed({ id: 's' });
    const service = new KeyDerivationService();
    for (const wrong of [{ ...seed }, structuredClone(seed), { id: 's' }, 's', null, 7, undefined])
      await expect(service.derive(wrong as never, ETHER_PATH)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const named = new KeyDerivationService({ keys: custody.keys });
    const error = await named.derive(TEST_PHRASE, ETHER_PATH).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'KEY_INVALID' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('junk');
    await expect(new KeyDerivationService({ keys: {} as never }).derive('s', ETHER_PATH)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('gives a private key out only under bytes that the caller brought, and shows it nowhere', async () => {
    const { seed } = readMnemonic(TEST_PHRASE);
    const service = new KeyDerivationService();
    for (const [path, algorithm] of [
      [ETHER_PATH, 'secp256k1'],
      ["m/44'/607'/0'/0/0", 'ed25519'],
    ] as const) {
      const bytes = new Uint8Array(seed);
      const child = await service.derive(bytes, path);
      expect(toHex(bytes)).toBe(toHex(seed));
      bytes.fill(0);
      const expected = toHex(deriveSecret(algorithm, seed, child.path));
      expect(child).toMatchObject({ algorithm, key: null });
      expect(toHex(child.exportPrivateKey())).toBe(expected);
      child.exportPrivateKey().fill(0);
      expect(toHex(child.exportPrivateKey())).toBe(expected);
      const shown =
        inspect(child, { depth: null, showHidden: true, getters: true }) + JSON.stringify(child) + inspect(service, { showHidden: true });
      expect(shown).not.toContain(expected);
      expect(shown).not.toContain(expected.slice(0, 16));
      expect(shown).toContain(child.publicKey);
    }
    for (const length of [0, 15, 65])
      await expect(service.derive(new Uint8Array(length).fill(1), ETHER_PATH)).rejects.toMatchObject({ code: 'DERIVATION_INVALID' });
  });
});
