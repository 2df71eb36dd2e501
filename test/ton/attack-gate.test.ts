import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Address, beginCell, type Cell, type Transaction } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type TonChainOptions, ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { type JettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { deployJetton, keysOf, payment, type RawWallet, rawWallet, signingBytes, walletOf } from '../fixtures/ton-deploy.ts';
import { mintBody, OPS } from '../fixtures/ton-messages.ts';

const TON = 1_000_000_000n;
const PHRASE = 'a passphrase of two managers';

let chain: TonDevChain;
let folder: string;
let mallory: RawWallet;
let minter: JettonMinter;
let shop: string;
const managers: SecurityManager[] = [];

/** A manager on a store of its own, or on the one in `file` that several share. */
function manager(permissions: object, file?: string, onChain: Partial<TonChainOptions> = {}): SecurityManager {
  const tokens = [{ symbol: 'PLAIN', address: minter.address.toRawString(), decimals: 0 }];
  const opened = createSecurityManager({
    ...(file === undefined ? {} : { store: sqliteStore({ path: file }), keys: { passphrase: PHRASE } }),
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, rebroadcastMs: 200, tokens, ...onChain })],
    agents: { a1: { template: 'aggressive', rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 }, ...permissions } },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 8_000, reconcileMs: 3_600_000 },
  } as Parameters<typeof createSecurityManager>[0]);
  managers.push(opened);
  return opened;
}

async function fundedWallet(security: SecurityManager): Promise<Wallet> {
  const wallet = await security.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, 20n * TON);
  return wallet;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'castellan-attack-'));
  chain = await startTonDevChain();
  mallory = await rawWallet(chain, 'attack gate mallory', 100n * TON);
  minter = await deployJetton(mallory, { content: 'https://jetton.example/attack', mint: [[mallory.address, 1n]] });
  shop = walletOf(keysOf('attack gate shop').publicKey, chain).address.toString();
});
afterAll(async () => {
  await Promise.all(managers.map((opened) => opened.shutdown(2_000)));
  await chain?.close();
  rmSync(folder, { recursive: true, force: true });
});

const hexOf = (cell: Cell): string => cell.toBoc({ idx: false, crc32: false }).toString('hex');

describe('an order copied off the chain and sent to the wallet from inside it', () => {
  it('gives no room back, neither before nor after the payment has settled', async () => {
    const security = manager({ limits: { unit: 'TON', perTransaction: 10, daily: 3 } });
    const wallet = await fundedWallet(security);
    const agent = security.agent('a1');
    const order = { id: 'pay-once', to: shop, amount: '2', asset: 'TON' };
    expect((await agent.execute(order)).status).toBe('success');
    const [paid] = (await mallory.client.getTransactions(Address.parse(wallet.address), { limit: 1 })) as [Transaction];
    await mallory.pay({ to: Address.parse(wallet.address), value: TON / 100n, body: paid.inMessage?.body as Cell });
    expect((await agent.execute(order)).status).toBe('success');
    const more = await agent.execute({ to: shop, amount: '1.5', asset: 'TON' });
    expect([more.status, more.reasons.map(({ code }) => code)]).toEqual(['policy_rejected', ['window_limit']]);
  });
});

describe('a custom payload for a token account that is listed as a contract', () => {
  it.each([
    ['in a burn', OPS.burn],
    ['in a transfer of a token that no configuration names', OPS.transfer],
  ])('is no understood method of it: %s', async (_name, op) => {
    const other = await deployJetton(mallory, { content: `https://jetton.example/attack/${op}`, mint: [[mallory.address, 1n]] });
    const security = manager({});
    const wallet = await fundedWallet(security);
    const self = Address.parse(wallet.address);
    const own = jettonWalletAddress(other, self);
    await mallory.pay({ to: other.address, value: TON / 10n, body: mintBody({ to: self, amount: 1_000n }) });
    const limits = { unit: 'TON', perTransaction: 10, daily: 100 };
    await security.policy.createAgent('a1', { template: 'aggressive', limits, allowedContracts: [{ address: own.toRawString() }] });
    const body = (custom: Cell | null): Cell => {
      const cell = beginCell().storeUint(op, 32).storeUint(0, 64).storeCoins(5);
      if (op === OPS.transfer) cell.storeAddress(Address.parse(shop));
      cell.storeAddress(self).storeMaybeRef(custom);
      if (op === OPS.transfer) cell.storeCoins(1).storeBit(false);
      return cell.endCell();
    };
    const codes = async (custom: Cell | null): Promise<readonly string[]> => {
      const calls = [{ to: own.toRawString(), value: '0.1', data: hexOf(body(custom)) }];
      return (await security.agent('a1').dryRun({ calls })).decision.reasons.map(({ code }) => code);
    };
    expect(await codes(null)).not.toContain('effect_unknown');
    expect(await codes(beginCell().storeUint(7, 32).endCell())).toContain('effect_unknown');
  });
});

