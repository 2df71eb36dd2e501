import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssetId, MarketPrice, MarketReading } from '../../../src/core/index.ts';
import { followMarket, type MarketTrack, parseMarketTrack, readReading, worthOf } from '../../../src/risk/index.ts';
import { agreedPrice } from '../../../src/risk/market/agreed-price.ts';
import { apartPpm } from '../../../src/risk/market/depeg.ts';
import { impactOfPaying, impactOfTaking, ratioPpm } from '../../../src/risk/market/price-impact.ts';
import { feeRatio, trackFee } from '../../../src/risk/market/usual-fee.ts';
import { ETH, MONDAY, USDC } from '../fixtures.ts';

const nowMs = MONDAY;
const price = (numerator: bigint, change: Partial<MarketPrice> = {}): MarketPrice => ({
  asset: USDC,
  unit: 'USD',
  numerator,
  denominator: 1_000n,
  atMs: nowMs,
  ...change,
});
const reading = (change: Partial<MarketReading> = {}): MarketReading => ({ prices: [], pools: [], fees: [], ...change });
const terms = { nowMs, maxAgeMs: 60_000, pegs: new Map([[USDC, worthOf({ unit: 'USD', price: '1', decimals: 6, unitDecimals: 6 })]]) };
const follow = (prices: readonly MarketPrice[], change: object = {}) =>
  followMarket([reading({ prices })], new Map(), { ...terms, ...change });

describe('prices of several sources', () => {
  it('come to their median, of two the higher one, as old as the oldest, and say how far they are apart', () => {
    const three = [price(990n, { atMs: nowMs - 5 }), price(1_020n), price(1_000n)];
    expect(agreedPrice(three, nowMs, 60_000)).toMatchObject({ price: { numerator: 1_000n, atMs: nowMs - 5 }, spreadPpm: 30_000 });
    expect(agreedPrice([price(1_000n), price(990n)], nowMs, 60_000)?.price.numerator).toBe(1_000n);
    expect(agreedPrice([], nowMs, 60_000)).toBeUndefined();
  });

  it('leave out what is old or early, and stand as old as they are where nothing else is', () => {
    const late = price(5n, { atMs: nowMs - 60_001 });
    const early = price(5n, { atMs: nowMs + 10_001 });
    expect(agreedPrice([late, early, price(1_000n)], nowMs, 60_000)).toMatchObject({ price: { numerator: 1_000n }, spreadPpm: 0 });
    expect(agreedPrice([late, early], nowMs, 60_000)?.price.atMs).toBe(early.atMs);
    expect(agreedPrice([price(7n, { atMs: 0 })], nowMs, 60_000)?.price.atMs).toBe(0);
  });

  it('have a spread that no further source makes smaller', () => {
    const any = fc.array(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(any, (values) => {
        const found = agreedPrice(
          values.map((value) => price(value)),
          nowMs,
          60_000,
        );
        const sorted = values.toSorted((a, b) => (a < b ? -1 : 1));
        const median = sorted[Math.floor(values.length / 2)] as bigint;
        expect(found?.price.numerator).toBe(median);
        const exact = ((sorted.at(-1) as bigint) - (sorted[0] as bigint)) * 1_000_000n;
        expect(BigInt(found?.spreadPpm ?? -1) * median >= (exact < 10n ** 9n * median ? exact : 0n)).toBe(true);
      }),
    );
  });
});

describe('a snapshot of the market', () => {
  it('measures the distance from a declared worth, exactly and both ways', () => {
    const off = (numerator: bigint) => follow([price(numerator)]).snapshot.assets[0]?.depegPpm;
    expect([off(1_000n), off(950n), off(1_050n), off(999n)]).toEqual([0, 50_000, 50_000, 1_000]);
    expect(follow([price(1_000n, { unit: 'EUR' })]).snapshot.assets[0]?.depegPpm).toBeNull();
    expect(follow([price(1_000n, { asset: ETH })]).snapshot.assets[0]).not.toHaveProperty('depegPpm');
    expect(apartPpm({ numerator: 1n, denominator: 3n }, { numerator: 1n, denominator: 1n })).toBe(666_667);
  });

  it('values nothing by a single pool, alone or beside a feed', () => {
    const spot = price(1_500n, { isSpot: true });
    expect(follow([spot]).prices).toEqual([]);
    const both = follow([spot, price(1_000n)]);
    expect(both.prices).toMatchObject([{ price: { numerator: 1_000n }, spreadPpm: 0 }]);
    expect(both.snapshot.assets[0]?.spreadPpm).toBeGreaterThan(300_000);
  });

  it('learns from what is of now alone: a price from the future does not stand in the way', () => {
    const { tracks } = follow([price(1_000n, { atMs: nowMs + 10 ** 9 })]);
    expect(tracks.get(USDC)?.price).toBeUndefined();
    const fees = [{ asset: ETH, price: 5n, atMs: nowMs + 10 ** 9 }];
    expect(followMarket([reading({ fees })], new Map(), terms).tracks.get(ETH)).toBeUndefined();
  });

  it('is the same whatever order sources come in, and leaves what it was given as it was', () => {
    const readings = [reading({ prices: [price(1_000n)] }), reading({ prices: [price(980n)] }), reading({ prices: [price(1_010n)] })];
    const before = new Map<AssetId, MarketTrack>();
    const [one, other] = [readings, readings.toReversed()].map((given) => followMarket(given, before, terms));
    expect(one?.snapshot).toEqual(other?.snapshot);
    expect(before.size).toBe(0);
    expect(parseMarketTrack(JSON.parse(JSON.stringify(one?.tracks.get(USDC))))).toEqual(one?.tracks.get(USDC));
    for (const bad of [null, 3, {}, { v: 2 }]) expect(parseMarketTrack(bad)).toBeUndefined();
  });

  it('reads a source’s answer entry by entry: nonsense is missing, and takes nothing else along', () => {
    expect([undefined, null, 5, 'x'].map(readReading)).toEqual([undefined, undefined, undefined, undefined]);
    const bad = [
      { numerator: 0n },
      { denominator: -1n },
      { numerator: 5 },
      { atMs: Number.NaN },
      { atMs: -1 },
      { asset: 7 },
      { unit: '' },
      { volatilityPpm: -1 },
      { numerator: 2n ** 700n },
    ];
    const found = readReading({
      prices: [...bad.map((change) => ({ ...price(1n), ...change })), null, price(2n)],
      pools: 'none',
      fees: [{}],
    });
    expect(found).toEqual({ prices: [price(2n)], pools: [], fees: [], faults: [] });
    const pool = { assets: [ETH, USDC], reserves: [1n, 2n], feePpm: 3_000, atMs: nowMs };
    const wrong = [
      { reserves: [0n, 2n] },
      { reserves: [1n] },
      { assets: [ETH, ETH] },
      { feePpm: 1_000_001 },
      { reserves: [1n, 2n ** 600n] },
    ];
    expect(readReading({ pools: [...wrong.map((change) => ({ ...pool, ...change })), pool] })?.pools).toEqual([pool]);
    expect(readReading({ faults: ['a', 5, 'x'.repeat(900)] })?.faults?.map((fault) => fault.length)).toEqual([1, 200]);
  });
});

