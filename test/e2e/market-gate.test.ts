import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { parseEntry } from '../../src/audit/index.ts';
import { type Decision, type MarketSnapshot, type Store, storeKey } from '../../src/core/index.ts';
import { createSecurityManager, type MarketData, replay, type SecurityConfig } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { CHAIN, FREE, fund, hookedStore, stranger } from './bench.ts';

const USD = 10n ** 6n;
const PEG = { price: '1', decimals: 6 };
let anvil: Anvil;
let dollar: Deployed;
let feed: Deployed;
let ether: Deployed;
let pair: Deployed;
beforeAll(async () => {
  anvil = await startAnvil();
  dollar = await deploy(anvil, 'PlainToken', ['USDC', 6]);
  feed = await deploy(anvil, 'Aggregator', ['USDC / USD', 8]);
  ether = await deploy(anvil, 'Aggregator', ['ETH / USD', 8]);
  pair = await deploy(anvil, 'Pair', [dollar.address, `0x${'77'.repeat(20)}`]);
});
afterAll(async () => anvil?.stop());
beforeEach(async () => {
  await ether.send('tell', [250_000_000_000n]);
  await pair.send('sync', [10_000_000n * USD, 4_000n * 10n ** 18n]);
  await feed.send('tell', [100_000_000n]);
});

const asset = () => `${CHAIN}/erc20:${dollar.address.toLowerCase()}`;
const chain = (url = anvil.rpcUrl) =>
  evm({
    chain: CHAIN,
    rpcUrl: url,
    confirmations: 1,
    pollMs: 10,
    tokens: [{ symbol: 'USDC', address: dollar.address, decimals: 6 }],
    market: {
      feeds: [
        { asset: dollar.address, address: feed.address, heartbeatMs: 3_600_000, description: 'USDC / USD' },
        { asset: 'native', address: ether.address, heartbeatMs: 3_600_000 },
      ],
      pools: [{ address: pair.address }],
    },
  });

async function open(given: Partial<SecurityConfig> = {}, store?: { open(): Store }) {
  const security = createSecurityManager({
    chains: [chain()],
    agents: {
      a1: { ...FREE, limits: { unit: 'USD', perTransaction: 200_000, daily: 10_000_000, weekly: 10_000_000, monthly: 10_000_000 } },
    },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
    market: { pegs: { [asset()]: PEG }, refreshMs: 3_600_000, asPrices: true },
    ...(store === undefined ? {} : { store }),
    ...given,
  });
  const wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address);
  await dollar.send('mint', [wallet.address, 5_000_000n * USD]);
  return { security, wallet, [Symbol.asyncDispose]: async () => void (await security.shutdown(2_000)) };
}
type Open = Awaited<ReturnType<typeof open>>;

let id = 0;
async function pay({ security }: Open, amount = '25', to = stranger()) {
  id += 1;
  const { decision } = await security.agent('a1').authorize({ id: `p${id}`, to, amount, asset: 'USDC' } as never);
  return decision as unknown as Decision;
}
const factors = ({ facts }: Decision): readonly string[] =>
  ((facts['risk'] as { factors: readonly string[] }).factors ?? []).map((factor) => factor.replace(/:\d+$/, ''));

