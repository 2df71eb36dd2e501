import { describe, expect, it } from 'vitest';
import { createBench } from './bench.ts';

const SHARED = { algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' } as const;

describe('listing keys', () => {
  it('lists by every field, alone and together, and nothing for a field that is misspelt', async () => {
    const { custody, key } = await createBench();
    const plain = await custody.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', tags: ['x'] });
    const shared = await custody.keys.generateKey({ ...SHARED, tags: ['x'] });
    await custody.keys.revokeKey(plain.id, 'lost');
    const ids = async (options: object): Promise<readonly string[]> => (await custody.keys.listKeys(options)).map(({ id }) => id).sort();
    expect(await ids({ algorithm: 'secp256k1' })).toEqual([key.id]);
    expect(await ids({ algorithm: 'ed25519' })).toEqual([plain.id, shared.id].sort());
    expect(await ids({ mode: 'mpc' })).toEqual([shared.id]);
    expect(await ids({ purpose: 'signing' })).toHaveLength(3);
    expect(await ids({ tag: 'x', state: 'active', algorithm: 'ed25519', mode: 'mpc', purpose: 'signing' })).toEqual([shared.id]);
    expect(await ids({ tag: 'x', mode: 'software', state: 'active' })).toEqual([]);
    for (const wrong of [{ status: 'active' }, { state: 'gone' }, { tag: '' }, { mode: 'hsm' }, { algorithm: 1 }, { purpose: 'x' }, null]) {
      await expect(custody.keys.listKeys(wrong as never)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    }
  });
});