describe('terms and addresses in odd spellings', () => {
  it('are denied, and none is thrown at the agent', async () => {
    const security = manager({});
    const wallet = await fundedWallet(security);
    const hash = Address.parse(shop).hash.toString('hex');
    const codes = async (request: object): Promise<readonly string[]> =>
      (await security.agent('a1').dryRun(request)).decision.reasons.map(({ code }) => code);
    expect(await codes({ calls: [{ to: shop, value: '0.001', terms: { mode: '3', bounce: 'false' } }] })).toEqual([]);
    const modes = ['3 ', '0x3', '+3', '1e2', '03', '３', '3\n', '', '-1', '256', '9'.repeat(30)];
    const others: readonly object[] = [
      { bounce: 'TRUE' },
      { init: 'AAAA' },
      { init: '' },
      { currencies: '' },
      { toString: '1' },
      { constructor: 'x' },
    ];
    for (const terms of [...modes.map((mode) => ({ mode })), ...others])
      expect([terms, await codes({ calls: [{ to: shop, value: '0.001', terms }] })]).toEqual([terms, ['request_malformed']]);
    const spellings = [
      `5:${hash}`,
      `0x0:${hash}`,
      `00:${hash}`,
      `-0:${hash}`,
      ` ${shop}`,
      `${shop}\n`,
      shop.toLowerCase(),
      `ton:-239:0:${hash}`,
    ];
    for (const to of [...spellings, wallet.address.slice(0, 24) + shop.slice(24)])
      expect([to, await codes({ to, amount: '0.001', asset: 'TON' })]).toEqual([to, ['request_malformed']]);
    expect(await codes({ to: 'shop.ton', amount: '0.001', asset: 'TON' })).toEqual(['name_unresolved']);
  });
});

describe('bytes to be signed as they stand, on a network dearer than configured', () => {
  it('are not signed: what they really cost is above their ceiling', async () => {
    const security = manager({}, undefined, { gasPrices: { gas: 1n, lump: 1n, bit: 1n, cell: 1n } });
    const wallet = await fundedWallet(security);
    const order = { seqno: 0, validUntil: Math.floor(Date.now() / 1000) + 60 };
    const payments = Array.from({ length: 30 }, () => payment({ to: Address.parse(shop), value: 1n, bounce: false }));
    const bytes = await signingBytes(chain, payments, order);
    await expect(security.agent('a1').signTransaction({ chain: wallet.chain, wallet: wallet.account, bytes })).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { reason: 'simulation_exceeds_intent' },
    });
  });
});

describe('two managers on one file and one wallet', () => {
  it('pay each order once, at one place of the sequence', async () => {
    const file = join(folder, 'two.sqlite');
    const limits = { limits: { unit: 'TON', perTransaction: 4, daily: 2 } };
    const first = manager(limits, file);
    const wallet = await fundedWallet(first);
    const second = manager(limits, file);
    const before = await chain.balance(shop);
    const orders = [first, second].flatMap((each) => [1, 2, 3].map((number) => ({ each, id: `order-${number}` })));
    const results = await Promise.all(
      orders.map(({ each, id }) => each.agent('a1').execute({ id, to: shop, amount: '0.9', asset: 'TON' })),
    );
    const paid = new Set(results.filter(({ status }) => status === 'success').map(({ txHash }) => txHash));
    expect(paid.size).toBe(2);
    expect(Number((await chain.balance(shop)) - before) / 1e9).toBeCloseTo(1.8, 5);
    expect((await mallory.client.runMethod(Address.parse(wallet.address), 'seqno')).stack.readNumber()).toBe(2);
  });
});