describe('the market at the gate', () => {
  it('passes a payment in a calm market, and escalates the same payment in a stablecoin that lost its peg', async () => {
    await using calm = await open();
    await calm.security.start();
    const before = await pay(calm);
    expect(before.reasons).toEqual([]);
    expect(before.verdict).toBe('approved');
    expect(factors(before)).not.toContain('market_missing');
    await feed.send('tell', [95_000_000n]);
    await using off = await open();
    await off.security.start();
    const after = await pay(off);
    expect([after.verdict, after.reasons[0]?.code]).toEqual(['escalated', 'risk_high']);
    expect(factors(after)).toContain('depeg');
    await feed.send('tell', [80_000_000n]);
    await using gone = await open();
    await gone.security.start();
    expect([(await pay(gone)).verdict, (await pay(gone)).reasons[0]?.code]).toEqual(['denied', 'risk_critical']);
  });

  it('a payment that is most of what the market holds goes to a person, or nowhere', async () => {
    await pair.send('sync', [50_000n * USD, 20n * 10n ** 18n]);
    await using bench = await open();
    await bench.security.start();
    expect(factors(await pay(bench, '20'))).not.toContain('liquidity_thin');
    const large = await pay(bench, '20000');
    expect(factors(large)).toContain('liquidity_thin');
    expect(large.verdict).not.toBe('approved');
  });

  it('what is known says how it is known: no start, or a feed that fails, is missing data, and scores', async () => {
    await using unstarted = await open();
    expect(factors(await pay(unstarted))).toContain('market_missing');
    await feed.send('behave', [1]);
    await using failing = await open();
    await failing.security.start();
    const decision = await pay(failing);
    const health = await failing.security.getHealth();
    await feed.send('behave', [0]);
    expect(factors(decision)).toContain('market_missing');
    expect(health.jobs['market']?.lastError).toContain(`feed_unreadable ${asset()}`);
    expect(health.status).toBe('degraded');
  });

  it('a decision waits for no source and asks none: one that hangs is missing', async () => {
    let asked = 0;
    const hanging: MarketData = {
      read: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    };
    const plain = evm({
      chain: CHAIN,
      rpcUrl: anvil.rpcUrl,
      confirmations: 1,
      pollMs: 10,
      tokens: [{ symbol: 'USDC', address: dollar.address, decimals: 6 }],
    });
    await using bench = await open({
      chains: [plain],
      market: { sources: [hanging], timeoutMs: 50, refreshMs: 3_600_000, asPrices: true },
    });
    await bench.security.start();
    const began = performance.now();
    expect(factors(await pay(bench))).toContain('market_missing');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(asked).toBe(1);
  });

  it('keeps with each decision what it was judged by, and comes to the same when it is judged again', async () => {
    await feed.send('tell', [95_000_000n]);
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    await using bench = await open({}, factory);
    await bench.security.start();
    const decision = await pay(bench);
    await pay(bench, '150000');
    const kept = decision.input?.market as unknown as MarketSnapshot;
    expect(kept.v).toBe(2);
    expect(kept.assets).toContainEqual(expect.objectContaining({ asset: asset(), depegPpm: 50_000 }));
    expect(kept.pools).toHaveLength(1);
    expect(kept.fees).toHaveLength(1);
    await feed.send('tell', [100_000_000n]);
    const entries = (await store.log(0)).map(({ entry }) => parseEntry(entry));
    const report = await replay({ entries });
    expect(report).toMatchObject({ decisions: 2, judged: 2, same: 2, indeterminate: [], notReplayable: [] });
  });

  it('goes on after a restart with what was learned: one document for each asset, by version', async () => {
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    const keys = { encryptionKey: '9a'.repeat(32) };
    await using first = await open({ keys }, factory);
    await first.security.start();
    const key = storeKey.doc(`market/${asset()}`);
    expect((await store.get([key]))[0]).toMatchObject({ version: 1, value: { v: 1, price: { v: 1, unit: 'USD', count: 0 } } });
    await first.security.shutdown(2_000);
    await anvil.rpc('evm_mine');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await feed.send('tell', [99_000_000n]);
    await using second = await open({ keys }, factory);
    await second.security.start();
    // What was seen before the restart is one end of the first return.
    expect((await store.get([key]))[0]).toMatchObject({ version: 2, value: { price: { count: 1 } } });
  });

  it('values amounts by its feeds where it is told to, and by nothing that a single pool says', async () => {
    await using off = await open({ market: { pegs: { [asset()]: PEG }, refreshMs: 3_600_000 } });
    await off.security.start();
    expect((await pay(off)).reasons.map(({ code }) => code)).toContain('limit_missing');
    await using on = await open();
    await on.security.start();
    const small = await pay(on, '25');
    expect(small.reasons).toEqual([]);
    expect(small.facts[`price.${asset()}`]).toBe(`${10n ** 14n}/${10n ** 14n}`);
    expect((await pay(on, '200000.000001')).reasons.map(({ code }) => code)).toContain('per_transaction_limit');
  });
});
