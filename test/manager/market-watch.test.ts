import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createDeadlines, type MarketData, type MarketReading, type Store, staticMarket, storeKey } from '../../src/core/index.ts';
import { createMarketWatch } from '../../src/manager/market/market-watch.ts';
import { readPegs } from '../../src/manager/market/open-market.ts';
import { createManualClock, type ManualClock } from '../../src/testing/index.ts';
import { ask, ETH, engine, NOW, usual } from './risk-fixture.ts';

const { asset } = ETH;
const ENDED = new AbortController().signal;
const KEY = storeKey.doc(`market/${asset}`);
const MINUTE = 60_000;

function open(sources: readonly MarketData[], clock: ManualClock = createManualClock(NOW), store: Store = createMemoryStore({ clock })) {
  const pegs = readPegs({ [asset]: { unit: 'USD', price: '2000', decimals: 18, unitDecimals: 6 } });
  const watch = createMarketWatch({ clock, deadlines: createDeadlines(clock), store, sources, pegs, timeoutMs: 1_000, maxAgeMs: MINUTE });
  return { watch, clock, store, snapshot: () => watch.snapshot(), refresh: () => watch.refresh(ENDED) };
}
const at = (dollars: bigint, atMs: number): MarketReading => ({
  prices: [{ asset, unit: 'USD', numerator: dollars * 10n ** 6n, denominator: 10n ** 18n, atMs }],
  pools: [],
  fees: [],
});
/** A source whose answers a test sets. */
function told(first: () => unknown) {
  const source = {
    answer: first,
    asked: 0,
    read(_signal: AbortSignal): MarketReading {
      source.asked += 1;
      return source.answer() as MarketReading;
    },
  };
  return source;
}

