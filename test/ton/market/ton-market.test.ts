import { Address, beginCell, type Cell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createTonAdapter, type TonPoolOption } from '../../../src/adapters/ton/index.ts';
import {
  type AssetId,
  type ChainId,
  type MarketData,
  type MarketReading,
  nativeAssetId,
  parseAccount,
  tokenAsset,
} from '../../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../../src/testing/ton-devchain/index.ts';
import {
  type JettonMinter,
  jettonWalletAddress,
  type TonContractName,
  type TonFixture,
  tonContract,
  tonFixture,
} from '../../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, type RawWallet, rawWallet } from '../../fixtures/ton-deploy.ts';
import { lyingEndpoint, type Question } from '../endpoint-fixture.ts';

const TON = 1_000_000_000n;
const CHAIN = 'ton:-3' as ChainId;
const NATIVE = nativeAssetId(CHAIN);
const [RESERVE_USD, RESERVE_TON] = [3_000_000n * 10n ** 6n, 1_000_000n * TON];

let chain: TonDevChain;
let operator: RawWallet;
let usd: JettonMinter;
let eur: JettonMinter;
let router: Address;
let coins: Address;

const at = (address: Address) => parseAccount(address.toRawString(), CHAIN);
const assetOf = ({ address }: { readonly address: Address }): AssetId => tokenAsset(CHAIN, at(address));

beforeAll(async () => {
  chain = await startTonDevChain();
  operator = await rawWallet(chain, 'operator of pools', 100n * TON);
  usd = await deployJetton(operator, { content: 'https://jetton.example/usd', mint: [] });
  eur = await deployJetton(operator, { content: 'https://jetton.example/eur', mint: [] });
  // Any account may stand for a router: its token wallets are what the minters say.
  router = operator.address;
  coins = usd.address;
});
afterAll(async () => chain?.close());

type Pair = readonly [bigint, bigint];
const addresses = (...all: readonly Address[]): Cell => all.reduce((cell, address) => cell.storeAddress(address), beginCell()).endCell();
const walletOf = (minter: JettonMinter): Address => jettonWalletAddress(minter, router);

async function deployed(name: TonContractName, data: Cell): Promise<string> {
  const fixture: TonFixture = tonFixture(await tonContract(name), data);
  await deployTon(operator, [fixture]);
  return fixture.address.toString();
}
const first = ([left, right]: Pair, wallets: readonly [Address, Address]) =>
  deployed(
    'stonfi-pool-first',
    beginCell()
      .storeInt(left, 256)
      .storeInt(right, 256)
      .storeRef(addresses(...wallets))
      .endCell(),
  );
const second = ([left, right]: Pair, wallets: readonly [Address, Address], { locked = false, stable = false } = {}) =>
  deployed(
    'stonfi-pool-second',
    beginCell()
      .storeBit(locked)
      .storeBit(stable)
      .storeInt(left, 256)
      .storeInt(right, 256)
      .storeRef(
        beginCell()
          .storeAddress(router)
          .storeRef(addresses(...wallets))
          .endCell(),
      )
      .endCell(),
  );
const native = (): Cell => beginCell().storeUint(0, 4).endCell();
const jetton = ({ address }: JettonMinter): Cell =>
  beginCell().storeUint(1, 4).storeInt(address.workChain, 8).storeBuffer(address.hash).endCell();
const dedust = ([left, right]: Pair, assets: readonly [Cell, Cell], stable = 0) =>
  deployed(
    'dedust-pool',
    beginCell()
      .storeInt(stable, 8)
      .storeInt(left, 256)
      .storeInt(right, 256)
      .storeRef(beginCell().storeRef(assets[0]).storeRef(assets[1]).endCell())
      .endCell(),
  );

async function read(pools: readonly TonPoolOption[], url = chain.url): Promise<MarketReading> {
  const owner = { protocol: 'stonfi-v1' as const, role: 'router' as const, address: router.toString() };
  const account = { protocol: 'stonfi-v1' as const, role: 'token_account' as const, address: coins.toString() };
  const protocols = [owner, { ...account, tokens: ['native'], router: router.toString() }];
  const adapter = createTonAdapter({
    clock: systemClock(),
    chains: [{ chain: CHAIN, endpoint: url, timeoutMs: 5_000, protocols, market: { pools } }],
  });
  const node = adapter.node(CHAIN);
  try {
    return await (node.market as MarketData).read(new AbortController().signal);
  } finally {
    await node.close();
  }
}
const inUsd = () => ({ asset: usd.address.toString(), decimals: 6 });
const pool = (protocol: TonPoolOption['protocol'], address: string, more: Partial<TonPoolOption> = {}): TonPoolOption => ({
  protocol,
  address,
  assets: [usd.address.toString(), eur.address.toString()],
  ...(protocol === 'stonfi-v1' ? { router: router.toString() } : {}),
  ...more,
});
const PAIR: Pair = [RESERVE_USD, RESERVE_TON];

