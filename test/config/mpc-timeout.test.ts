import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import { type RequestRow, storeKey } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';
import { KEYS, keptStore, open } from './bench.ts';

let chain: TonDevChain;
beforeAll(async () => {
  chain = await startTonDevChain();
});
afterAll(async () => {
  await chain?.close();
});

describe('mpc.timeoutMs', () => {
  it('bounds signing before the permit is spent: nothing is lost, and the same request is paid once the shares answer', async () => {
    let slow = false;
    const store = keptStore((keys) => {
      const isShare = keys.some((key) => key.startsWith(storeKey.doc('key-share/')));
      return slow && isShare ? new Promise((resolve) => setTimeout(resolve, 3_000)) : undefined;
    });
    await using security = open({
      chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
      store,
      keys: KEYS,
      custody: { mode: 'mpc' },
      mpc: { timeoutMs: 60 },
      agents: {
        a1: {
          capabilities: { transfers: { enabled: true } },
          limits: { unit: 'TON', perTransaction: 5, daily: 20 },
          rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
        },
      },
      risk: { anomalyThreshold: 100 },
    });
    const wallet = await security.custody.createWallet('owner', 'a1');
    await chain.fund(wallet.address, 10n ** 10n);
    const pay = { id: 'late', to: walletOf(keysOf('shop').publicKey, chain).address.toString(), amount: '0.5', asset: 'TON' };
    const rowOf = async () => (await store.store.get([storeKey.request('a1', 'late')]))[0] as unknown as RequestRow;
    slow = true;
    const began = performance.now();
    const late = await security.agent('a1').execute(pay);
    expect(performance.now() - began, 'the shares were not waited for').toBeLessThan(2_500);
    expect([late.status, late.reasons[0]?.code, late.txHash]).toEqual(['execution_failed', 'store_unavailable', undefined]);
    expect([(await rowOf()).state, (await rowOf()).sealed]).toEqual(['held', null]);
    slow = false;
    const paid = await security.agent('a1').execute(pay);
    expect([paid.status, paid.decision.id]).toEqual(['success', late.decision.id]);
    // What came too late afterwards has signed nothing.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await rowOf()).txHash).toBe(paid.txHash);
  });
});
