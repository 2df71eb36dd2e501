import { Address } from '@ton/core';
import { afterEach, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { lyingEndpoint as lyingEvm } from '../evm/endpoint-fixture.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { deployJetton, rawWallet } from '../fixtures/ton-deploy.ts';
import { mintBody } from '../fixtures/ton-messages.ts';
import { lyingEndpoint as lyingTon, Raw } from '../ton/endpoint-fixture.ts';
import { BOB, CHAIN, ETH, fund } from './bench.ts';

const TON = 1_000_000_000n;
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A gate over a chain whose endpoint can be made to answer nonsense. */
interface Scene {
  readonly security: SecurityManager;
  readonly wallet: Wallet;
  readonly native: string;
  readonly token: string;
  readonly symbol: string;
  /** What the wallet holds of the coin, base units. */
  coins(): Promise<bigint>;
  breakEndpoint(broken: boolean): void;
}

const limits = { perTransaction: 100, daily: 100, weekly: 100, monthly: 100, assets: { USD: { daily: 1_000 } } };
const common = {
  emergency: { autoResponseTriggers: [] },
  risk: { anomalyThreshold: 100 },
  execution: { settleTimeoutMs: 10_000, reconcileMs: 3_600_000 },
} as const;
const agent = (unit: string) => ({
  template: 'aggressive',
  limits: { ...limits, unit },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
});

async function evmScene(): Promise<Scene & { readonly anvil: Anvil; readonly usd: Deployed }> {
  const anvil = await startAnvil();
  open.push(() => anvil.stop());
  const usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  let broken = false;
  const endpoint = await lyingEvm(anvil.rpcUrl, () => (broken ? { body: 'nothing sensible' } : undefined));
  open.push(async () => endpoint[Symbol.asyncDispose]());
  const tokens = [{ symbol: 'USD', address: usd.address, decimals: 6 }];
  const security = createSecurityManager({
    chains: [evm({ chain: CHAIN, rpcUrl: endpoint.rpcUrl, confirmations: 1, pollMs: 10, tokens })],
    agents: { a1: agent('ETH') },
    ...common,
  });
  open.push(() => security.shutdown(1_000));
  const wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address, 3n);
  await usd.send('mint', [wallet.address, 250_000_000n]);
  return {
    security,
    wallet,
    anvil,
    usd,
    native: `${CHAIN}/slip44:60`,
    token: `${CHAIN}/erc20:${usd.address.toLowerCase()}`,
    symbol: 'ETH',
    coins: async () => BigInt((await anvil.rpc('eth_getBalance', [wallet.address, 'latest'])) as string),
    breakEndpoint(given) {
      broken = given;
    },
  };
}

async function tonScene(mode: 'software' | 'mpc'): Promise<Scene & { readonly chain: TonDevChain }> {
  const chain = await startTonDevChain();
  open.push(() => chain.close());
  const operator = await rawWallet(chain, 'operator', 100n * TON);
  const minter = await deployJetton(operator, { mint: [[operator.address, 1n]] });
  let broken = false;
  const endpoint = await lyingTon(chain.url, () => (broken ? new Raw('nothing sensible') : undefined));
  open.push(async () => endpoint[Symbol.asyncDispose]());
  const tokens = [{ symbol: 'USD', address: minter.address.toString(), decimals: 6 }];
  const security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: endpoint.url, pollMs: 10, rebroadcastMs: 100, tokens })],
    agents: { a1: agent('TON') },
    ...common,
  });
  open.push(() => security.shutdown(1_000));
  const wallet = await security.custody.createWallet('owner', 'a1', { mode });
  await chain.fund(wallet.address, 3n * TON);
  const owner = Address.parse(wallet.address);
  await operator.pay({ to: minter.address, value: TON / 10n, body: mintBody({ to: owner, amount: 250_000_000n }) });
  return {
    security,
    wallet,
    chain,
    native: `${chain.chain}/slip44:607`,
    token: `${chain.chain}/jetton:${minter.address.toRawString().replace(':', '%3A')}`,
    symbol: 'TON',
    coins: () => chain.balance(wallet.address),
    breakEndpoint(given) {
      broken = given;
    },
  };
}