describe('the market on TON', () => {
  it.each(['stonfi-v1', 'stonfi-v2', 'dedust'] as const)(
    'reads the reserves of a pool of %s, and prices one side by the other',
    async (protocol) => {
      const wallets = [walletOf(usd), walletOf(eur)] as const;
      const address =
        protocol === 'dedust'
          ? await dedust(PAIR, [jetton(usd), jetton(eur)])
          : await (protocol === 'stonfi-v1' ? first : second)(PAIR, wallets);
      const { pools, prices, fees, faults } = await read([pool(protocol, address, { quote: inUsd() })]);
      expect(faults).toEqual([]);
      expect(fees).toEqual([]);
      expect(pools).toEqual([
        { assets: [assetOf(usd), assetOf(eur)], reserves: PAIR, feePpm: 0, atMs: expect.any(Number), place: at(Address.parse(address)) },
      ]);
      const [price] = prices;
      expect(price).toMatchObject({
        asset: assetOf(eur),
        unit: 'USD',
        isSpot: true,
        numerator: RESERVE_USD * 10n ** 6n,
        denominator: RESERVE_TON * 10n ** 6n,
      });
      expect(Math.abs(Date.now() - Number(price?.atMs))).toBeLessThan(60_000);
    },
  );

  it('reads the coin: by its assets, or by the account through which the router takes coins', async () => {
    const own = await dedust(PAIR, [native(), jetton(usd)]);
    const through = await first(PAIR, [coins, walletOf(usd)]);
    const assets = ['native', usd.address.toString()] as const;
    const { pools, faults } = await read([pool('dedust', own, { assets }), pool('stonfi-v1', through, { assets })]);
    expect(faults).toEqual([]);
    expect(pools.map((found) => found.assets)).toEqual([
      [NATIVE, assetOf(usd)],
      [NATIVE, assetOf(usd)],
    ]);
  });

  it('takes no pool for another: assets in another order, of another minter, or the account of another owner', async () => {
    const lies = [
      pool('stonfi-v1', await first(PAIR, [walletOf(eur), walletOf(usd)])),
      pool('stonfi-v1', await first([5n, 6n], [walletOf(usd), jettonWalletAddress(eur, usd.address)])),
      pool('stonfi-v2', await second(PAIR, [walletOf(usd), walletOf(usd)])),
      pool('dedust', await dedust(PAIR, [jetton(eur), jetton(usd)])),
      pool('dedust', await dedust([7n, 8n], [jetton(usd), native()])),
    ];
    const { pools, faults } = await read(lies);
    expect(pools).toEqual([]);
    expect(faults?.map((fault) => fault.split(' ')[0])).toEqual(lies.map(() => 'pool_of_other_assets'));
  });

  it.each<[string, Pair, string]>([
    ['empty', [0n, 5n], 'pool_empty'],
    ['negative', [5n, -1n], 'pool_empty'],
    ['beyond what TON can hold', [2n ** 120n, 5n], 'pool_reserves_too_large'],
    ['overflowing', [2n ** 255n - 1n, 2n ** 255n - 1n], 'pool_reserves_too_large'],
  ])('reserves that are %s are none', async (_what, reserves, fault) => {
    const address = await dedust(reserves, [jetton(usd), jetton(eur)]);
    const { pools, prices, faults } = await read([pool('dedust', address, { quote: inUsd() })]);
    expect([pools, prices]).toEqual([[], []]);
    expect(faults?.[0]).toMatch(fault);
  });

  it('a locked pool is none, and one of another curve has no price', async () => {
    const wallets = [walletOf(usd), walletOf(eur)] as const;
    const locked = await read([pool('stonfi-v2', await second(PAIR, wallets, { locked: true }))]);
    expect(locked.faults?.[0]).toMatch('pool_locked');
    const curved = await read([
      pool('stonfi-v2', await second(PAIR, wallets, { stable: true }), { quote: inUsd() }),
      pool('dedust', await dedust([9n, 9n], [jetton(usd), jetton(eur)], -1), { quote: inUsd() }),
    ]);
    expect([curved.pools.length, curved.prices, curved.faults]).toEqual([2, [], []]);
  });

  it('contracts that are none, or of another form, tell nothing, and leave their neighbours alone', async () => {
    const sound = await dedust([11n, 12n], [jetton(usd), jetton(eur)]);
    const nobody = `0:${'7'.repeat(64)}`;
    const { pools, faults } = await read([
      pool('dedust', nobody),
      pool('stonfi-v2', await first([13n, 14n], [walletOf(usd), walletOf(eur)])),
      pool('dedust', usd.address.toString()),
      pool('dedust', sound),
    ]);
    expect(pools.map(({ reserves }) => reserves)).toEqual([[11n, 12n]]);
    expect(faults).toHaveLength(3);
    for (const fault of faults ?? []) expect(fault).toMatch(/^pool_unreadable/);
  });

  it('a node that lies about the stack is told apart from a pool, and one that lies about the time is not believed', async () => {
    const address = await dedust([15n, 16n], [jetton(usd), jetton(eur)]);
    await using garbled = await lyingEndpoint(chain.url, (question: Question, result: Record<string, unknown>) =>
      question.method === 'runGetMethod' ? { ...result, stack: [['num', '0xzz']] } : result,
    );
    const reading = await read([pool('dedust', address)], garbled.url);
    expect(reading.pools).toEqual([]);
    expect(reading.faults?.[0]).toMatch(/^pool_unreadable CHAIN_RESPONSE_INVALID/);
    await using late = await lyingEndpoint(chain.url, (question: Question, result: Record<string, unknown>) =>
      question.method === 'getBlockHeader' ? { ...result, gen_utime: Math.floor(Date.now() / 1_000) + 600 } : result,
    );
    await expect(read([pool('dedust', address)], late.url)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
  });

  it('names every wrong field', () => {
    const wrong = {
      protocol: 'dedust' as const,
      address: 'nowhere',
      assets: ['native', usd.address.toString()] as const,
      quote: { asset: eur.address.toString(), decimals: 6 },
    };
    const open = () =>
      createTonAdapter({ clock: systemClock(), chains: [{ chain: CHAIN, endpoint: chain.url, market: { pools: [wrong] } }] });
    expect(open).toThrow(/market\.pools\[0\]\.quote\.asset.*market\.pools\[0\]\.address/s);
  });
});
