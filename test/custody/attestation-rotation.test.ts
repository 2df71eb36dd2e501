import { describe, expect, it } from 'vitest';
import { type Json, readDoc, type Store, toHex, verifyEd25519 } from '../../src/core/index.ts';
import { loadAttestationKey, rotateAttestationKey, verifyHandovers } from '../../src/custody/index.ts';
import { createBench, toLogCommand } from './bench.ts';

describe('rotating an attestation key', () => {
  it('makes a new key for which the old one vouches, and nothing is to be moved', async () => {
    const { custody, store } = await createBench();
    const before = await custody.attestationKey('gate');
    const known = toHex(before.publicKey);
    const first = await custody.rotateAttestationKey('gate');
    const second = await custody.rotateAttestationKey('gate');
    expect(first).toMatchObject({ id: 'test/gate', former: [{ publicKey: known }] });
    expect(second.former.map(({ publicKey }) => publicKey)).toEqual([known, first.publicKey]);
    const now = await custody.attestationKey('gate');
    expect(toHex(now.publicKey)).toBe(second.publicKey);
    expect(verifyEd25519(now.publicKey, Buffer.from('shown'), now.sign(Buffer.from('shown')))).toBe(true);
    for (const from of [known, first.publicKey, second.publicKey]) expect(verifyHandovers(second, from)).toBe(true);
    const events = (await store.log(0))
      .map(({ entry }) => JSON.parse(entry))
      .filter(({ details }) => details.action === 'attestation_rotated');
    expect(events).toMatchObject([{ severity: 'warning', details: { name: 'gate', previous: known, publicKey: first.publicKey } }, {}]);
  });

  it('is followed from no unknown key, and through no forged or missing link', async () => {
    const { custody } = await createBench();
    const known = toHex((await custody.attestationKey('gate')).publicKey);
    await custody.rotateAttestationKey('gate');
    const rotated = await custody.rotateAttestationKey('gate');
    const [one, two] = rotated.former;
    if (one === undefined || two === undefined) throw new Error('two rotations');
    const other = toHex((await (await createBench({ seed: 'another' })).custody.attestationKey('gate')).publicKey);
    expect(verifyHandovers(rotated, other)).toBe(false);
    expect(verifyHandovers(rotated, '')).toBe(false);
    for (const forged of [
      { ...rotated, publicKey: other },
      { ...rotated, id: 'test/log' },
      { ...rotated, former: [one] },
      { ...rotated, former: [{ ...one, signature: two.signature }, two] },
      { ...rotated, former: [{ ...one, signature: 'zz' }, two] },
      { ...rotated, former: [two, one] },
    ])
      expect(verifyHandovers(forged, known)).toBe(false);
  });

  it('is one rotation for callers at the same time', async () => {
    const { custody, store, vault, random, clock } = await createBench();
    const known = toHex((await custody.attestationKey('gate')).publicKey);
    let waiting: (() => void)[] = [];
    const together: Store = {
      ...store,
      async apply(steps) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 2) {
            for (const go of waiting) go();
            waiting = [];
          }
        });
        return store.apply(steps);
      },
    };
    const rotate = () => rotateAttestationKey({ store: together, vault, random, clock, command: toLogCommand, name: 'gate' });
    const [a, b] = await Promise.all([rotate(), rotate()]);
    expect(a).toEqual(b);
    expect(a.former).toHaveLength(1);
    expect(verifyHandovers(a, known)).toBe(true);
  });

  it('vouches for no key that came in between', async () => {
    const { custody, store, vault, random, clock } = await createBench();
    const known = toHex((await custody.attestationKey('gate')).publicKey);
    let looks = 0;
    const slow: Store = {
      ...store,
      async get(keys) {
        if ((looks += 1) === 2) await custody.rotateAttestationKey('gate');
        return store.get(keys);
      },
    };
    const rotated = await rotateAttestationKey({ store: slow, vault, random, clock, command: toLogCommand, name: 'gate' });
    expect(rotated.former).toHaveLength(1);
    expect(verifyHandovers(rotated, known)).toBe(true);
  });

  it('leaves the key of the log, whose checkpoints stand under one key, and what is no key', async () => {
    const { custody, store, vault, random } = await createBench();
    const log = await custody.attestationKey('log');
    await expect(custody.rotateAttestationKey('log')).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE', details: { name: 'log' } });
    await expect(custody.rotateAttestationKey('wallet' as never)).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    expect(toHex((await custody.attestationKey('log')).publicKey)).toBe(toHex(log.publicKey));
    await custody.rotateAttestationKey('gate');
    const record = (await readDoc(store, 'attestation/gate'))?.value as Record<string, Json>;
    const gate = { store, vault, random, name: 'gate' } as const;
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'attestation/gate', value: { ...record, former: 'x' } }] }]);
    await expect(loadAttestationKey(gate)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