describe('impact and liquidity', () => {
  it('are what constant product comes to, never less', () => {
    const amount = fc.bigInt({ min: 1n, max: 2n ** 112n });
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 0, max: 1_000_000 }), (paid, reserve, other, feePpm) => {
        const inside = (paid * BigInt(1_000_000 - feePpm)) / 1_000_000n;
        const got = (other * inside) / (reserve + inside);
        const ppm = BigInt(impactOfPaying(paid, reserve, feePpm));
        // What is got by the price before, less the impact, is at most what is got.
        const fair = (inside * other * (1_000_000n - ppm)) / (reserve * 1_000_000n);
        expect(fair <= got + 1n + (other * inside) / (reserve * 1_000_000n)).toBe(true);
      }),
    );
    expect([impactOfPaying(1n, 99n, 0), impactOfPaying(0n, 5n, 0), impactOfPaying(5n, 0n, 0)]).toEqual([10_000, 0, 1_000_000]);
    expect([impactOfTaking(1n, 3n), impactOfTaking(9n, 3n), ratioPpm(0n, 0n), ratioPpm(1n, 0n)]).toEqual([
      333_334, 1_000_000, 0, 1_000_000,
    ]);
  });

  it('grow with the amount', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 200n });
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 0, max: 1_000_000 }), (a, b, reserve, feePpm) => {
        const [small, large] = a < b ? [a, b] : [b, a];
        expect(impactOfPaying(large, reserve, feePpm)).toBeGreaterThanOrEqual(impactOfPaying(small, reserve, feePpm));
        expect(impactOfTaking(large, reserve)).toBeGreaterThanOrEqual(impactOfTaking(small, reserve));
      }),
    );
  });
});

describe('usual fees', () => {
  const HOUR = 3_600_000;
  const stepped = (prices: readonly bigint[], stepMs = HOUR) =>
    prices.reduce<ReturnType<typeof trackFee>>((track, fee, n) => trackFee(track, fee, nowMs + (n + 1) * stepMs), undefined);
  const ratio = (now: bigint, track: ReturnType<typeof trackFee>) => feeRatio({ asset: ETH, price: now, atMs: nowMs }, track);

  it('are a mean over days: ten times as much is ten times as much, and a spike does not make the next one usual', () => {
    const calm = stepped(Array.from({ length: 100 }, () => 1_000n));
    expect(ratio(10_000n, calm)).toEqual({ ppm: 10_000_000, cold: false });
    const spiked = trackFee(calm, 1_000_000n, nowMs + 101 * HOUR);
    expect(ratio(10_000n, spiked).ppm).toBeGreaterThan(9_000_000);
    const busy = Array.from({ length: 600 }, (_, n) => n).reduce((track, n) => trackFee(track, 10_000n, nowMs + (101 + n) * HOUR), calm);
    expect(ratio(10_000n, busy).ppm).toBeLessThan(1_100_000);
  });

  it('are cold at first, are what the source says where it says so, and are bounded', () => {
    expect(ratio(5n, undefined)).toEqual({ ppm: 1_000_000, cold: true });
    expect(ratio(5n, stepped([5n, 5n])).cold).toBe(true);
    expect(
      ratio(
        5n,
        stepped(
          Array.from({ length: 50 }, () => 5n),
          1_000,
        ),
      ).cold,
    ).toBe(true);
    expect(feeRatio({ asset: ETH, price: 30n, usual: 10n, atMs: 0 }, undefined)).toEqual({ ppm: 3_000_000, cold: false });
    expect(ratio(2n ** 1_100n, stepped([5n]))).toEqual({ ppm: 1_000_000_000, cold: true });
    const track = stepped([5n, 5n]);
    for (const [bad, at] of [
      [0n, nowMs + 10 ** 9],
      [5n, nowMs],
      [5n, Number.NaN],
      [2n ** 1_100n, nowMs + 10 ** 9],
    ] as const)
      expect(trackFee(track, bad, at)).toBe(track);
  });
});
