import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvmMarketOptions } from '../../../src/adapters/evm/index.ts';
import type { MarketData, MarketReading } from '../../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../../fixtures/evm-contracts.ts';
import { assetOf, connect, NATIVE, on } from '../chain-fixture.ts';
import { lyingEndpoint, type Question } from '../endpoint-fixture.ts';

const HOUR = 3_600_000;
let anvil: Anvil;
let usd: Deployed;
let wrapped: Deployed;
let ether: Deployed;
let dollar: Deployed;
let sequencer: Deployed;
let pair: Deployed;

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  wrapped = await deploy(anvil, 'PlainToken', ['WETH', 18]);
  ether = await deploy(anvil, 'Aggregator', ['ETH / USD', 8]);
  dollar = await deploy(anvil, 'Aggregator', ['USDC / USD', 8]);
  sequencer = await deploy(anvil, 'Aggregator', ['L2 Sequencer Uptime Status Feed', 0]);
  pair = await deploy(anvil, 'Pair', [usd.address, wrapped.address]);
});
afterAll(async () => anvil?.stop());
beforeEach(async () => {
  for (const feed of [ether, dollar]) {
    await feed.send('behave', [0]);
    await feed.send('describe', [feed === ether ? 'ETH / USD' : 'USDC / USD', 8]);
  }
  await dollar.send('tell', [100_000_000n]);
  await ether.send('tell', [250_000_000_000n]);
  await pair.send('sync', [2_500_000n * 10n ** 6n, 1_000n * 10n ** 18n]);
});

const feeds = () => [
  { asset: 'native', address: ether.address, heartbeatMs: HOUR, description: 'ETH / USD' },
  { asset: usd.address, address: dollar.address, heartbeatMs: HOUR },
];
const market = (more: EvmMarketOptions = {}): EvmMarketOptions => ({
  feeds: feeds(),
  pools: [{ address: pair.address }],
  wrappedNative: wrapped.address,
  ...more,
});
const tokens = () => [{ symbol: 'USD', address: usd.address, decimals: 6 }];

async function read(options: EvmMarketOptions = market(), url = anvil.rpcUrl): Promise<MarketReading> {
  const { node } = connect({ rpcUrl: url }, { tokens: tokens(), market: options });
  try {
    return await (node.market as MarketData).read(new AbortController().signal);
  } finally {
    await node.close();
  }
}
const pricesOf = ({ prices }: MarketReading) => prices.map(({ asset, numerator, denominator }) => [asset, numerator, denominator]);
const now = async (): Promise<number> =>
  Number(((await anvil.rpc('eth_getBlockByNumber', ['latest', false])) as { timestamp: string }).timestamp);
const set = async (feed: Deployed, round: Partial<Record<'id' | 'answer' | 'startedAt' | 'updatedAt' | 'answeredIn', bigint>>) => {
  const at = BigInt(await now());
  const { id = 5n, answer = 1n, startedAt = at, updatedAt = at, answeredIn = id } = round;
  await feed.send('set', [id, answer, startedAt, updatedAt, answeredIn]);
};

