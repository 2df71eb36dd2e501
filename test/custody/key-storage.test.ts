import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { Store } from '../../src/core/index.ts';
import { createStorageKeyManager, HSMKeyStorage, MPCCoordinator, SoftwareKeyStorage } from '../../src/custody/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { createBench, ENCRYPTION_KEY, HASHES, PAYLOAD, toLogCommand } from './bench.ts';

const SIGNING = { algorithm: 'ed25519', purpose: 'signing' } as const;
const clock = createManualClock();
const random = createSeededRandom('storage');

function standAlone(storage: SoftwareKeyStorage | HSMKeyStorage, openStore: (path: string) => Store = () => createMemoryStore({ clock })) {
  return createStorageKeyManager({ storage, openStore, clock, random, command: toLogCommand });
}
const software = (encryptionKey: string | undefined = ENCRYPTION_KEY) => new SoftwareKeyStorage({ encryptionKey, storagePath: './keys' });

describe('a software storage', () => {
  it('takes a key of 32 bytes or a passphrase, and refuses everything else without quoting it', () => {
    expect(software()).toMatchObject({ kind: 'software', storagePath: './keys' });
    for (const wrong of [
      { storagePath: './keys' },
      { encryptionKey: undefined, storagePath: './keys' },
      { encryptionKey: 'canary7', storagePath: './keys' },
      { encryptionKey: 'canary passphrase\ud800', storagePath: './keys' },
      { encryptionKey: 'canary passphrase' },
      { encryptionKey: 'canary passphrase', storagePath: '' },
      { encryptionKey: 'canary passphrase', storagePath: 'a\0b' },
      { encryptionKey: 'canary passphrase', storagePath: './keys', readonly: true },
      undefined,
    ]) {
      const make = () => new SoftwareKeyStorage(wrong as never);
      expect(make).toThrow(/CONFIG_INVALID/);
      expect(make).not.toThrow(/canary/);
    }
  });

  it('shows its secret nowhere', () => {
    const storage = software('canary passphrase');
    for (const text of [
      inspect(storage, { showHidden: true, depth: null, getters: true, customInspect: false }),
      inspect(storage),
      JSON.stringify(storage),
      inspect(structuredClone(storage)),
      String(storage),
      Object.getOwnPropertyNames(storage).join(),
    ])
      expect(text).not.toContain('canary');
  });
});

