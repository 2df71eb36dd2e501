import { describe, expect, it } from 'vitest';
import { createBench } from './bench.ts';

const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;
const SHARED = { algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' } as const;

describe('the health of keys', () => {
  it('tells how it stands: counts, what is due, vault and store', async () => {
    const { custody, key, vault, clock, store } = await createBench();
    expect(await custody.keys.getHealth()).toEqual({
      status: 'ok',
      storage: { kind: 'software', store: store.info.kind, durability: 'ephemeral' },
      vaultOpen: true,
      keys: {
        total: 1,
        byState: { active: 1, revoked: 0 },
        byAlgorithm: { secp256k1: 1, ed25519: 0 },
        byMode: { software: 1, mpc: 0, user: 0 },
      },
      dueRotations: [],
      openRotations: [],
    });
    const due = await custody.keys.generateKey({ ...SIGNING, rotationIntervalDays: 1 });
    await custody.keys.generateKey(SHARED);
    await custody.keys.rotateKey(key.id);
    await custody.keys.revokeKey((await custody.keys.generateKey(SIGNING)).id, 'x');
    clock.advance(86_400_000);
    expect(await custody.keys.getHealth()).toMatchObject({
      status: 'attention',
      keys: {
        total: 5,
        byState: { active: 4, revoked: 1 },
        byAlgorithm: { secp256k1: 3, ed25519: 1 },
        byMode: { software: 3, mpc: 1, user: 0 },
      },
      dueRotations: [due.id],
      openRotations: [key.id],
    });
    vault.close();
    expect(await custody.keys.getHealth()).toMatchObject({ status: 'unavailable', vaultOpen: false, keys: { total: 5 } });
    await store.close();
    expect(await custody.keys.getHealth()).toMatchObject({ status: 'unavailable', keys: null, dueRotations: [], openRotations: [] });
  });
});
