import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Json, readDoc, storeKey, verifyEd25519 } from '../../src/core/index.ts';
import { createKeyManager, createMPCCoordinator, type KeyInfo } from '../../src/custody/index.ts';
import { shareDoc } from '../../src/custody/mpc/share-record.ts';
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

describe('the coordinator', () => {
  it('tells where the shares of a key are, and whether they are good', async () => {
    const { mpc } = bench.custody;
    const good = (id: string) => ({ id, location: 'in-process', available: true, fault: null });
    expect(await mpc.getSharesStatus(bench.key.id)).toEqual({
      keyId: bench.key.id,
      threshold: 2,
      total: 3,
      epoch: 1,
      available: 3,
      canSign: true,
      publicKey: bench.key.publicKey,
      state: 'active',
      parties: [good('party-1'), good('party-2'), good('party-3')],
    });
    await put(share(1), null);
    await put(share(3), { ...(await read(share(3))), ciphertext: 'AAAA' });
    const { parties, available, canSign } = await mpc.getSharesStatus(bench.key.id);
    expect({ available, canSign, faults: parties.map(({ fault }) => fault) }).toEqual({
      available: 1,
      canSign: false,
      faults: ['missing', null, 'unreadable'],
    });
  });

  it('tells the health of all shared keys', async () => {
    const { mpc } = bench.custody;
    expect(await mpc.sharesHealth()).toEqual({ location: 'in-process', keys: 2, degraded: [], lost: [] });
    await put(share(1), null);
    expect(await mpc.sharesHealth()).toMatchObject({ degraded: [bench.key.id], lost: [] });
    await put(share(2), null);
    expect(await mpc.sharesHealth()).toMatchObject({ degraded: [bench.key.id], lost: [bench.key.id] });
    await put(`key/${bench.key.id}`, { ...(await read(`key/${bench.key.id}`)), publicKey: other.publicKey });
    await put(share(1), whole.find(({ key }) => key === share(1))?.value as Json);
    await put(share(2), whole.find(({ key }) => key === share(2))?.value as Json);
    expect(await mpc.sharesHealth()).toMatchObject({ lost: [bench.key.id] });
  });

  it('knows no other keys, and no other key managers', async () => {
    const { mpc, keys } = bench.custody;
    const plain = await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
    await expect(mpc.getSharesStatus(plain.id)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(mpc.getSharesStatus('nobody')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(() => createMPCCoordinator({ keys: {} as never })).toThrow(/CONFIG_INVALID/);
    expect(Object.keys(mpc).some((name) => /sign|export|secret|open/i.test(name))).toBe(false);
    expect((await createMPCCoordinator({ keys }).sharesHealth()).keys).toBe(2);
  });

  it('says that there is none where there is none', async () => {
    const { custody } = await createBench();
    expect(await custody.mpc.sharesHealth()).toEqual({ location: 'none', keys: 0, degraded: [], lost: [] });
  });
});

describe('where parties in one process are refused', () => {
  it('makes no shared key, and other keys as ever', async () => {
    const keys = createKeyManager({ ...bench, command: toLogCommand, inProcessParties: 'refused' });
    await expect(keys.generateKey(SHARED)).rejects.toMatchObject({
      code: 'MODE_UNAVAILABLE',
      details: { mode: 'mpc', location: 'in-process' },
    });
    expect((await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' })).mode).toBe('software');
  });
});

describe('a key of five parties', () => {
  it('signs with three of them, and with no two', async () => {
    const key = await bench.custody.keys.generateKey({ ...SHARED, threshold: 3, parties: 5 });
    for (const party of [2, 4]) await put(share(party, key), null);
    expect(isValid(await sign(key.id), key)).toBe(true);
    await put(share(1, key), null);
    await expect(sign(key.id)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED', details: { threshold: 3, available: 2 } });
    expect((await bench.store.get([storeKey.doc(share(6, key))]))[0]).toBeUndefined();
  });
});