describe('a key manager of its own', () => {
  it('opens its store with the first call, and does what key managers do', async () => {
    const opened: string[] = [];
    const store = createMemoryStore({ clock });
    const keys = standAlone(software(), (path) => {
      opened.push(path);
      return store;
    });
    expect(opened).toEqual([]);
    const [key] = await Promise.all([keys.generateKey({ ...SIGNING, autoRotate: true, rotationIntervalDays: 90 }), keys.listKeys()]);
    expect(opened).toEqual(['./keys']);
    expect(await keys.getKey(key.id)).toEqual(key);
    const { newKeyId, migration } = await keys.rotateKey(key.id);
    expect(migration).toMatchObject({ state: 'open', moves: [] });
    expect(await keys.completeRotation(key.id)).toMatchObject({ completed: true, newKeyId });
    expect(await keys.revokeKey(newKeyId, 'compromised')).toMatchObject({ state: 'revoked' });
    expect(await keys.getHealth()).toMatchObject({ status: 'ok', vaultOpen: true, storage: { kind: 'software', store: store.info.kind } });
    await expect(keys.requestSigning(key.id, PAYLOAD)).rejects.toMatchObject({
      code: 'PERMIT_REFUSED',
      details: { reason: 'permit_unknown' },
    });
    await keys.close();
    await keys.close();
    await expect(keys.getKey(key.id)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect(store.now()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(await keys.getHealth()).toMatchObject({ status: 'unavailable', vaultOpen: false, keys: null });
  });

  it('signs with a permit that a gate issued in the same store, and with no other', async () => {
    const bench = await createBench();
    const shared = { ...bench.store, close: async () => undefined };
    const options = { storage: software(), openStore: () => shared, clock: bench.clock, random: bench.random, command: toLogCommand };
    const keys = createStorageKeyManager({ ...options, tenant: 'test', hashes: HASHES });
    const held = await bench.hold(PAYLOAD);
    await expect(keys.requestSigning(bench.key.id, new Uint8Array(9), { permit: held.permit })).rejects.toMatchObject({
      code: 'PERMIT_REFUSED',
    });
    const changing = Uint8Array.from(PAYLOAD);
    const signing = keys.requestSigning(bench.key.id, changing, { permit: held.permit });
    changing.fill(1);
    expect(await signing).toMatchObject({ keyId: bench.key.id });
    const without = createStorageKeyManager({ ...options, tenant: 'test' });
    const next = await bench.hold(PAYLOAD);
    await expect(without.requestSigning(bench.key.id, PAYLOAD, { permit: next.permit })).rejects.toMatchObject({
      code: 'MODE_UNAVAILABLE',
    });
    expect((await bench.row(next)).state).toBe('held');
  });

  it('does not open with another secret, closes what it opened, and can be asked again', async () => {
    const store = createMemoryStore({ clock });
    const first = standAlone(software(), () => ({ ...store, close: async () => undefined }));
    await first.generateKey(SIGNING);
    let closed = 0;
    const counting = () => ({ ...store, close: async () => void (closed += 1) });
    const wrong = standAlone(software('canary passphrase'), counting);
    await expect(wrong.listKeys()).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    await expect(wrong.listKeys()).rejects.not.toThrow(/canary/);
    expect(closed).toBe(2);
    let down = true;
    const flaky = standAlone(software(), () => {
      if (down) throw new Error('down');
      return counting();
    });
    await expect(flaky.listKeys()).rejects.toThrow('down');
    expect((await flaky.getHealth()).status).toBe('unavailable');
    down = false;
    expect(await flaky.listKeys()).toHaveLength(1);
    expect(() => standAlone({ kind: 'software', storagePath: './keys' } as never)).toThrow(/CONFIG_INVALID/);
    expect(() => standAlone(undefined as never)).toThrow(/CONFIG_INVALID/);
  });
});

describe('a device', () => {
  const credentials = { accessKeyId: 'canary-id', secretAccessKey: 'canary-secret' };

  it('is known in every accepted spelling, keeps no credential, and is refused on use', async () => {
    for (const [provider, known] of [
      ['aws-cloudhsm', 'aws-cloudhsm'],
      ['aws_cloudhsm', 'aws-cloudhsm'],
      ['aws-kms', 'aws-kms'],
      ['aws_kms', 'aws-kms'],
    ] as const) {
      const storage = new HSMKeyStorage({ provider, clusterId: 'cluster-xyz', credentials });
      expect(storage).toMatchObject({ kind: 'hsm', provider: known, clusterId: 'cluster-xyz' });
      expect(inspect(storage, { showHidden: true, depth: null }) + JSON.stringify(storage)).not.toContain('canary');
      let opened = 0;
      const keys = standAlone(storage, () => {
        opened += 1;
        return createMemoryStore({ clock });
      });
      for (const use of [
        keys.generateKey(SIGNING),
        keys.getKey('k'),
        keys.listKeys(),
        keys.rotateKey('k'),
        keys.revokeKey('k', 'x'),
        keys.requestSigning('k', PAYLOAD),
      ])
        await expect(use).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE', details: { mode: 'hsm', provider: known } });
      expect(await keys.getHealth()).toMatchObject({ status: 'unavailable', storage: { kind: 'hsm', store: null }, vaultOpen: false });
      expect(opened).toBe(0);
    }
  });

  it('names every wrong field and quotes no credential', () => {
    for (const wrong of [
      { provider: 'yubihsm', clusterId: 'c', credentials },
      { provider: 'aws-cloudhsm', credentials },
      { provider: 'aws-kms', clusterId: '', credentials },
      { provider: 'aws-kms', credentials: { secret: 7 } },
      { provider: 'aws-kms', credentials, region: 'eu' },
      undefined,
    ]) {
      expect(() => new HSMKeyStorage(wrong as never)).toThrow(/CONFIG_INVALID/);
      expect(() => new HSMKeyStorage(wrong as never)).not.toThrow(/canary/);
    }
    expect(new HSMKeyStorage({ provider: 'aws-kms', credentials: { accessKeyId: undefined } }).clusterId).toBeNull();
  });
});

describe('a coordinator of its own', () => {
  const three = { threshold: 2, totalParties: 3 } as const;
  const parties = [{ id: 'user' }, { id: 'platform' }, { id: 'backup' }];

  it('makes and watches shared keys of a key manager, by the names of its parties', async () => {
    const keys = standAlone(software());
    const mpc = new MPCCoordinator({ ...three, parties, signatureScheme: 'ed25519', timeoutMs: 30_000, keys });
    const key = await mpc.generateKey({ tags: ['team'] });
    expect(key).toMatchObject({ mode: 'mpc', tags: ['team'] });
    const status = await mpc.getSharesStatus(key.id);
    expect(status).toMatchObject({ threshold: 2, total: 3, available: 3, canSign: true });
    expect(status.parties.map(({ id, location }) => [id, location])).toEqual(parties.map(({ id }) => [id, 'in-process']));
    const other = await keys.generateKey({ ...SIGNING, mode: 'mpc', threshold: 3, parties: 4 });
    await expect(mpc.getSharesStatus(other.id)).rejects.toMatchObject({ code: 'KEY_INVALID', details: { threshold: 3, total: 4 } });
    const plain = await keys.generateKey(SIGNING);
    await expect(mpc.getSharesStatus(plain.id)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(mpc.getSharesStatus('nobody')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const unnamed = new MPCCoordinator({ ...three, keys });
    expect((await unnamed.getSharesStatus(key.id)).parties[2]?.id).toBe('party-3');
  });

  it('refuses parties that are elsewhere when it is used, and needs keys', async () => {
    const keys = standAlone(software());
    const endpoints = parties.map((party) => ({ ...party, endpoint: `https://${party.id}-device` }));
    for (const mpc of [new MPCCoordinator({ ...three, parties: endpoints }), new MPCCoordinator({ ...three, parties: endpoints, keys })]) {
      const refused = { code: 'MODE_UNAVAILABLE', details: { mode: 'mpc', location: 'remote', party: 'user' } };
      await expect(mpc.getSharesStatus('k')).rejects.toMatchObject(refused);
      await expect(mpc.generateKey()).rejects.toMatchObject(refused);
    }
    expect(await keys.listKeys()).toEqual([]);
    await expect(new MPCCoordinator(three).getSharesStatus('k')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(new MPCCoordinator({ ...three, keys: {} as never }).getSharesStatus('k')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it.each([
    [{ threshold: 1, totalParties: 3 }],
    [{ threshold: 2, totalParties: 4 }],
    [{ threshold: 2, totalParties: 6 }],
    [{ threshold: '2', totalParties: 3 }],
    [{ ...three, parties: parties.slice(1) }],
    [{ ...three, parties: [parties[0], parties[0], parties[1]] }],
    [{ ...three, parties: [null, ...parties.slice(1)] }],
    [{ ...three, parties: [{ id: 'a/b' }, ...parties.slice(1)] }],
    [{ ...three, parties: [{ id: 'a', endpoint: 'nowhere' }, ...parties.slice(1)] }],
    [{ ...three, parties: [{ id: 'a', type: 'toaster' }, ...parties.slice(1)] }],
    [{ ...three, parties: [{ id: 'a', share: '00' }, ...parties.slice(1)] }],
    [{ ...three, parties: 3 }],
    [{ ...three, signatureScheme: 'bls' }],
    [{ ...three, timeoutMs: 0 }],
    [{ ...three, dealer: true }],
    [undefined],
  ])('is not made from %j', (options) => {
    expect(() => new MPCCoordinator(options as never)).toThrow(/CONFIG_INVALID/);
  });
});
