import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { readOrder } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { type Store, toHex } from '../../src/core/index.ts';
import { createSoftwareCustody, MPCCoordinator, openVault } from '../../src/custody/index.ts';
import { keyAccess } from '../../src/custody/keys/key-access.ts';
import { readKeyRecord } from '../../src/custody/keys/key-record.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { ENCRYPTION_KEY, expectRefused, HASHES, PAYLOAD, toLogCommand } from './bench.ts';
import { CO_SIGNING, events, GROUP, NAMES, ORDER, openBench, partyKey, signedBy } from './co-sign-bench.ts';

describe('a key whose parties have keys of their own', () => {
  it('is made in one step: a key a party, and one that is none of theirs and sends', async () => {
    const { custody, key, store } = await openBench();
    expect(key).toMatchObject({ algorithm: 'secp256k1', mode: 'mpc', path: null, seedId: null, state: 'active' });
    expect(key.coSigners).toMatchObject({ threshold: 2, parties: NAMES.map((party) => ({ party })) });
    expect(await custody.keys.getKey(key.id)).toEqual(key);
    const publicKeys = [key.publicKey, ...(key.coSigners?.parties ?? []).map(({ publicKey }) => publicKey)];
    expect(new Set(publicKeys).size).toBe(4);
    for (const name of NAMES) {
      const info = await custody.keys.getKey(partyKey(key, name));
      expect(info).toMatchObject({ mode: 'mpc', coSignerOf: { keyId: key.id, party: name }, state: 'active' });
      expect(publicKeys).toContain(info.publicKey);
    }
    const told = await events(store);
    expect(told.map(({ details }) => details['keyId']).sort()).toEqual([key.id, ...NAMES.map((name) => partyKey(key, name))].sort());
    expect(told.every(({ details }) => details['action'] === 'key_created')).toBe(true);
    expect(Object.isFrozen(key.coSigners?.parties[0])).toBe(true);
  });

  it('is one key where keys are listed and counted; its parties are listed by its name', async () => {
    const { custody, key } = await openBench();
    expect((await custody.keys.listKeys()).map(({ id }) => id)).toEqual([key.id]);
    expect((await custody.keys.listKeys({ mode: 'mpc', algorithm: 'secp256k1' })).map(({ id }) => id)).toEqual([key.id]);
    expect((await custody.keys.listKeys({ coSignerOf: key.id })).map(({ coSignerOf }) => coSignerOf?.party).sort()).toEqual(
      [...NAMES].sort(),
    );
    expect(await custody.keys.listKeys({ coSignerOf: 'another' })).toEqual([]);
    expect(await custody.keys.getHealth()).toMatchObject({ keys: { total: 1, byMode: { mpc: 1 }, byAlgorithm: { secp256k1: 1 } } });
  });

  it('has three parties, two of whom sign, where nothing else is said; and what no account can ask for is refused', async () => {
    const { custody } = await openBench();
    const usual = await custody.keys.generateKey(GROUP);
    expect(usual.coSigners).toMatchObject({ threshold: 2, parties: [{ party: 'party-1' }, { party: 'party-2' }, { party: 'party-3' }] });
    const more = await custody.keys.generateKey({ ...GROUP, threshold: 3, parties: 5 });
    expect(more.coSigners).toMatchObject({ threshold: 3 });
    for (const odd of [
      { threshold: 1 },
      { threshold: 2, parties: 4 },
      { threshold: 4, parties: 3 },
      { parties: 1 },
      { parties: 6, threshold: 4 },
      { parties: ['a', 'a', 'b'] },
      { parties: ['a', 'b', 'c d'] },
      { parties: ['a', 'b', ''] },
      { parties: ['a'] },
      { source: 'random' },
      { seedId: 'default' },
    ])
      await expect(custody.keys.generateKey({ ...GROUP, ...odd } as never), JSON.stringify(odd)).rejects.toMatchObject({
        code: 'KEY_INVALID',
      });
    await expect(custody.keys.generateKey({ ...GROUP, algorithm: 'ed25519', parties: NAMES })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    await expect(openBench({ inProcessParties: 'refused' })).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
  });

  it('is not made of randomness that repeats itself', async () => {
    const { custody, random, store, clock, vault } = await openBench();
    const same = { bytes: (length: number) => (length === 32 ? new Uint8Array(32).fill(1).fill(2, 16) : random.bytes(length)) };
    const { keys } = createSoftwareCustody({ store, clock, random: same, vault, hashes: HASHES, redeemerId: 'x', command: toLogCommand });
    await expect(keys.generateKey(GROUP)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect(await custody.keys.listKeys()).toHaveLength(1);
  });

  it('signs an order by two parties and then itself, once, and the same each time', async () => {
    const { custody, key, hold, row, ...rest } = await openBench();
    const held = await hold(ORDER);
    const signed = await custody.custodian.sign(held.permit, ORDER);
    expect(signedBy(key, signed)).toEqual(['platform', 'user']);
    expect(toHex(signed.publicKey)).toBe(key.publicKey);
    expect((await row(held)).state).toBe('redeemed');
    await expectRefused({ custody, key, hold, row, ...rest }, custody.custodian.sign(held.permit, ORDER), 'permit_used');
    const again = await hold(ORDER);
    const second = await custody.custodian.requestSigning(key.id, ORDER, { permit: again.permit });
    expect(toHex(second.payload ?? new Uint8Array(0))).toBe(toHex(signed.payload ?? new Uint8Array(1)));
    expect(toHex(second.signature)).toBe(toHex(signed.signature));
  });

  it('signs by the parties that are named, and spends nothing on names that are not its parties', async () => {
    const { custody, key, hold, row } = await openBench();
    const held = await hold(ORDER);
    for (const parties of [['user'], [], ['user', 'user'], ['user', 'stranger'], ['user', partyKey(key, 'backup')], 'user' as never])
      await expect(custody.custodian.sign(held.permit, ORDER, { parties }), String(parties)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect((await row(held)).state).toBe('held');
    const signed = await custody.custodian.sign(held.permit, ORDER, { parties: ['backup', 'user'] });
    expect(signedBy(key, signed)).toEqual(['backup', 'user']);
    const resumed = await custody.custodian.resume(held, { parties: ['user', 'backup'] });
    expect(resumed).toEqual(signed);
  });

  it('makes the very bytes again after a crash between redeeming and signing, in another process too', async () => {
    let crashing = false;
    const { custody, hold, row, store, clock, random } = await openBench({
      wrap: (inner) => ({
        ...inner,
        apply: async (...args: Parameters<Store['apply']>) => {
          const result = await inner.apply(...args);
          if (crashing && JSON.stringify(args).includes('permit.redeem')) throw new Error('the process died');
          return result;
        },
      }),
    });
    const whole = await hold(ORDER);
    const signed = await custody.custodian.sign(whole.permit, ORDER);
    const held = await hold(ORDER);
    crashing = true;
    await expect(custody.custodian.sign(held.permit, ORDER)).rejects.toMatchObject({ details: { reason: 'store_unavailable' } });
    crashing = false;
    expect((await row(held)).state).toBe('redeemed');
    expect(await custody.custodian.resume(held)).toEqual(signed);
    const vault = await openVault({ store, random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
    const other = createSoftwareCustody({
      store,
      clock,
      random: createSeededRandom('elsewhere'),
      vault,
      hashes: HASHES,
      coSigning: CO_SIGNING,
      redeemerId: 'host-2',
      command: toLogCommand,
    });
    expect(await other.custodian.resume(held)).toEqual(signed);
  });

  it('does not sign other bytes than an order, and neither its parties nor other keys sign one', async () => {
    const { custody, key, hold, row } = await openBench();
    const plain = await custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const completed = coSigningOf(ORDER).attach(
      await keyAccess(custody.keys).coSigners.sign(
        (await readKeyRecord(keyAccess(custody.keys).store, key.id)).record,
        undefined,
        coSigningOf(ORDER).hash,
      ),
    );
    for (const [keyId, payload] of [
      [key.id, PAYLOAD],
      [key.id, completed],
      [key.id, readOrder(ORDER).outerBytes],
      [partyKey(key, 'user'), PAYLOAD],
      [partyKey(key, 'user'), ORDER],
      [plain.id, ORDER],
    ] as const) {
      const held = await hold(payload, { keyId });
      await expect(custody.custodian.sign(held.permit, payload)).rejects.toMatchObject({ code: 'KEY_INVALID' });
      expect((await row(held)).state).toBe('held');
    }
    const bent = Uint8Array.from(ORDER, (byte, index) => (index === ORDER.length - 1 ? byte ^ 1 : byte));
    const held = await hold(bent);
    await expect(custody.custodian.sign(held.permit, bent)).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
    expect((await row(held)).state).toBe('held');
  });

  it('shows no byte of any of its keys in the store, the log, what it answers and what it refuses with', async () => {
    const { custody, key, hold, store } = await openBench();
    const access = keyAccess(custody.keys);
    const secrets: string[] = [];
    for (const id of [key.id, ...NAMES.map((name) => partyKey(key, name))]) {
      const { record } = await readKeyRecord(store, id);
      access.useKey(record, (secret) => secrets.push(toHex(secret), Buffer.from(secret).toString('base64')));
    }
    expect(new Set(secrets).size).toBe(8);
    const held = await hold(ORDER);
    const signed = await custody.custodian.sign(held.permit, ORDER);
    const refused = await custody.custodian.sign(held.permit, ORDER, { parties: ['nobody'] }).catch((error: unknown) => error);
    const rows = await store.scan('', { limit: 1_000 });
    const infos = await custody.keys.listKeys({ coSignerOf: key.id });
    const shown = [
      JSON.stringify([rows, await store.log(0), infos, key]),
      inspect([signed, refused, custody, infos], { depth: 12 }),
    ].join();
    expect(shown).toContain(key.publicKey);
    for (const secret of secrets) expect(shown.includes(secret)).toBe(false);
  });

  it('does not sign where no chain says what its parties sign', async () => {
    const { custody, hold, row } = await openBench({ coSigning: {} });
    const held = await hold(ORDER);
    await expect(custody.custodian.sign(held.permit, ORDER)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    expect((await row(held)).state).toBe('held');
  });
});

describe('replacing such a key', () => {
  it('makes parties of the same names, and completing it revokes the old ones', async () => {
    const { custody, key } = await openBench();
    const { newKey } = await custody.keys.rotateKey(key.id);
    expect(newKey.coSigners).toMatchObject({ threshold: 2, parties: NAMES.map((party) => ({ party })) });
    expect(partyKey(newKey, 'user')).not.toBe(partyKey(key, 'user'));
    expect(await custody.keys.completeRotation(key.id)).toMatchObject({ completed: true });
    for (const name of NAMES) expect(await custody.keys.getKey(partyKey(key, name))).toMatchObject({ state: 'revoked' });
    expect(await custody.keys.getKey(partyKey(newKey, 'user'))).toMatchObject({ state: 'active' });
    await expect(custody.keys.rotateKey(partyKey(newKey, 'user'))).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('is watched by a coordinator of as many parties', async () => {
    const { custody, key } = await openBench();
    const coordinator = new MPCCoordinator({ threshold: 2, totalParties: 3, keys: custody.keys });
    expect(await coordinator.getSharesStatus(key.id)).toMatchObject({ available: 3, canSign: true, publicKey: key.publicKey });
  });
});
