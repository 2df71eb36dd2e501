import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Json, readDoc, type Store, storeKey, toHex, verifyEd25519 } from '../../src/core/index.ts';
import { createKeyManager, type KeyInfo } from '../../src/custody/index.ts';
import { keyAccess } from '../../src/custody/keys/key-access.ts';
import { type KeyRecord, keyContext, readKeyRecord } from '../../src/custody/keys/key-record.ts';
import { keyCipher } from '../../src/custody/keys/vault.ts';
import { shareContext, shareDoc } from '../../src/custody/mpc/share-record.ts';
import { type Bench, createBench, HASHES, PAYLOAD, toLogCommand } from './bench.ts';

const SHARED = { algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' } as const;
type Row = Record<string, Json>;

let bench: Bench;
let other: KeyInfo;
/** Rows of both keys as they were made. */
let whole: readonly { readonly key: string; readonly value: Row }[];
beforeAll(async () => {
  bench = await createBench({ key: SHARED });
  other = await bench.custody.keys.generateKey(SHARED);
  const rows = await bench.store.scan('doc/key', { limit: 100 });
  whole = rows.map((row) => ({ key: row.key.replace(/^doc\//, ''), value: (row.value as { value: Row }).value }));
});
beforeEach(async () => {
  for (const { key, value } of whole) await put(key, value);
});

const read = async (key: string): Promise<Row> => (await readDoc(bench.store, key))?.value as Row;
const put = (key: string, value: Json) => bench.apply({ kind: 'doc.put', key, value });
const share = (party: number, key: KeyInfo = bench.key): string => shareDoc(key.id, party);

async function sign(keyId = bench.key.id): Promise<Uint8Array> {
  const held = await bench.hold(PAYLOAD, { keyId });
  return (await bench.custody.custodian.sign(held.permit, PAYLOAD)).signature;
}

const isValid = (signature: Uint8Array, key: KeyInfo = bench.key): boolean =>
  verifyEd25519(Buffer.from(key.publicKey, 'hex'), HASHES.ed25519(PAYLOAD), signature);

async function lastEvent(): Promise<{ readonly details: Row }> {
  return JSON.parse((await bench.store.log(0)).at(-1)?.entry ?? '{}');
}

describe('a key of parties', () => {
  it('is a key like another, with a share a record and the whole key nowhere', async () => {
    expect(bench.key).toMatchObject({ mode: 'mpc', algorithm: 'ed25519', path: null, seedId: null, state: 'active' });
    expect(await bench.custody.keys.getKey(bench.key.id)).toEqual(bench.key);
    expect(await read(`key/${bench.key.id}`)).toMatchObject({ mode: 'mpc', sharing: { threshold: 2, total: 3, epoch: 1 } });
    const sealed = await Promise.all([1, 2, 3].map(async (party) => (await read(share(party)))['ciphertext']));
    expect(new Set(sealed).size).toBe(3);
    expect(isValid(await sign())).toBe(true);
    await expect(bench.custody.keys.generateKey({ ...SHARED, id: bench.key.id })).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('is not opened as a private key, whatever its record says', async () => {
    const { record } = await readKeyRecord(bench.store, bench.key.id);
    const { mode: _, sharing: __, ...rest } = record;
    for (const mode of [{}, { mode: 'software' }]) {
      await put(`key/${bench.key.id}`, { ...rest, ...mode } as unknown as Json);
      await expect(sign()).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    }
    expect(() => keyAccess(bench.custody.keys).useKey(rest as KeyRecord, (secret) => secret)).toThrow(/KEY_DECRYPT_FAILED/);
  });

  it('signs with any two shares, and says in the log whose was left out', async () => {
    for (const party of [1, 2, 3]) {
      await put(share(party), { gone: true });
      const held = await bench.hold(PAYLOAD);
      expect(isValid((await bench.custody.custodian.sign(held.permit, PAYLOAD)).signature)).toBe(true);
      expect(isValid((await bench.custody.custodian.resume(held)).signature)).toBe(true);
      expect((await lastEvent()).details).toEqual({
        action: 'shares_left_out',
        keyId: bench.key.id,
        parties: [{ party: `party-${party}`, fault: 'missing' }],
      });
      await put(share(party), whole.find(({ key }) => key === share(party))?.value as Json);
    }
  });

  it('does not spend a permit where too few shares are there', async () => {
    await put(share(1), null);
    await put(share(3), { ...(await read(share(3))), epoch: 2 });
    const held = await bench.hold(PAYLOAD);
    await expect(bench.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({
      code: 'KEY_DECRYPT_FAILED',
      details: { threshold: 2, available: 1, parties: ['party-1: missing', 'party-3: missing'] },
    });
    expect((await bench.row(held)).state).toBe('held');
  });

  const breaks: readonly (readonly [string, () => Promise<Row>])[] = [
    [
      'with a bit of its text changed',
      async () => ({ ...(await read(share(1))), ciphertext: flipLast((await read(share(1)))['ciphertext'] as string) }),
    ],
    [
      'that is the share of another key',
      async () => ({ ...(await read(share(1))), ciphertext: (await read(share(1, other)))['ciphertext'] as string }),
    ],
    [
      'that is the share of another party',
      async () => ({ ...(await read(share(1))), ciphertext: (await read(share(3)))['ciphertext'] as string }),
    ],
    ['that is of an older epoch', async () => ({ ...(await read(share(1))), ciphertext: seal(1, 0, bench.key.publicKey) })],
    ['that was sealed for another group', async () => ({ ...(await read(share(1))), ciphertext: seal(1, 1, other.publicKey) })],
    [
      'that was sealed under another key id',
      async () => ({ ...(await read(share(1))), ciphertext: seal(1, 1, bench.key.publicKey, 'test', other.id) }),
    ],
    [
      "that was sealed in another tenant's vault",
      async () => ({ ...(await read(share(1))), ciphertext: seal(1, 1, bench.key.publicKey, 'elsewhere') }),
    ],
  ];
  it.each(breaks)('leaves out a share %s', async (_, broken) => {
    await put(share(1), await broken());
    expect(isValid(await sign())).toBe(true);
    expect((await lastEvent()).details['parties']).toEqual([{ party: 'party-1', fault: 'unreadable' }]);
    await put(share(2), null);
    await expect(sign()).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
  });

  it('names a share that opens and is wrong', async () => {
    await put(share(2), { ...(await read(share(2))), ciphertext: seal(2, 1, bench.key.publicKey) });
    expect(isValid(await sign())).toBe(true);
    expect((await lastEvent()).details['parties']).toEqual([{ party: 'party-2', fault: 'invalid_share' }]);
    const status = await bench.custody.mpc.getSharesStatus(bench.key.id);
    expect(status.parties[1]).toEqual({ id: 'party-2', location: 'in-process', available: false, fault: 'invalid_share' });
  });

  it('does not sign where the record names another group key, another threshold or other parties', async () => {
    const mine = await read(`key/${bench.key.id}`);
    const theirs = await read(`key/${other.id}`);
    for (const change of [
      { publicKey: theirs['publicKey'] },
      { ciphertext: theirs['ciphertext'] },
      { publicKey: theirs['publicKey'], ciphertext: theirs['ciphertext'] },
      { sharing: { threshold: 3, total: 3, epoch: 1 } },
      { sharing: { threshold: 2, total: 2, epoch: 1 } },
      { sharing: { threshold: 2, total: 3, epoch: 2 } },
    ]) {
      await put(`key/${bench.key.id}`, { ...mine, ...change } as Json);
      const held = await bench.hold(PAYLOAD);
      await expect(bench.custody.custodian.sign(held.permit, PAYLOAD), JSON.stringify(change)).rejects.toMatchObject({
        code: 'KEY_DECRYPT_FAILED',
      });
      expect((await bench.row(held)).state).toBe('held');
    }
    for (const change of [
      { sharing: { threshold: 1, total: 3, epoch: 1 } },
      { sharing: null },
      { mode: 'none' },
      { algorithm: 'secp256k1' },
      { sharing: { threshold: 2, total: 3, epoch: 0 } },
    ]) {
      await put(`key/${bench.key.id}`, { ...mine, ...change } as Json);
      await expect(sign(), JSON.stringify(change)).rejects.toMatchObject({ details: { reason: 'store_unavailable' } });
    }
  });

  it('does not sign with the group of another key in a record that was sealed for it', async () => {
    const { record } = await readKeyRecord(bench.store, bench.key.id);
    const cipher = keyCipher(bench.vault);
    const { record: theirs } = await readKeyRecord(bench.store, other.id);
    const group = cipher.open(theirs.ciphertext, keyContext('test', theirs));
    await put(`key/${bench.key.id}`, { ...record, ciphertext: cipher.seal(group, keyContext('test', record)) } as unknown as Json);
    const held = await bench.hold(PAYLOAD);
    await expect(bench.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    expect((await bench.row(held)).state).toBe('held');
    for (const text of ['', '{}', '[]', 'null', '{"threshold":2,"total":3,"commitments":[],"verifyingShares":[]}']) {
      await put(`key/${bench.key.id}`, {
        ...record,
        ciphertext: cipher.seal(Buffer.from(text), keyContext('test', record)),
      } as unknown as Json);
      await expect(sign()).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    }
  });

  it('binds what the parties know in common to threshold, parties and epoch', async () => {
    const { record } = await readKeyRecord(bench.store, bench.key.id);
    const cipher = keyCipher(bench.vault);
    const sharing = { threshold: 2, total: 3, epoch: 1 };
    expect(cipher.open(record.ciphertext, keyContext('test', { ...record, sharing })).length).toBeGreaterThan(100);
    for (const change of [{ threshold: 3 }, { total: 2 }, { epoch: 2 }])
      expect(() => cipher.open(record.ciphertext, keyContext('test', { ...record, sharing: { ...sharing, ...change } }))).toThrow(
        /KEY_DECRYPT_FAILED/,
      );
  });

  it('does not use one nonce twice: 12 signatures over one payload have 12 halves', async () => {
    const signatures = await Promise.all(Array.from({ length: 12 }, () => sign()));
    expect(signatures.every((signature) => isValid(signature))).toBe(true);
    expect(new Set(signatures.map((signature) => toHex(signature.subarray(0, 32)))).size).toBe(12);
  });

  it('signs although a row of one share is no document', async () => {
    const { record } = await readKeyRecord(bench.store, bench.key.id);
    const garbled = {
      ...bench.store,
      get: async (keys: readonly string[]) =>
        (await bench.store.get(keys)).map((row, at) => (keys[at] === storeKey.doc(share(1)) ? 7 : row)),
    } as Store;
    const { shares } = keyAccess(createKeyManager({ ...bench, store: garbled, command: toLogCommand }));
    expect(isValid(await shares.sign(await shares.load(record), HASHES.ed25519(PAYLOAD)))).toBe(true);
    expect((await shares.inspect(record)).map((found) => found?.fault)).toEqual(['missing', undefined, undefined]);
  });

  it('signs although the log cannot be written', async () => {
    await put(share(1), null);
    const { record } = await readKeyRecord(bench.store, bench.key.id);
    const { shares } = keyAccess(
      createKeyManager({ ...bench, store: { ...bench.store, apply: () => Promise.reject(new Error('full')) }, command: toLogCommand }),
    );
    expect(isValid(await shares.sign(await shares.load(record), HASHES.ed25519(PAYLOAD)))).toBe(true);
  });
});

/** A share of the bench's vault that says whatever it is told to. */
function seal(party: number, epoch: number, publicKey: string, tenant = 'test', keyId = bench.key.id): string {
  return keyCipher(bench.vault).seal(new Uint8Array(32).fill(1), shareContext(tenant, { keyId, party, epoch }, publicKey));
}

function flipLast(sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  return bytes.toString('base64');
}
