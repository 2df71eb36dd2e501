import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/adapters/store/memory/index.ts';
import { type FetchFunction, ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

/** Two managers on one store; the first is slow to hear from its endpoint, the second hears nothing at all. */
let chain: TonDevChain;
let shop: string;
const memory = memoryStore();
let shared: ReturnType<typeof memory.open> | undefined;
let gate: Promise<void> | null = null;
let down = false;
let silence: Promise<never> | null = null;
let slow: SecurityManager;
let deaf: SecurityManager;

function manager(network: FetchFunction): SecurityManager {
  return createSecurityManager({
    chains: [ton({ chains: [{ chain: chain.chain, endpoint: chain.url, pollMs: 10 }], fetch: network })],
    store: { open: (host) => (shared ??= memory.open(host)) },
    keys: { encryptionKey: 'ab'.repeat(32) },
    agents: {
      a1: {
        capabilities: { transfers: { enabled: true } },
        limits: { unit: 'TON', perTransaction: 100, daily: 1_000 },
        rateLimiting: { maxPerHour: 1_000, cooldownSeconds: 0 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
  });
}

beforeAll(async () => {
  chain = await startTonDevChain();
  shop = walletOf(keysOf('shop').publicKey, chain).address.toString();
  slow = manager(async (input, init) => {
    await gate;
    return fetch(input, init);
  });
  deaf = manager(async (input, init) => {
    if (down) throw new TypeError('down');
    await silence;
    return fetch(input, init);
  });
  const wallet = await slow.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, 10n ** 12n);
  await Promise.all([slow.ready(), deaf.ready()]);
});
afterAll(async () => {
  await Promise.all([slow?.shutdown(500), deaf?.shutdown(500)]);
  await chain?.close();
});

describe('one request id in two processes', () => {
  it('is not paid by the one after the other was told no', async () => {
    const order = { id: 'order-1', to: shop, amount: '1', asset: 'TON' };
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    down = true;
    const waiting = slow.agent('a1').execute(order);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const told = await deaf.agent('a1').execute(order);
    expect([told.status, told.reasons[0]?.code]).toEqual(['policy_rejected', 'chain_unavailable']);
    open();
    gate = null;
    down = false;
    const late = await waiting;
    expect([late.status, late.decision.id]).toEqual(['policy_rejected', told.decision.id]);
    expect(await chain.balance(shop)).toBe(0n);
  });

  it('is not denied by the one while the other pays it', async () => {
    const order = { id: 'order-2', to: shop, amount: '1', asset: 'TON' };
    let fail = (): void => undefined;
    silence = new Promise((_, reject) => {
      fail = () => reject(new TypeError('down'));
    });
    const asked = deaf.agent('a1').execute(order);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const paid = await slow.agent('a1').execute(order);
    fail();
    // From here on it hears again, and finds the other's payment.
    silence = null;
    const found = await asked;
    expect([paid.status, found.status, found.txHash]).toEqual(['success', 'success', paid.txHash]);
    expect(await chain.balance(shop)).toBe(10n ** 9n);
  });
});
