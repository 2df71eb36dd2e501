import { describe, expect, it } from 'vitest';
import { type Json, readDoc, type Store, sha256Hex } from '../../src/core/index.ts';
import { PAYLOAD } from './bench.ts';
import { events, GROUP, NAMES, ORDER, openBench, partyKey, signedBy } from './co-sign-bench.ts';

describe('a party of such a key', () => {
  it('that was revoked is left out, and without enough others nothing is spent', async () => {
    const { custody, key, hold, row, store } = await openBench();
    await custody.keys.revokeKey(partyKey(key, 'user'), 'the phone was lost');
    expect(signedBy(key, await custody.custodian.sign((await hold(ORDER)).permit, ORDER))).toEqual(['backup', 'platform']);
    expect((await events(store)).at(-1)?.details).toEqual({
      action: 'shares_left_out',
      keyId: key.id,
      parties: [{ party: 'user', fault: 'revoked' }],
    });
    const held = await hold(ORDER);
    await expect(custody.custodian.sign(held.permit, ORDER, { parties: ['user', 'backup'] })).rejects.toMatchObject({
      code: 'KEY_REVOKED',
    });
    await custody.keys.revokeKey(partyKey(key, 'backup'), 'the disk was lost');
    await expect(custody.custodian.sign(held.permit, ORDER)).rejects.toMatchObject({
      code: 'KEY_REVOKED',
      details: { reason: 'key_revoked', threshold: 2, available: 1, parties: ['user: revoked', 'backup: revoked'] },
    });
    expect((await row(held)).state).toBe('held');
    expect((await custody.keys.getKey(key.id)).state).toBe('active');
  });

  it('that is revoked between redeeming and signing does not sign any more', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const { custody, key, hold } = await openBench({
      wrap: (inner) => ({
        ...inner,
        apply: async (...args: Parameters<Store['apply']>) => {
          const result = await inner.apply(...args);
          const act = JSON.stringify(args).includes('permit.redeem') ? meanwhile : undefined;
          meanwhile = undefined;
          await act?.();
          return result;
        },
      }),
    });
    const held = await hold(ORDER);
    meanwhile = () => custody.keys.revokeKey(partyKey(key, 'user'), 'stolen');
    expect(signedBy(key, await custody.custodian.sign(held.permit, ORDER))).toEqual(['backup', 'platform']);
    const next = await hold(ORDER);
    meanwhile = () => custody.keys.revokeKey(partyKey(key, 'backup'), 'stolen too');
    await expect(custody.custodian.sign(next.permit, ORDER)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    await expect(custody.custodian.resume(next)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('goes with the key: revoking that revokes all of them, in one step', async () => {
    const { custody, key, hold, row, store } = await openBench();
    const held = await hold(ORDER);
    await custody.keys.revokeKey(partyKey(key, 'backup'), 'before');
    const revoked = await custody.keys.revokeKey(key.id, 'over');
    expect(revoked).toMatchObject({ state: 'revoked', revokedReason: 'over' });
    for (const [name, reason] of [
      ['user', 'over'],
      ['platform', 'over'],
      ['backup', 'before'],
    ] as const)
      expect(await custody.keys.getKey(partyKey(key, name))).toMatchObject({ state: 'revoked', revokedReason: reason });
    await expect(custody.custodian.sign(held.permit, ORDER)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    expect((await row(held)).state).toBe('held');
    const length = (await events(store)).length;
    expect(await custody.keys.revokeKey(key.id, 'again')).toEqual(revoked);
    expect(await events(store)).toHaveLength(length);
    expect(await custody.mpc.getSharesStatus(key.id)).toMatchObject({ canSign: false, state: 'revoked', available: 0 });
    expect(await custody.mpc.sharesHealth()).toEqual({ location: 'none', keys: 0, degraded: [], lost: [] });
  });

  const read = async (store: Store, keyId: string): Promise<Record<string, Json>> =>
    (await readDoc(store, `key/${keyId}`))?.value as Record<string, Json>;
  const breaks: readonly (readonly [string, string, (own: Record<string, Json>, other: Record<string, Json>) => Json])[] = [
    ['is gone', 'missing', () => null],
    ['is no record', 'unreadable', () => ({ v: 1 })],
    ['says that it is another’s', 'unreadable', (own) => ({ ...own, coSignerOf: { keyId: 'another', party: 'user' } })],
    ['says another name', 'unreadable', (own) => ({ ...own, coSignerOf: { ...(own['coSignerOf'] as object), party: 'platform' } })],
    ['has another public key', 'unreadable', (own, other) => ({ ...own, publicKey: other['publicKey'] as Json })],
    ['holds another party’s key', 'unreadable', (own, other) => ({ ...own, ciphertext: other['ciphertext'] as Json })],
    ['is called a software key', 'unreadable', ({ coSignerOf: _, ...own }) => ({ ...own, mode: 'software' })],
  ];
  it.each(breaks)('whose record %s is left out and named, and the others sign', async (said, fault, broken) => {
    const { custody, key, hold, store, apply } = await openBench();
    const own = await read(store, partyKey(key, 'user'));
    await apply({ kind: 'doc.put', key: `key/${partyKey(key, 'user')}`, value: broken(own, await read(store, partyKey(key, 'platform'))) });
    expect(signedBy(key, await custody.custodian.sign((await hold(ORDER)).permit, ORDER))).toEqual(['backup', 'platform']);
    expect((await events(store)).at(-1)?.details['parties']).toEqual([{ party: 'user', fault }]);
    expect(await custody.mpc.getSharesStatus(key.id)).toMatchObject({
      threshold: 2,
      total: 3,
      available: 2,
      canSign: true,
      parties: [
        { id: 'user', available: false, fault },
        { id: 'platform', fault: null },
        { id: 'backup', fault: null },
      ],
    });
    // A row that is no record stops every listing of keys, and health says so.
    const health = custody.mpc.sharesHealth();
    if (said === 'is no record') await expect(health).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    else expect(await health).toEqual({ location: 'in-process', keys: 1, degraded: [key.id], lost: [] });
  });

  it('cannot be exchanged in the record of the key: then nothing is signed', async () => {
    const { custody, key, hold, store, apply } = await openBench();
    const other = await custody.keys.generateKey({ ...GROUP, parties: NAMES });
    const own = await read(store, key.id);
    const [mine, theirs] = [own['coSigners'], (await read(store, other.id))['coSigners']] as unknown as readonly {
      parties: readonly Json[];
    }[];
    for (const coSigners of [
      { threshold: 3, parties: mine?.parties },
      { threshold: 2, parties: [...(mine?.parties ?? [])].reverse() },
      { threshold: 2, parties: mine?.parties.slice(0, 2) },
      { threshold: 2, parties: [theirs?.parties[0], ...(mine?.parties.slice(1) ?? [])] },
    ]) {
      await apply({ kind: 'doc.put', key: `key/${key.id}`, value: { ...own, coSigners } as unknown as Json });
      await expect(custody.custodian.sign((await hold(ORDER)).permit, ORDER), sha256Hex(JSON.stringify(coSigners))).rejects.toMatchObject({
        code: 'KEY_DECRYPT_FAILED',
      });
    }
    const { coSigners: _, ...bare } = own;
    for (const odd of [
      { ...own, coSigners: { ...(own['coSigners'] as object), threshold: 1 } },
      { ...own, coSigners: { threshold: 2, parties: [] } },
      { ...own, coSigners: null },
      { ...own, coSignerOf: { keyId: 'x', party: 'y' } },
      { ...own, algorithm: 'ed25519' },
      { ...own, sharing: { threshold: 2, total: 3, epoch: 1 } },
      bare,
    ]) {
      await apply({ kind: 'doc.put', key: `key/${key.id}`, value: odd as unknown as Json });
      await expect(custody.custodian.sign((await hold(ORDER)).permit, ORDER)).rejects.toMatchObject({
        details: { reason: 'store_unavailable' },
      });
    }
    // Told to be an ordinary key, its secret does not open.
    await apply({ kind: 'doc.put', key: `key/${key.id}`, value: { ...bare, mode: 'software' } as unknown as Json });
    await expect(custody.custodian.sign((await hold(PAYLOAD)).permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
  });
});
