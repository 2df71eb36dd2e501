import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { createFixedPrices, createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { sendFrom } from '../fixtures/send-raw.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

const ETH_CHAIN = 'eip155:31337';
let anvil: Anvil;
let chain: TonDevChain;
let security: SecurityManager;
let onEvm: Wallet;
let onTon: Wallet;
let shopOnEvm: string;
let shopOnTon: string;
/** 2,500 USD an ether and 4 USD a TON, until somebody takes the prices away. */
let priced = true;

beforeAll(async () => {
  [anvil, chain] = await Promise.all([startAnvil(), startTonDevChain()]);
  shopOnTon = walletOf(keysOf('shop').publicKey, chain).address.toString();
  const [treasury, shop] = (await anvil.rpc('eth_accounts')) as [string, string];
  shopOnEvm = shop;
  const prices = createFixedPrices('USD', {
    [`${ETH_CHAIN}/slip44:60`]: { price: '2500', decimals: 18 },
    [`${chain.chain}/slip44:607`]: { price: '4', decimals: 9 },
  });
  security = createSecurityManager({
    chains: [
      evm({ chain: ETH_CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }),
      ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, rebroadcastMs: 100 }),
    ],
    price: { price: (asset, unit) => (priced ? prices.price(asset, unit) : undefined) },
    agents: {
      a1: {
        capabilities: { transfers: { enabled: true } },
        limits: { unit: 'USD', perTransaction: 400, daily: 1_000 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    authorization: { defaultLimits: { unit: 'USD' } },
  });
  onEvm = await security.custody.createWallet('owner', 'a1', { chain: ETH_CHAIN });
  onTon = await security.custody.createWallet('owner', 'a1', { chain: chain.chain });
  await sendFrom(anvil, { from: treasury, to: onEvm.address, value: '0xde0b6b3a7640000' });
  await chain.fund(onTon.address, 1_000_000_000_000n);
});
afterAll(async () => {
  await security?.shutdown(2_000);
  await Promise.all([anvil?.stop(), chain?.close()]);
});

const payEvm = (amount: string) => security.agent('a1').execute({ to: shopOnEvm, amount, asset: 'ETH' });
const payTon = (amount: string) => security.agent('a1').execute({ to: shopOnTon, amount, asset: 'TON' });
const endOf = ({ status, reasons }: Awaited<ReturnType<typeof payEvm>>): string => reasons[0]?.code ?? status;

describe('one gate over two chains', () => {
  it('an agent has one wallet on each, and neither key signs for the other', () => {
    expect([onEvm.chain, onTon.chain]).toEqual([ETH_CHAIN, chain.chain]);
    expect(onEvm.keyId).not.toBe(onTon.keyId);
  });

  it('denies what no price is known for, on either chain', async () => {
    priced = false;
    expect([endOf(await payEvm('0.001')), endOf(await payTon('1'))]).toEqual(['price_unavailable', 'price_unavailable']);
    priced = true;
  });

  it('counts both in one unit against one limit', async () => {
    // 99.9 USD at first, so that the shops are known.
    expect(endOf(await payEvm('0.039'))).toBe('success');
    expect(endOf(await payTon('24'))).toBe('success');
    expect(endOf(await payEvm('0.15'))).toBe('success');
    // 97.5 + 96 + 375 USD, and fees: 431 are left, which is more than one may be.
    expect(endOf(await payTon('101'))).toBe('per_transaction_limit');
    expect(endOf(await payTon('97'))).toBe('success');
    // About 43 USD are left.
    expect(endOf(await payEvm('0.02'))).toBe('window_limit');
    expect(endOf(await payTon('12'))).toBe('window_limit');
    expect(endOf(await payTon('5'))).toBe('success');
    expect(await chain.balance(shopOnTon)).toBeGreaterThan(125_999_990_000n);
  });

  it('one switch stops both, and what waits on a forgetful network is not handed in again', async () => {
    const seen: string[] = [];
    const subscription = security.events$.subscribe(({ type }) => seen.push(type));
    const before = await chain.balance(shopOnTon);
    chain.dropNext(1_000);
    const waiting = security.agent('a1').execute({ to: shopOnTon, amount: '1', asset: 'TON' }, { settleTimeoutMs: 3_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'operator' });
    chain.dropNext(0);
    const lost = await waiting;
    expect([lost.status, lost.pending]).toEqual(['execution_failed', true]);
    expect([endOf(await payEvm('0.001')), endOf(await payTon('1'))]).toEqual(['halted', 'halted']);
    expect(await chain.balance(shopOnTon)).toBeLessThanOrEqual(before);
    expect(seen).toContain('emergency_changed');
    subscription.unsubscribe();
  });
});
