import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { hookedStore } from '../e2e/bench.ts';
import { type JettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { deployJetton, jettonBalance, payment, type RawWallet, rawWallet, signingBytes } from '../fixtures/ton-deploy.ts';
import { jettonTransferBody, mintBody } from '../fixtures/ton-messages.ts';

const TON = 1_000_000_000n;
/** Tokens whose minters vouch for their wallets, as they must; three of the four wallets do as they please. */
const TOKENS = [
  ['HONEST', 'jetton-wallet'],
  ['SILENT', 'silent-jetton-wallet'],
  ['HALF', 'half-jetton-wallet'],
  ['GREEDY', 'greedy-jetton-wallet'],
] as const;

let chain: TonDevChain;
let security: SecurityManager;
let wallet: Wallet;
let operator: RawWallet;
let shop: RawWallet;
let redeemed = 0;
const minters = new Map<string, JettonMinter>();

beforeAll(async () => {
  chain = await startTonDevChain();
  operator = await rawWallet(chain, 'operator of tokens', 100n * TON);
  shop = await rawWallet(chain, 'shop of tokens', TON);
  await shop.pay({ to: operator.address, value: TON / 100n });
  for (const [symbol, code] of TOKENS) {
    const mint = [[operator.address, 1_000n]] as const;
    minters.set(symbol, await deployJetton(operator, { wallet: code, content: `https://jetton.example/${symbol}`, mint }));
  }
  const tokens = [...minters].map(([symbol, { address }]) => ({ symbol, address: address.toRawString(), decimals: 0 }));
  const beforeApply = (commands: readonly { readonly kind: string }[]): void => {
    redeemed += commands.filter(({ kind }) => kind === 'permit.redeem').length;
  };
  const assets = Object.fromEntries(TOKENS.map(([symbol]) => [symbol, { daily: 1_000_000 }]));
  security = createSecurityManager({
    store: hookedStore({ beforeApply }, { clock: systemClock() }).factory,
    chains: [ton({ chain: chain.chain, endpoint: chain.url, tokens, pollMs: 10 })],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 1_000, daily: 10_000, weekly: 10_000, monthly: 10_000, assets },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  const owner = Address.parse(wallet.address);
  await chain.fund(wallet.address, 5n * TON);
  for (const { address } of minters.values())
    await operator.pay({ to: address, value: TON / 10n, body: mintBody({ to: owner, amount: 1_000n }) });
});
afterAll(async () => {
  await security?.shutdown(2_000);
  await chain?.close();
});

const balances = async (symbol: string, owner: Address): Promise<readonly bigint[]> => {
  const minter = minters.get(symbol) as JettonMinter;
  const of = (account: Address) => jettonBalance(operator.client, minter, account);
  return [await of(owner), await of(shop.address), await of(minter.address)];
};

describe('a token on the list whose wallet does not do as it is told', () => {
  it.each([
    // [symbol, what an ungated order of 100 leaves with the owner, brings to the shop, and to the minter; why the gate says no]
    ['SILENT', [900n, 0n, 0n], 'simulation_required_but_failed'],
    ['HALF', [900n, 50n, 50n], 'simulation_exceeds_intent'],
    ['GREEDY', [0n, 100n, 900n], 'simulation_exceeds_intent'],
  ] as const)('%s is seen through in the dry run', async (symbol, ungated, code) => {
    const minter = minters.get(symbol) as JettonMinter;
    const owner = Address.parse(wallet.address);
    const start = await chain.snapshot();
    const order = jettonTransferBody({ amount: 100n, to: shop.address, responseTo: operator.address });
    await operator.pay({ to: jettonWalletAddress(minter, operator.address), value: TON / 20n, body: order });
    expect(await balances(symbol, operator.address)).toEqual(ungated);
    await chain.revert(start);
    const before = [await balances(symbol, owner), await chain.balance(wallet.address), redeemed];
    const result = await security.agent('a1').execute({ to: shop.address.toString({ testOnly: true }), amount: '100', asset: symbol });
    expect([result.status, result.decision.verdict]).toEqual(['simulation_failed', 'denied']);
    expect(result.reasons).toContainEqual(expect.objectContaining({ code }));
    expect([await balances(symbol, owner), await chain.balance(wallet.address), redeemed]).toEqual(before);
  });

  it('an honest one passes', async () => {
    // Tokens to somebody whom the agent never paid are a person's to allow.
    const known = await security.agent('a1').execute({ to: shop.address.toString({ testOnly: true }), amount: '0.1', asset: 'TON' });
    expect(known.status).toBe('success');
    const result = await security.agent('a1').execute({ to: shop.address.toString({ testOnly: true }), amount: '100', asset: 'HONEST' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await balances('HONEST', Address.parse(wallet.address))).toEqual([900n, 100n, 0n]);
  });

  it('one that is on no list is a contract like any other, however honest', async () => {
    const owner = Address.parse(wallet.address);
    const mint = [[owner, 1_000n]] as const;
    const unlisted = await deployJetton(operator, { content: 'https://jetton.example/unlisted', mint });
    const order = jettonTransferBody({ amount: 10n, to: shop.address, responseTo: owner });
    const action = payment({ to: jettonWalletAddress(unlisted, owner), value: TON / 20n, body: order });
    const bytes = await signingBytes(chain, [action], { seqno: 0, validUntil: Math.floor(Date.now() / 1000) + 60 });
    const before = redeemed;
    const result = await security.agent('a1').execute({ transaction: bytes });
    expect(result.status).toBe('policy_rejected');
    expect(result.reasons).toContainEqual(expect.objectContaining({ code: 'contract_not_allowed' }));
    expect([await jettonBalance(operator.client, unlisted, owner), redeemed]).toEqual([1_000n, before]);
  });
});