/** Rotates the wallet's key, moves everything through the gate, and completes; each step refused as long as it has to be. */
async function playRotation({ security, wallet, native, token, symbol, coins, breakEndpoint }: Scene, funded: bigint): Promise<void> {
  const { keys, custody } = security;
  const old = wallet.keyId;
  const pay = async (from: Wallet, to: string, asset: string, amount: string) =>
    security.execute({ agentId: 'a1', wallet: from.address, to, asset, amount });
  const balance = (asset: string, amount: bigint) => ({ kind: 'balance', account: wallet.account, asset, amount: String(amount) });

  const { newKeyId, migration } = await keys.rotateKey(old);
  const [move] = migration.moves;
  expect(move?.steps.find((step) => step.do === 'sweep')).toMatchObject({
    done: false,
    balances: [
      { asset: native, amount: String(funded) },
      { asset: token, amount: '250000000' },
    ],
  });
  expect(await keys.completeRotation(old)).toEqual({
    completed: false,
    oldKeyId: old,
    newKeyId,
    remaining: [balance(native, funded), balance(token, 250_000_000n)],
  });

  const next = await custody.createWallet('owner', 'a1', { keyId: newKeyId, mode: wallet.mode });
  expect([next.account, next.mode]).toEqual([move?.to, wallet.mode]);
  // Coins first: tokens to somebody whom the agent never paid are a person's to allow.
  const sweeps = [
    await pay(wallet, next.address, symbol, '2'),
    await pay(wallet, next.address, 'USD', '249.999999'),
    await pay(wallet, next.address, 'USD', '0.000001'),
  ];
  expect(sweeps.map(({ status, reasons }) => [status, reasons])).toEqual(sweeps.map(() => ['success', []]));

  // What is left of the coin may stay only where it is named, with a bound that it keeps to; a name for another asset is none.
  const rest = await coins();
  expect(rest).toBeGreaterThan(0n);
  for (const leave of [undefined, [], [{ asset: token, atMost: String(rest) }], [{ asset: native, atMost: String(rest - 1n) }]])
    expect(await keys.completeRotation(old, leave === undefined ? {} : { leave })).toMatchObject({
      completed: false,
      remaining: [balance(native, rest)],
    });
  const leave = [{ asset: native, atMost: String(rest) }];

  // Who cannot look does not know that nothing is left.
  breakEndpoint(true);
  const unreadable = [{ kind: 'unreadable', account: wallet.account }];
  expect(await keys.completeRotation(old, { leave })).toMatchObject({ completed: false, remaining: unreadable });
  const sweep = (await keys.getRotation(old))?.migration.moves[0]?.steps.find((step) => step.do === 'sweep');
  expect(sweep).toMatchObject({ balances: null, done: false });
  expect((await keys.getKey(old)).state).toBe('active');
  breakEndpoint(false);

  expect(await keys.completeRotation(old, { leave })).toEqual({ completed: true, oldKeyId: old, newKeyId, remaining: [] });
  expect([(await keys.getKey(old)).state, (await keys.getKey(newKeyId)).state]).toEqual(['revoked', 'active']);
  expect((await keys.getRotation(old))?.migration).toMatchObject({ state: 'completed', moves: [] });
  const late = await pay(wallet, next.address, symbol, '0.001');
  expect([late.status === 'success', await coins()]).toEqual([false, rest]);
  const back = await pay(next, wallet.address, symbol, '0.001');
  expect([back.status, back.reasons]).toEqual(['success', []]);
  const log = await security.audit.query({ eventTypes: ['key_event'] });
  expect(JSON.stringify(log.entries)).toContain('key_rotation_completed');
}

describe('a rotation from the first step to the last', () => {
  it('on an EVM chain', async () => {
    await playRotation(await evmScene(), 3n * ETH);
  });

  it.each(['software', 'mpc'] as const)('on TON, custody %s', async (mode) => {
    await playRotation(await tonScene(mode), 3n * TON);
  });

  it('is not over while a payment is on its way, or its coins came back', async () => {
    const { security, wallet, anvil, usd, native, token } = await evmScene();
    const { keys, custody } = security;
    const { newKeyId } = await keys.rotateKey(wallet.keyId);
    const next = await custody.createWallet('owner', 'a1', { keyId: newKeyId });
    const leave = [{ asset: native, atMost: String(3n * ETH) }];
    await security.execute({ agentId: 'a1', wallet: wallet.address, to: next.address, asset: 'ETH', amount: '0.1' });
    await anvil.rpc('evm_setAutomine', [false]);
    const order = { id: 'sweep', agentId: 'a1', wallet: wallet.address, to: next.address, asset: 'USD', amount: '250' };
    const pending = await security.execute(order, { settleTimeoutMs: 50 });
    expect([pending.status, pending.pending]).toEqual(['execution_failed', true]);
    const inFlight = { kind: 'in_flight', account: wallet.account, requestId: 'sweep' };
    expect((await keys.completeRotation(wallet.keyId, { leave })).remaining).toEqual([
      inFlight,
      { kind: 'balance', account: wallet.account, asset: token, amount: '250000000' },
    ]);
    // On the chain, but not known here to be final: still no.
    await anvil.rpc('anvil_mine', ['0x1']);
    expect((await keys.completeRotation(wallet.keyId, { leave })).remaining).toEqual([inFlight]);
    await anvil.rpc('evm_setAutomine', [true]);
    expect((await security.execute(order)).status).toBe('success');
    // Somebody pays the old account again, of their own accord.
    await usd.send('mint', [wallet.address, 1n]);
    expect((await keys.completeRotation(wallet.keyId, { leave })).remaining).toMatchObject([{ asset: token, amount: '1' }]);
    const dust = [...leave, { asset: token, atMost: '1' }];
    expect(await keys.completeRotation(wallet.keyId, { leave: dust })).toMatchObject({ completed: true });
    const refused = await security.execute({ agentId: 'a1', wallet: wallet.address, to: BOB, asset: 'ETH', amount: '0.1' });
    expect(refused.status).not.toBe('success');
  });
});
