import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import type { JettonMinter } from '../fixtures/ton-contracts.ts';
import { deployJetton, jettonBalance, keysOf, type RawWallet, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';
import { mintBody } from '../fixtures/ton-messages.ts';

const TON = 1_000_000_000n;

/** All of it, but for the rent of an account that has coins and waits: a nanoton now and then. */
function expectGain(gained: bigint, paid: bigint): void {
  expect(gained).toBeLessThanOrEqual(paid);
  expect(gained).toBeGreaterThan(paid - 1_000n);
}

/** A gate over a dev chain, with one agent who has 10 TON and 1,000 tokens. */
interface Scene {
  readonly chain: TonDevChain;
  readonly operator: RawWallet;
  readonly minter: JettonMinter;
  readonly security: SecurityManager;
  readonly wallet: Wallet;
  readonly shop: string;
}

async function openScene(mode: 'software' | 'mpc'): Promise<Scene> {
  const chain = await startTonDevChain();
  const operator = await rawWallet(chain, 'operator', 100n * TON);
  const minter = await deployJetton(operator, { mint: [[operator.address, 1n]] });
  const security = createSecurityManager({
    chains: [
      ton({
        chain: chain.chain,
        endpoint: chain.url,
        pollMs: 10,
        rebroadcastMs: 100,
        maxClockSkewMs: 3_600_000,
        tokens: [{ symbol: 'USD', address: minter.address.toString(), decimals: 6 }],
      }),
    ],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 5, daily: 20, assets: { USD: { perTransaction: 1, daily: 10 } } },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 10_000 },
  });
  const wallet = await security.custody.createWallet('owner', 'a1', { mode });
  await chain.fund(wallet.address, 10n * TON);
  await operator.pay({ to: minter.address, value: TON / 10n, body: mintBody({ to: Address.parse(wallet.address), amount: 1_000_000n }) });
  return { chain, operator, minter, security, wallet, shop: walletOf(keysOf('shop').publicKey, chain).address.toString() };
}

describe.each(['software', 'mpc'] as const)('one agent on TON, custody %s', (mode) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(mode);
  });
  afterAll(async () => {
    await scene?.security.shutdown(2_000);
    await scene?.chain.close();
  });

  it('pays coins with a comment to the end of the trace', async () => {
    const { security, chain, shop, wallet } = scene;
    const before = await chain.balance(wallet.address);
    const result = await security.agent('a1').execute({ to: shop, amount: '0.5', asset: 'TON', comment: 'invoice 17' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await chain.balance(shop)).toBe(TON / 2n);
    const paid = before - (await chain.balance(wallet.address));
    expect(paid).toBe(TON / 2n + (result.receipt?.feePaid ?? 0n));
    expect(result.txHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('pays tokens to the end of the trace, and is charged what it really cost', async () => {
    const { security, chain, shop, operator, minter, wallet } = scene;
    const before = await chain.balance(wallet.address);
    const result = await security.agent('a1').execute({ to: shop, amount: '0.25', asset: 'USD', comment: 'order 4' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await jettonBalance(operator.client, minter, Address.parse(shop))).toBe(250_000n);
    expect(before - (await chain.balance(wallet.address))).toBe(result.receipt?.feePaid);
  });

  it('is not let over its limit, and the same id is the same payment', async () => {
    const { security, chain, shop } = scene;
    const tooMuch = await security.agent('a1').execute({ to: shop, amount: '5', asset: 'TON' });
    expect(tooMuch.reasons.map(({ code }) => code)).toContain('per_transaction_limit');
    const before = await chain.balance(shop);
    const order = { id: `order-${mode}`, to: shop, amount: '0.1', asset: 'TON' };
    const [first, second] = [await security.agent('a1').execute(order), await security.agent('a1').execute(order)];
    expect([first.status, second.status]).toEqual(['success', 'success']);
    expect(second.txHash).toBe(first.txHash);
    expectGain((await chain.balance(shop)) - before, TON / 10n);
  });

  it('sends again what the network forgot, and pays once', async () => {
    const { security, chain, shop } = scene;
    const before = await chain.balance(shop);
    chain.dropNext(2);
    const result = await security.agent('a1').execute({ to: shop, amount: '0.1', asset: 'TON' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expectGain((await chain.balance(shop)) - before, TON / 10n);
  });

  it('pays five at once from one wallet, each once', async () => {
    const { security, chain, shop } = scene;
    const before = await chain.balance(shop);
    const results = await Promise.all(
      Array.from({ length: 5 }, () => security.agent('a1').execute({ to: shop, amount: '0.01', asset: 'TON' })),
    );
    expect(results.map(({ status, reasons }) => [status, ...reasons.map(({ code }) => code)])).toEqual(
      Array.from({ length: 5 }, () => ['success']),
    );
    expectGain((await chain.balance(shop)) - before, TON / 20n);
  });

  it('gives room and slot back once bytes are void, and pays the next at the same seqno', async () => {
    const { security, chain, shop } = scene;
    const before = await chain.balance(shop);
    chain.dropNext(1_000);
    const agent = security.agent('a1');
    const lost = await agent.execute({ id: `lost-${mode}`, to: shop, amount: '0.1', asset: 'TON' }, { settleTimeoutMs: 200 });
    expect([lost.status, lost.pending]).toEqual(['execution_failed', true]);
    // Nothing takes a message's place: it lands, or its time runs out.
    for (const instead of [agent.cancel(`lost-${mode}`), agent.replace(`lost-${mode}`)])
      await expect(instead).rejects.toMatchObject({ code: 'REPLACEMENT_UNAVAILABLE', details: { reason: 'expires_by_itself' } });
    await chain.increaseTime(119);
    const still = await agent.execute({ id: `lost-${mode}`, to: shop, amount: '0.1', asset: 'TON' }, { settleTimeoutMs: 200 });
    expect(still.pending).toBe(true);
    await chain.increaseTime(30);
    const over = await agent.execute({ id: `lost-${mode}`, to: shop, amount: '0.1', asset: 'TON' }, { settleTimeoutMs: 5_000 });
    expect([over.pending, ...over.reasons.map(({ code }) => code)]).toEqual([false, 'transaction_expired']);
    chain.dropNext(0);
    const next = await agent.execute({ to: shop, amount: '0.2', asset: 'TON' });
    expect([next.status, next.reasons]).toEqual(['success', []]);
    expectGain((await chain.balance(shop)) - before, TON / 5n);
    const health = await security.getHealth();
    expect([health.killSwitch, health.status]).toEqual(['inactive', 'ok']);
  });
});
