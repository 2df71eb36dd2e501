import { sign } from '@ton/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Store } from '../../src/core/store.ts';
import type { UserSigner } from '../../src/core/user-signer.ts';
import { createCustodyProvider, isCastellanError, type SecurityConfig } from '../../src/index.ts';
import { toTonUserSigner } from '../../src/integrations/wallets/ton/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

const TON = 1_000_000_000n;
let chain: TonDevChain;
let shop: string;
beforeAll(async () => {
  chain = await startTonDevChain();
  shop = walletOf(keysOf('shop').publicKey, chain).address.toString();
});
afterAll(async () => {
  await chain?.close();
});

function configOf(store: Store): Omit<SecurityConfig, 'custody'> {
  return {
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, maxClockSkewMs: 3_600_000 })],
    store: { open: () => ({ ...store, close: async () => undefined }) },
    keys: { encryptionKey: '5c'.repeat(32) },
    agents: {
      'agent-1': {
        user: 'user-1',
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 5, daily: 50 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 10_000 },
  };
}

async function failure(run: Promise<unknown>): Promise<{ code: string; reason: unknown }> {
  try {
    await run;
  } catch (error) {
    if (isCastellanError(error)) return { code: error.code, reason: error.details['reason'] };
    throw error;
  }
  return { code: 'nothing thrown', reason: null };
}
const newStore = (): Store => createMemoryStore({ clock: systemClock() });

describe('a wallet whose key is the user’s, on TON', () => {
  const pair = keysOf('the user of a wallet of their own');
  const signers: readonly (readonly [string, () => UserSigner])[] = [
    ['a key pair', () => toTonUserSigner(pair)],
    [
      'the signer form of @ton/ton',
      () => toTonUserSigner({ publicKey: pair.publicKey, signer: async (cell) => sign(cell.hash(), pair.secretKey) }),
    ],
  ];

  it.each(signers)('pays to the end of the trace with %s, and nothing secret is in our store', async (_name, signerOf) => {
    const store = newStore();
    await using custody = createCustodyProvider('non-custodial', configOf(store));
    const wallet = await custody.createWallet('user-1', 'agent-1', { signer: signerOf() });
    await chain.fund(wallet.address, 5n * TON);
    const before = await chain.balance(shop);
    const result = await custody.manager.agent('agent-1').execute({ to: shop, amount: '0.5', asset: 'TON', comment: 'mine' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect((await chain.balance(shop)) - before).toBeGreaterThan(TON / 2n - 1_000n);
    const held = JSON.stringify([await store.scan('', { limit: 10_000 }), await store.log(0, 1_000)]);
    for (const secret of [pair.secretKey.subarray(0, 32)])
      for (const form of [secret.toString('hex'), secret.toString('base64').slice(0, 42)]) expect(held).not.toContain(form);
    expect(await store.scan('doc/seed/', { limit: 1 })).toEqual([]);
    expect(wallet.publicKey).toBe(pair.publicKey.toString('hex'));
  });

  it('takes no signature of another key or another cell, and no for no', async () => {
    let answer: (hash: Buffer) => Uint8Array | null = () => null;
    const signer = toTonUserSigner({ publicKey: pair.publicKey, signer: async (cell) => answer(cell.hash()) });
    await using custody = createCustodyProvider('non-custodial', configOf(newStore()));
    const wallet = await custody.createWallet('user-1', 'agent-1', { signer });
    await chain.fund(wallet.address, TON);
    const agent = custody.manager.agent('agent-1');
    const pay = (id: string) => agent.execute({ id, to: shop, amount: '0.01', asset: 'TON' });
    expect((await pay('null')).status).toBe('approval_rejected');
    answer = (hash) => sign(hash, keysOf('somebody else').secretKey);
    expect((await pay('other-key')).reasons[0]?.code).toBe('signature_invalid');
    answer = (hash) => sign(Buffer.from(hash).reverse(), pair.secretKey);
    expect((await pay('other-key')).reasons[0]?.code).toBe('signature_invalid');
    answer = (hash) => Buffer.concat([sign(hash, pair.secretKey), Buffer.from([0])]);
    expect((await pay('other-key')).reasons[0]?.code).toBe('signature_invalid');
    answer = (hash) => sign(hash, pair.secretKey);
    expect((await pay('other-key')).status).toBe('success');
  });

  it('needs the public key of its user, of the right size', async () => {
    await using custody = createCustodyProvider('non-custodial', configOf(newStore()));
    const signer: UserSigner = { algorithm: 'ed25519', address: shop, sign: async () => null };
    expect(await failure(custody.createWallet('user-1', 'agent-1', { signer }))).toMatchObject({ code: 'KEY_INVALID' });
    expect(() => toTonUserSigner({ publicKey: new Uint8Array(31), secretKey: pair.secretKey })).toThrow(/KEY_INVALID/);
    expect(() => toTonUserSigner({ publicKey: pair.publicKey, secretKey: new Uint8Array(32) })).toThrow(/KEY_INVALID/);
  });
});
