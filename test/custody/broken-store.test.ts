import { describe, expect, it } from 'vitest';
import { CastellanError, keccak256, type Store } from '../../src/core/index.ts';
import { createCustodian } from '../../src/custody/index.ts';
import { createBench, expectRefused, PAYLOAD } from './bench.ts';

describe('a store that does not answer', () => {
  const BROKEN: readonly (readonly [string, Partial<Record<'apply' | 'get', () => unknown>>])[] = [
    ['apply rejects', { apply: () => Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'x' })) }],
    [
      'apply throws',
      {
        apply: () => {
          throw new TypeError('x');
        },
      },
    ],
    ['apply answers nothing', { apply: async () => undefined }],
    ['apply answers no result', { apply: async () => [] }],
    ['apply answers undefined', { apply: async () => [undefined] }],
    ["apply answers ok: 'true'", { apply: async () => [{ ok: 'true' }] }],
    ['apply answers ok: 1', { apply: async () => [{ ok: 1 }] }],
    ['apply answers {}', { apply: async () => [{}] }],
    ['apply answers twice', { apply: async () => [{ ok: true }, { ok: true }] }],
    ['get rejects', { get: () => Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'x' })) }],
    [
      'get throws',
      {
        get: () => {
          throw new TypeError('x');
        },
      },
    ],
    ['get answers nothing', { get: async () => undefined }],
  ];
  it.each(BROKEN)('refuses where %s', async (_name, broken) => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const custodian = createCustodian({
      store: { ...bench.store, ...broken } as Store,
      keys: bench.custody.keys,
      hashes: { secp256k1: keccak256 },
      random: bench.random,
      redeemerId: 'x',
      onRefused: (item) => bench.refused.push(item),
    });
    await expectRefused(bench, custodian.sign(held.permit, PAYLOAD), 'store_unavailable');
    expect((await bench.row(held)).state).toBe('held');
  });
});