describe('the market on an EVM chain', () => {
  it('is read as it stands: exact prices, reserves by asset, and the base fee', async () => {
    const { prices, pools, fees, faults } = await read();
    expect(faults).toEqual([]);
    expect(prices.map(({ atMs: _at, ...price }) => price)).toEqual([
      { asset: NATIVE, unit: 'USD', numerator: 250_000_000_000n * 10n ** 6n, denominator: 10n ** 26n },
      { asset: assetOf(usd.address), unit: 'USD', numerator: 10n ** 14n, denominator: 10n ** 14n },
    ]);
    const reserves = [2_500_000n * 10n ** 6n, 1_000n * 10n ** 18n];
    expect(pools.map(({ atMs: _at, ...pool }) => pool)).toEqual([
      { assets: [assetOf(usd.address), assetOf(wrapped.address)], reserves, feePpm: 3_000, place: on(pair.address) },
      { assets: [assetOf(usd.address), NATIVE], reserves, feePpm: 3_000, place: on(pair.address) },
    ]);
    expect(fees).toEqual([{ asset: NATIVE, price: expect.any(BigInt), atMs: prices[0]?.atMs }]);
    expect(prices[0]?.atMs).toBeLessThanOrEqual(Date.now());
    expect(Date.now() - Number(prices[0]?.atMs)).toBeLessThan(60_000);
  });

  it('takes two round trips, however many feeds there are: forty of them here', async () => {
    const methods: string[] = [];
    await using endpoint = await lyingEndpoint(anvil.rpcUrl, (question: Question, result) => {
      methods.push(question.method);
      return result;
    });
    const many = Array.from({ length: 40 }, () => feeds()[0] as typeof feeds extends () => (infer F)[] ? F : never);
    const { prices, faults } = await read({ feeds: many }, endpoint.rpcUrl);
    expect([prices.length, faults]).toEqual([40, []]);
    expect(methods.filter((method) => method !== 'eth_chainId')).toEqual(['eth_getBlockByNumber', 'eth_call']);
  });

  it.each<[string, Parameters<typeof set>[1], string]>([
    ['zero', { answer: 0n }, 'feed_not_positive'],
    ['negative', { answer: -1n }, 'feed_not_positive'],
    ['the least that there is', { answer: -(2n ** 255n) }, 'feed_not_positive'],
    ['of a round that is open', { updatedAt: 0n }, 'feed_round_open'],
    ['of no round', { id: 0n }, 'feed_round_open'],
    ['carried over from an older round', { id: 9n, answeredIn: 8n }, 'feed_round_open'],
    ['from the future', { updatedAt: 2n ** 40n }, 'feed_from_the_future'],
    ['begun in the future', { startedAt: 2n ** 255n }, 'feed_from_the_future'],
    ['older than its heartbeat', { updatedAt: 1n }, 'feed_stale'],
  ])('an answer that is %s is none, and its neighbour stands', async (_what, round, fault) => {
    await set(ether, round);
    const reading = await read();
    expect(pricesOf(reading).map(([asset]) => asset)).toEqual([assetOf(usd.address)]);
    expect(reading.faults).toEqual([`${fault} ${NATIVE}`]);
  });

  it.each([1, 2, 3])('a feed that fails, burns its gas or answers with too little is none, and its neighbour stands (%i)', async (mood) => {
    await ether.send('behave', [mood]);
    const reading = await read();
    expect(pricesOf(reading).map(([asset]) => asset)).toEqual([assetOf(usd.address)]);
    expect(reading.faults).toEqual([`feed_unreadable ${NATIVE}`]);
  });

  it('an answer of zeros, far too long, is none', async () => {
    await ether.send('behave', [4]);
    const reading = await read();
    expect(pricesOf(reading)).toHaveLength(1);
    expect(reading.faults).toEqual([`feed_round_open ${NATIVE}`]);
  });

  it('a feed that calls itself otherwise is none; hostile text is compared, and never told', async () => {
    for (const name of ['BTC / USD', 'ETH / USD\u202e', 'ETH / USD\0', `${'ETH / USD'.repeat(500)}`, '']) {
      await ether.send('describe', [name, 8]);
      const reading = await read();
      expect(pricesOf(reading), name).toHaveLength(1);
      expect(reading.faults, name).toEqual([`feed_of_another_name ${NATIVE}`]);
    }
  });

  it('decimals that are out of range are none; others shift the price exactly', async () => {
    await ether.send('describe', ['ETH / USD', 255]);
    expect((await read()).faults).toEqual([`feed_unreadable ${NATIVE}`]);
    await ether.send('describe', ['ETH / USD', 18]);
    expect(pricesOf(await read())[0]).toEqual([NATIVE, 250_000_000_000n * 10n ** 6n, 10n ** 36n]);
  });

  it('accounts without code, or with another, tell nothing', async () => {
    const nobody = `0x${'9'.repeat(40)}`;
    const reading = await read({
      feeds: [{ asset: 'native', address: nobody, heartbeatMs: HOUR }],
      pools: [{ address: nobody }, { address: usd.address }],
    });
    expect([reading.prices, reading.pools]).toEqual([[], []]);
    expect(reading.faults).toEqual([`feed_unreadable ${NATIVE}`, `pool_unreadable ${on(nobody)}`, `pool_unreadable ${on(usd.address)}`]);
  });

  it.each<[string, readonly [bigint, bigint], string]>([
    ['empty', [0n, 5n], 'pool_empty'],
    ['beyond what a pair can hold', [2n ** 112n, 5n], 'pool_reserves_too_large'],
    ['overflowing', [5n, 2n ** 256n - 1n], 'pool_reserves_too_large'],
  ])('reserves that are %s are none', async (_what, reserves, fault) => {
    await pair.send('sync', reserves);
    const reading = await read();
    expect([reading.pools, reading.faults]).toEqual([[], [`${fault} ${on(pair.address)}`]]);
  });

  it('a pair of one token with itself is none', async () => {
    const same = await deploy(anvil, 'Pair', [usd.address, usd.address]);
    await same.send('sync', [5n, 5n]);
    expect((await read({ pools: [{ address: same.address }] })).faults).toEqual([`pool_unreadable ${on(same.address)}`]);
  });

  it('nothing counts while the sequencer of a rollup stands still, nor right after', async () => {
    const rollup = market({ sequencer: { address: sequencer.address, graceMs: HOUR } });
    await sequencer.send('tell', [1n]);
    expect((await read(rollup)).faults).toEqual(['sequencer_down eip155:31337']);
    await sequencer.send('tell', [0n]);
    const back = await read(rollup);
    expect([back.prices, back.pools, back.faults]).toEqual([[], [], ['sequencer_just_back eip155:31337']]);
    const long = BigInt((await now()) - 7_200);
    await set(sequencer, { answer: 0n, startedAt: long, updatedAt: long });
    expect((await read(rollup)).prices).toHaveLength(2);
    await sequencer.send('behave', [1]);
    expect((await read(rollup)).prices).toEqual([]);
    await sequencer.send('behave', [0]);
  });

  it('a node that lies about the shape of the answer, or about the time, is found out', async () => {
    const lies: readonly ((question: Question, result: unknown) => unknown)[] = [
      ({ method }, result) => (method === 'eth_call' ? `${String(result)}00` : result),
      ({ method }, result) => (method === 'eth_call' ? '0x' : result),
      ({ method }, result) =>
        method === 'eth_getBlockByNumber'
          ? { ...(result as object), timestamp: `0x${(Math.floor(Date.now() / 1_000) + 600).toString(16)}` }
          : result,
    ];
    for (const lie of lies) {
      await using endpoint = await lyingEndpoint(anvil.rpcUrl, lie);
      await expect(read(market(), endpoint.rpcUrl)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    }
  });

  it('only listed tokens are priced, and every wrong field is named', () => {
    const feed = { asset: `0x${'8'.repeat(40)}`, address: 'nowhere', heartbeatMs: HOUR };
    expect(() => connect(anvil, { market: { feeds: [feed] } })).toThrow(/market\.feeds\[0\]\.address.*market\.feeds\[0\]\.asset/s);
    expect(connect(anvil, {}).node.market).toBeUndefined();
  });
});
