import { deriveEd25519Path, keyPairFromSeed } from '@ton/crypto';
import { describe, expect, it } from 'vitest';
import { type Doc, type Json, readDoc, type Store } from '../../src/core/index.ts';
import { createKeyManager, parseCustodyMode } from '../../src/custody/index.ts';
import { readMnemonic } from '../../src/custody/keys/derivation.ts';
import { createBench, toLogCommand } from './bench.ts';

const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;
const SHARED = { algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' } as const;
const TEST_PHRASE = 'test test test test test test test test test test test junk';

describe('key manager', () => {
  it('derives the next account of one seed for each key', async () => {
    const { custody, key } = await createBench();
    const second = await custody.keys.generateKey({ ...SIGNING, tags: ['agent-wallet'] });
    expect([key.path, second.path]).toEqual(["m/44'/60'/0'/0/0", "m/44'/60'/1'/0/0"]);
    expect(second).toMatchObject({ seedId: 'default', state: 'active', tags: ['agent-wallet'], revokedAtMs: null, keyId: second.id });
    expect(second.publicKey).toMatch(/^0[23][0-9a-f]{64}$/);
    expect(second.publicKey).not.toBe(key.publicKey);
  });

  it('gives the same key for the same phrase and path as every wallet does', async () => {
    const { custody } = await createBench();
    await custody.keys.importMnemonic({ mnemonic: TEST_PHRASE, id: 'known' });
    const key = await custody.keys.generateKey({ ...SIGNING, seedId: 'known' });
    expect(key.path).toBe("m/44'/60'/0'/0/0");
    expect(key.publicKey).toBe('038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75');
    const derived = await custody.keys.deriveKey({ seedId: 'known', path: "m/44'/60'/0'/0/1" });
    expect(derived.publicKey).toBe('02ba5734d8f7091719471e7f7ed6b9df170dc70cc661ca05e688601ad984f068b0');
  });

  it('counts the accounts of each algorithm on their own', async () => {
    const { custody, key, store } = await createBench();
    const ed25519 = { algorithm: 'ed25519', purpose: 'signing' } as const;
    const made = [
      await custody.keys.generateKey(ed25519),
      await custody.keys.generateKey(SIGNING),
      await custody.keys.generateKey(ed25519),
    ];
    expect([key, ...made].map(({ path }) => path)).toEqual(["m/44'/60'/0'/0/0", "m/44'/607'/0'", "m/44'/60'/1'/0/0", "m/44'/607'/1'"]);
    expect(made[0]).toMatchObject({
      algorithm: 'ed25519',
      mode: 'software',
      seedId: 'default',
      publicKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(made[1]?.mode).toBe('software');
    expect((await readDoc(store, 'seed/default'))?.value).toMatchObject({ nextAccount: 2, nextAccounts: { ed25519: 2 } });
    const many = await Promise.all(Array.from({ length: 6 }, () => custody.keys.generateKey(ed25519)));
    expect(new Set(many.map(({ path }) => path)).size).toBe(6);
  });

  it('reads seeds and keys from before there were others', async () => {
    const { custody, key, store, apply } = await createBench();
    const { nextAccounts: _, ...seed } = ((await readDoc(store, 'seed/default')) as Doc).value as Record<string, Json>;
    const { mode: __, ...record } = ((await readDoc(store, `key/${key.id}`)) as Doc).value as Record<string, Json>;
    await apply({ kind: 'doc.put', key: 'seed/default', value: seed }, { kind: 'doc.put', key: `key/${key.id}`, value: record });
    expect(await custody.keys.getKey(key.id)).toEqual(key);
    const first = await custody.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
    expect(first.path).toBe("m/44'/607'/0'");
    expect((await custody.keys.generateKey(SIGNING)).path).toBe("m/44'/60'/1'/0/0");
    for (const counters of [{ ed25519: 1.5 }, { ed25519: '1' }, 7, null]) {
      await apply({ kind: 'doc.put', key: 'seed/default', value: { ...seed, nextAccounts: counters } as Json });
      await expect(custody.keys.generateKey(SIGNING)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    }
  });

  it('derives ed25519 keys at their paths, and steps over those', async () => {
    const { custody } = await createBench();
    await custody.keys.importMnemonic({ mnemonic: TEST_PHRASE, id: 'known' });
    const derived = await custody.keys.deriveKey({ seedId: 'known', path: "m/44'/607'/0'" });
    expect(derived).toMatchObject({ algorithm: 'ed25519', path: "m/44'/607'/0'" });
    const wallet = await deriveEd25519Path(Buffer.from(readMnemonic(TEST_PHRASE).seed), [44, 607, 0]);
    expect(derived.publicKey).toBe(keyPairFromSeed(wallet).publicKey.toString('hex'));
    expect((await custody.keys.deriveKey({ seedId: 'known', path: "m/44'/607'/0'/0'/5'" })).publicKey).not.toBe(derived.publicKey);
    await expect(custody.keys.deriveKey({ seedId: 'known', path: "m/44'/607'/0'" })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const next = await custody.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', seedId: 'known' });
    expect(next.path).toBe("m/44'/607'/1'");
  });

  it('has each private key once, so that revoking it revokes it', async () => {
    const { custody } = await createBench();
    await custody.keys.importMnemonic({ mnemonic: TEST_PHRASE, id: 'known' });
    await custody.keys.importMnemonic({ mnemonic: TEST_PHRASE, id: 'again' });
    const key = await custody.keys.deriveKey({ seedId: 'known', path: "m/44'/60'/0'/0/0" });
    await custody.keys.revokeKey(key.id, 'stolen');
    await expect(custody.keys.deriveKey({ seedId: 'again', path: "m/44'/60'/0'/0/0" })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect((await custody.keys.generateKey({ ...SIGNING, seedId: 'again' })).path).toBe("m/44'/60'/1'/0/0");
  });

  it('makes different keys for callers at the same time', async () => {
    const { custody } = await createBench();
    const keys = await Promise.all(Array.from({ length: 12 }, () => custody.keys.generateKey(SIGNING)));
    expect(new Set(keys.map((key) => key.publicKey)).size).toBe(12);
    expect(new Set(keys.map((key) => key.path)).size).toBe(12);
  });

  it('takes the next account where another process took this one between two looks', async () => {
    const { custody, store, vault, clock, random } = await createBench();
    let looks = 0;
    const slow: Store = {
      ...store,
      async get(keys) {
        const rows = await store.get(keys);
        if (keys.some((key) => key.includes('key-public/')) && (looks += 1) === 1) await custody.keys.generateKey(SIGNING);
        return rows;
      },
    };
    const keys = createKeyManager({ store: slow, vault, clock, random, command: toLogCommand });
    expect((await keys.generateKey(SIGNING)).path).toBe("m/44'/60'/2'/0/0");
    expect(looks).toBeGreaterThan(1);
  });

  it('makes a key of its own randomness where asked', async () => {
    const { custody } = await createBench();
    expect(await custody.keys.generateKey({ ...SIGNING, source: 'random' })).toMatchObject({ path: null, seedId: null, state: 'active' });
  });

  it('lists, finds and revokes, once and for good, with its reason', async () => {
    const { custody, key, clock, store } = await createBench();
    const other = await custody.keys.generateKey({ ...SIGNING, tags: ['t'] });
    clock.advance(5);
    const revoked = await custody.keys.revokeKey(key.id, 'compromised');
    expect(revoked).toMatchObject({ state: 'revoked', revokedAtMs: clock.nowMs(), revokedReason: 'compromised' });
    clock.advance(5);
    expect(await custody.keys.revokeKey(key.id, 'again')).toEqual(revoked);
    expect(await custody.keys.getKey(key.id)).toEqual(revoked);
    expect((await readDoc(store, `key/${key.id}`))?.value).toMatchObject({ state: 'revoked' });
    expect((await custody.keys.listKeys()).map((item) => item.id).sort()).toEqual([key.id, other.id].sort());
    expect(await custody.keys.listKeys({ state: 'active' })).toEqual([other]);
    expect(await custody.keys.listKeys({ tag: 't' })).toEqual([other]);
    await expect(custody.keys.getKey('nobody')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(custody.keys.revokeKey('no/body', 'x')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(custody.keys.revokeKey(other.id, '')).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('writes an entry of the log with each key, seed and revocation', async () => {
    const { custody, key, store } = await createBench();
    await custody.keys.revokeKey(key.id, 'compromised');
    const events = (await store.log(0)).map((row) => JSON.parse(row.entry));
    expect(events.map((event) => [event.type, event.details.action])).toEqual([
      ['key_event', 'seed_generated'],
      ['key_event', 'key_created'],
      ['key_event', 'key_revoked'],
    ]);
    expect(events.at(-1)).toMatchObject({ tenant: 'test', severity: 'warning', details: { keyId: key.id, reason: 'compromised' } });
  });

  it.each([
    [{ algorithm: 'p256', purpose: 'signing' }, 'MODE_UNAVAILABLE'],
    [{ ...SIGNING, mode: 'hsm' }, 'KEY_INVALID'],
    [{ ...SIGNING, parties: 3 }, 'KEY_INVALID'],
    [{ ...SIGNING, algorithm: 'ed25519', threshold: 2 }, 'KEY_INVALID'],
    [{ ...SHARED, source: 'random' }, 'KEY_INVALID'],
    [{ ...SHARED, seedId: 'default' }, 'KEY_INVALID'],
    [{ ...SHARED, threshold: 1 }, 'KEY_INVALID'],
    [{ ...SHARED, threshold: 4 }, 'KEY_INVALID'],
    [{ ...SHARED, threshold: 2, parties: 4 }, 'KEY_INVALID'],
    [{ ...SHARED, threshold: 4, parties: 6 }, 'KEY_INVALID'],
    [{ ...SHARED, threshold: 2.5 }, 'KEY_INVALID'],
    [{ ...SHARED, parties: '3' }, 'KEY_INVALID'],
    [{ ...SIGNING, autoRotate: 'true' }, 'KEY_INVALID'],
    [{ ...SIGNING, rotationIntervalDays: 0 }, 'KEY_INVALID'],
    [{ ...SIGNING, rotationIntervalDays: 1.5 }, 'KEY_INVALID'],
    [{ ...SIGNING, rotationIntervalDays: '90' }, 'KEY_INVALID'],
    [{ ...SIGNING, rotationIntervalDays: 3_651 }, 'KEY_INVALID'],
    [{ ...SIGNING, replaces: 'other' }, 'KEY_INVALID'],
    [{ ...SIGNING, exportable: true }, 'KEY_INVALID'],
    [{ ...SIGNING, purpose: 'encryption' }, 'KEY_INVALID'],
    [{ ...SIGNING, source: 'given' }, 'KEY_INVALID'],
    [{ ...SIGNING, source: 'random', seedId: 'default' }, 'KEY_INVALID'],
    [{ ...SIGNING, seedId: 'missing' }, 'KEY_UNKNOWN'],
    [{ ...SIGNING, seedId: '../x' }, 'KEY_INVALID'],
    [{ ...SIGNING, id: 'a/b' }, 'KEY_INVALID'],
    [{ ...SIGNING, tags: [''] }, 'KEY_INVALID'],
    [{ ...SIGNING, tags: 'tag' }, 'KEY_INVALID'],
    [undefined, 'KEY_INVALID'],
  ])('makes no key from %j', async (config, code) => {
    const { custody } = await createBench();
    await expect(custody.keys.generateKey(config as never)).rejects.toMatchObject({ code });
  });

  it('refuses taken ids, wrong paths and phrases', async () => {
    const { custody, key } = await createBench();
    await expect(custody.keys.generateKey({ ...SIGNING, id: key.id })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(custody.keys.createSeed({ id: 'default' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(custody.keys.createSeed({ bits: 64 as never })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(custody.keys.importMnemonic({ mnemonic: `${TEST_PHRASE} junk` })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(custody.keys.deriveKey({ seedId: 'default', path: "m/44'/607'/0'/0/0" })).rejects.toMatchObject({
      code: 'DERIVATION_INVALID',
    });
    await expect(custody.keys.deriveKey({ seedId: 'default', path: 'm/0' })).rejects.toMatchObject({ code: 'DERIVATION_INVALID' });
    await expect(custody.keys.deriveKey({ seedId: 'missing', path: "m/44'/60'/0'/0/0" })).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect((await custody.keys.createSeed({ id: 'short', bits: 128 })).origin).toBe('generated');
  });

  it('does not make keys of dead randomness', async () => {
    const { store, vault, clock } = await createBench();
    for (const bytes of [(length: number) => new Uint8Array(length), () => new Uint8Array(0), () => 'x' as never]) {
      const keys = createKeyManager({
        store,
        vault,
        clock,
        random: { bytes },
        command: () => ({ kind: 'log.append', id: 'x', entry: 'x', leaf: 'x' }),
      });
      await expect(keys.generateKey({ ...SIGNING, source: 'random', id: 'k' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
      await expect(keys.generateKey({ ...SHARED, id: 'k' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
      await expect(keys.createSeed({ id: 's' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    }
  });

  it('cannot open a record whose parts were swapped', async () => {
    const { custody, key, store, apply, hold } = await createBench();
    const other = await custody.keys.generateKey(SIGNING);
    const [mine, theirs] = await Promise.all(
      [key.id, other.id].map(async (id) => (await readDoc(store, `key/${id}`))?.value as Record<string, never>),
    );
    for (const change of [
      { ciphertext: theirs?.['ciphertext'] },
      { publicKey: theirs?.['publicKey'] },
      { ciphertext: theirs?.['ciphertext'], publicKey: theirs?.['publicKey'] },
    ]) {
      await apply({ kind: 'doc.put', key: `key/${key.id}`, value: { ...mine, ...change } as never });
      const payload = new Uint8Array(40).fill(3);
      const held = await hold(payload);
      await expect(custody.custodian.sign(held.permit, payload)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    }
  });
});

describe('attestation keys', () => {
  it('are made once, kept, and sign nothing that could be a transaction', async () => {
    const { custody } = await createBench();
    const [first, second] = await Promise.all([custody.attestationKey('log'), custody.attestationKey('log')]);
    expect(Buffer.from(first.publicKey).equals(Buffer.from(second.publicKey))).toBe(true);
    expect(first.id).toBe('test/log');
    expect((await custody.attestationKey('gate')).publicKey).not.toEqual(first.publicKey);
    expect(first.sign(Buffer.from('checkpoint'))).toHaveLength(64);
    expect(() => first.sign(new Uint8Array(32))).toThrow(/SIGNING_CLOSED/);
  });
});

describe('custody mode', () => {
  it('knows the accepted spellings', () => {
    expect(parseCustodyMode('software')).toBe('software');
    expect(parseCustodyMode('mpc')).toBe('mpc');
    for (const [text, mode] of [
      ['non-custodial', 'non-custodial'],
      ['non_custodial', 'non-custodial'],
      ['smart_contract_wallet', 'smart-contract'],
    ]) {
      expect(parseCustodyMode(text)).toBe(mode);
    }
    for (const wrong of ['Software', '', undefined, 'toString']) expect(() => parseCustodyMode(wrong)).toThrow(/CONFIG_INVALID/);
  });
});
