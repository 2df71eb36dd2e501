import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { storeKey } from '../../src/core/index.ts';
import { KeyDerivationService } from '../../src/index.ts';
import { codeOf, EVM_CHAIN, KEYS, keptStore, offlineEvm, offlineTon, open, PHRASE, TON_CHAIN, wallets } from './bench.ts';

const both = () => [offlineEvm(), offlineTon()];
/** Two coins: which of them limits count in has to be said. */
const IN_TON = { authorization: { defaultLimits: { unit: 'TON' } } };
const config = () => ({ chains: both(), keyDerivation: {}, ...IN_TON });
const restored = async (given: Parameters<typeof open>[0] = {}) => {
  const security = open({ ...config(), ...given });
  await security.keys.importMnemonic({ mnemonic: PHRASE, id: 'default' });
  return security;
};

describe('wallets of a seed', () => {
  it('lie at the next index of BIP-44, hardened as the curve demands, each chain counting on its own', async () => {
    await using security = await restored();
    expect((await wallets(security, EVM_CHAIN, 3, 'e')).map(({ path }) => path)).toEqual([0, 1, 2].map((n) => `m/44'/60'/0'/0/${n}`));
    expect((await wallets(security, TON_CHAIN, 3, 't')).map(({ path }) => path)).toEqual([0, 1, 2].map((n) => `m/44'/607'/0'/0'/${n}'`));
    const [key] = await security.keys.listKeys({ algorithm: 'ed25519' } as never);
    const seed = new Uint8Array(64).fill(7);
    const derived = await new KeyDerivationService().derive(seed, key?.path ?? '');
    expect(derived.path, 'the path is one that the derivation service takes').toBe(key?.path);
  });

  it('are the same for whoever restores the seed, and others for another seed', async () => {
    const runs = [];
    for (const mnemonic of [PHRASE, PHRASE, `${'abandon '.repeat(11)}about`]) {
      await using security = open(config());
      await security.keys.importMnemonic({ mnemonic, id: 'default' });
      runs.push(
        [...(await wallets(security, EVM_CHAIN, 4, 'e')), ...(await wallets(security, TON_CHAIN, 4, 't'))].map(({ address }) => address),
      );
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(new Set(runs.flat()).size).toBe(16);
    // As other wallets derive this very phrase.
    expect(runs[2]?.[0]?.toLowerCase()).toBe('0x9858effd232b4033e47d90003d41ec34ecaeda94');
    expect(runs[2]?.[1]?.toLowerCase()).toBe('0x6fac4d18c912343bf86fa7049364dd4e424ab9c0');
  });

  it('without a configured derivation are the next account, and the two ways never take one key twice', async () => {
    const store = keptStore();
    const given = { ...IN_TON, chains: both(), keys: KEYS, store };
    const paths: (string | null)[] = [];
    for (const keyDerivation of [undefined, {}, undefined, {}]) {
      await using security = open({ ...given, ...(keyDerivation === undefined ? {} : { keyDerivation }) });
      paths.push(...(await wallets(security, EVM_CHAIN, 1, `w${paths.length}-`)).map(({ path }) => path));
    }
    // Account 0 and index 0 are one key: whoever comes second goes on to the next.
    expect(paths).toEqual(["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/1", "m/44'/60'/1'/0/0", "m/44'/60'/0'/0/2"]);
  });

  it('go on after a restart, and step over an index that somebody derived by its path', async () => {
    const store = keptStore();
    const kept = () => ({ ...config(), keys: KEYS, store });
    {
      await using first = open(kept());
      await wallets(first, EVM_CHAIN, 2, 'a');
      await first.keys.deriveKey({ seedId: 'default', path: "m/44'/60'/0'/0/2" });
    }
    await using second = open(kept());
    expect((await wallets(second, EVM_CHAIN, 2, 'b')).map(({ path }) => path)).toEqual(["m/44'/60'/0'/0/3", "m/44'/60'/0'/0/4"]);
  });

  it('whoever spoils the hint of the next index spoils no wallet', async () => {
    for (const value of [{ next: 'x' }, { next: -1 }, { next: 0.5 }, 'x', { next: 1e300 }]) {
      const kept = keptStore();
      await using security = open({ ...config(), keys: KEYS, store: kept });
      await wallets(security, EVM_CHAIN, 1, 'a');
      await kept.store.apply([{ commands: [{ kind: 'doc.put', key: 'hd-next/secp256k1', value }] }]);
      expect((await wallets(security, EVM_CHAIN, 1, 'b'))[0]?.path, JSON.stringify(value)).toBe("m/44'/60'/0'/0/1");
    }
  });

  it('two processes that make wallets at once never take the same index, and leave none out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-hd-'));
    try {
      const run = (name: string): Promise<readonly string[]> =>
        new Promise((resolve, reject) => {
          const child = fork(fileURLToPath(new URL('hd-process.ts', import.meta.url)), [join(folder, 'store.db'), name], { execArgv: [] });
          child.once('message', (paths) => resolve(paths as readonly string[]));
          child.once('exit', (code) => reject(new Error(`the process ended: ${code}`)));
        });
      const paths = (await Promise.all([run('p'), run('q')])).flat();
      expect(paths.map((path) => Number(/(\d+)$/.exec(path)?.[1])).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('keyDerivation', () => {
  const seedReads = async (cacheEnabled: boolean): Promise<readonly number[]> => {
    let reads = 0;
    const store = keptStore((keys) => {
      if (keys.includes(storeKey.doc('seed/default'))) reads += 1;
    });
    await using security = open({ ...config(), keys: KEYS, store, keyDerivation: { cacheEnabled } });
    const counts: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await wallets(security, EVM_CHAIN, 1, `c${index}-`);
      counts.push(reads);
      reads = 0;
    }
    const hint = await store.store.get([storeKey.doc('hd-next/secp256k1')]);
    expect(hint[0] !== undefined).toBe(cacheEnabled);
    return counts.slice(1);
  };

  it('cacheEnabled: with it the seed is opened once for a wallet; without it every index before is derived anew', async () => {
    expect(await seedReads(true)).toEqual([1, 1, 1]);
    expect(await seedReads(false)).toEqual([2, 3, 4]);
  });

  it('coinType: fits a chain that is served, and makes wallets on no other', async () => {
    await using none = open({ chains: [offlineEvm()], keyDerivation: { coinType: 607 } });
    await expect(none.ready()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { problems: [expect.stringContaining('keyDerivation.coinType')] },
    });
    await using some = open({ ...config(), keyDerivation: { coinType: 607 } });
    expect(await wallets(some, TON_CHAIN, 1, 't')).toHaveLength(1);
    expect(await codeOf(() => wallets(some, EVM_CHAIN, 1, 'e'))).toBe('DERIVATION_INVALID');
    expect((await some.getHealth()).notes).toContainEqual(expect.stringMatching(/keyDerivation\.coinType is 607: .* eip155:31337/));
  });

  it('hardened: false makes no Ed25519 wallet, and other paths as ever', async () => {
    await using none = open({ chains: [offlineTon()], keyDerivation: { hardened: false } });
    await expect(none.ready()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { problems: [expect.stringContaining('keyDerivation.hardened')] },
    });
    await using some = open({ ...config(), keyDerivation: { hardened: false } });
    expect((await wallets(some, EVM_CHAIN, 1, 'e'))[0]?.path).toBe("m/44'/60'/0'/0/0");
    expect(await codeOf(() => wallets(some, TON_CHAIN, 1, 't'))).toBe('DERIVATION_INVALID');
    expect((await some.getHealth()).notes).toContainEqual(expect.stringMatching(/keyDerivation\.hardened is false: .* ton:-239/));
  });

  it('is about wallets: keys that are generated by themselves keep their place', async () => {
    await using security = await restored();
    const { path } = await security.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
    expect(path).toBe("m/44'/607'/0'");
  });
});