describe('the watch over the market', () => {
  it('knows nothing before it looked, and the same until it looks again', async () => {
    const { watch, clock, snapshot, refresh } = open([told(() => at(2_000n, NOW))]);
    expect(snapshot()).toBeUndefined();
    expect(watch.prices.price(asset, 'USD')).toBe('missing');
    await refresh();
    const seen = snapshot();
    expect(seen?.assets).toMatchObject([{ asset, atMs: NOW, depegPpm: 0, cold: true }]);
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
    clock.advance(MINUTE);
    expect(snapshot()).toBe(seen);
  });

  it('keeps what a failing source said last, to get stale, and says what failed', async () => {
    const source = told(() => at(2_000n, NOW));
    const { snapshot, refresh } = open([source]);
    await refresh();
    for (const answer of [
      () => {
        throw new Error('password=hunter2');
      },
      () => Promise.reject(new Error('away')),
      () => undefined,
      () => 'x',
    ]) {
      source.answer = answer;
      const failure: Error = await refresh().then(
        () => new Error('none'),
        (error: Error) => error,
      );
      expect(failure.message).toMatch(/source_(failed|malformed)/);
      expect(failure.message).not.toContain('hunter2');
      expect(snapshot()?.assets[0]?.atMs).toBe(NOW);
    }
    // Entries that are gone are gone at once: a source that answers is believed in what it leaves out.
    source.answer = () => ({ prices: [], pools: [], fees: [] });
    await refresh();
    expect(snapshot()?.assets).toEqual([]);
  });

  it('leaves nothing behind that never gets old: what stands still is missing with its source', async () => {
    const fixed = staticMarket({ prices: { [asset]: { price: '2000', decimals: 18, volatilityPpm: 5 } } });
    const source = told(() => fixed.read(ENDED));
    const { watch, snapshot, refresh } = open([source]);
    await refresh();
    expect(snapshot()?.assets).toMatchObject([{ atMs: 0, volatilityPpm: 5, cold: false }]);
    expect(watch.prices.price(asset, 'USD')).toMatchObject({ atMs: 0 });
    source.answer = () => Promise.reject(new Error('away'));
    await expect(refresh()).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect([snapshot()?.assets, watch.prices.price(asset, 'USD')]).toEqual([[], 'missing']);
  });

  it('gives up on a source that hangs, does not ask it again meanwhile, and takes nothing that comes too late', async () => {
    let answer = (_reading: MarketReading): void => undefined;
    const slow = told(() => new Promise<MarketReading>((resolve) => (answer = resolve)));
    const { clock, snapshot, refresh } = open([slow, told(() => at(2_000n, clock.nowMs()))]);
    const first = refresh();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_100);
    await expect(first).rejects.toThrow('source_failed TIMEOUT');
    expect(snapshot()?.assets[0]?.spreadPpm).toBe(0);
    await expect(refresh()).rejects.toThrow('source_busy');
    expect(slow.asked).toBe(1);
    answer(at(9_000n, clock.nowMs()));
    await new Promise((resolve) => setImmediate(resolve));
    slow.answer = () => at(2_000n, clock.nowMs());
    await refresh();
    expect([slow.asked, snapshot()?.assets[0]?.spreadPpm]).toEqual([2, 0]);
  });

  it('has no price where sources are more than a hundredth apart, and says how far they are', async () => {
    const other = told(() => at(2_010n, NOW));
    const { watch, snapshot, refresh } = open([told(() => at(2_000n, NOW)), other]);
    await refresh();
    expect(watch.prices.price(asset, 'USD')).toMatchObject({ numerator: 2_010n * 10n ** 6n });
    other.answer = () => at(2_100n, NOW);
    await refresh();
    expect([watch.prices.price(asset, 'USD'), snapshot()?.assets[0]?.spreadPpm]).toEqual(['divergent', 47_620]);
  });

  it('writes at most once a minute, and gives way to a process that is ahead', async () => {
    const clock = createManualClock(NOW);
    const store = createMemoryStore({ clock });
    const source = told(() => at(2_000n, clock.nowMs()));
    const [one, other] = [open([source], clock, store), open([source], clock, store)];
    const version = async () => ((await store.get([KEY]))[0] as { version?: number } | undefined)?.version ?? 0;
    await one.refresh();
    for (let n = 0; n < 5; n += 1) {
      clock.advance(5_000);
      await one.refresh();
    }
    expect(await version()).toBe(1);
    await other.refresh();
    expect(await version()).toBe(2);
    clock.advance(MINUTE);
    await one.refresh();
    expect(await version()).toBe(3);
    const value = ((await store.get([KEY]))[0] as unknown as { value: { price: { count: number; atMs: number } } }).value;
    expect(value.price).toMatchObject({ atMs: clock.nowMs() });
    expect(value.price.count).toBeGreaterThan(1);
  });

  it('begins anew where the store holds nonsense', async () => {
    const clock = createManualClock(NOW);
    const store = createMemoryStore({ clock });
    await store.apply([{ commands: [{ kind: 'doc.put', key: `market/${asset}`, value: { v: 1, price: { v: 1, unit: 5, quick: 'x' } } }] }]);
    const { snapshot, refresh } = open([told(() => at(2_000n, NOW))], clock, store);
    await refresh();
    expect(snapshot()?.assets).toHaveLength(1);
  });

  it('names a peg of what is no asset, or of one that is there twice', () => {
    const peg = { unit: 'USD', price: '1', decimals: 6, unitDecimals: 6 };
    const lower = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
    const spelled = 'eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
    for (const pegs of [{ USDC: peg }, { [lower]: peg, [spelled]: peg }])
      expect(() => readPegs(pegs)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a risk engine that stands alone', () => {
  const fixed = (volatilityPpm: number) => ({
    sources: [staticMarket({ prices: { [asset]: { price: '2000', decimals: 18, volatilityPpm } } })],
  });

  it('reads its market when it is asked', async () => {
    const without = await engine().assessTransaction(ask(), usual());
    const calm = await engine({ market: fixed(10_000) }).assessTransaction(ask(), usual());
    const wild = await engine({ market: fixed(190_000) }).assessTransaction(ask(), usual());
    expect([without.flags.includes('no_market_data'), calm.flags.includes('no_market_data')]).toEqual([true, false]);
    expect(calm.breakdown.market).toBeLessThan(without.breakdown.market);
    expect(wild.breakdown.market).toBeGreaterThan(90);
    expect(wild.recommendations).toContain('Wait until the price settles, or send less.');
  });

  it('names what is wrong with it, and misses what fails', async () => {
    expect(() => engine({ market: { sources: [{}], refreshMs: -1 } })).toThrow(/market\.sources.*market\.refreshMs/s);
    const failing = { read: () => Promise.reject(new Error('away')) };
    const { flags } = await engine({ market: { sources: [failing] } }).assessTransaction(ask(), usual());
    expect(flags).toContain('no_market_data');
  });
});

describe('staticMarket', () => {
  it('refuses figures that are out of range', () => {
    const pool = { assets: [asset, asset] as const, reserves: [1n, 1n] as const, feePpm: 0 };
    for (const bad of [
      { prices: { [asset]: { price: '0', decimals: 18 } } },
      { prices: { [asset]: { price: '1', decimals: 18, volatilityPpm: -1 } } },
      { pools: [{ ...pool, reserves: [-1n, 1n] as const }] },
      { pools: [{ ...pool, feePpm: 0.5 }] },
      { fees: [{ asset, price: 0n, usual: 1n }] },
    ])
      expect(() => staticMarket(bad)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
    expect(() => staticMarket({ prices: { USDC: { price: '1', decimals: 6 } } })).toThrow(
      expect.objectContaining({ code: 'ASSET_INVALID' }),
    );
  });
});
