import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Price } from '../../src/core/index.ts';
import { medianOfPrices } from '../../src/core/median-of-prices.ts';
import { type AssetId, createFixedPrices, medianPrice, type NoPrice, type PriceSource } from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { BOB, ETH, send, USDC } from '../authz/fixture.ts';
import { openRig, withCaps } from './rig.ts';

const NOW = 1_760_000_000_000;
const at = (numerator: number, atMs = NOW): Price => ({ numerator: BigInt(numerator), denominator: 1n, atMs });
const RULES = { maxDeviationBps: 100, minSources: 2, maxAgeMs: 60_000 };
const median = (answers: readonly unknown[], over: Partial<typeof RULES> = {}) => medianOfPrices(answers, { ...RULES, ...over }, NOW);
const sourceOf = (answer: Price | NoPrice | undefined | Promise<Price>): PriceSource => ({ price: () => answer });

describe('the median of prices', () => {
  it('is the middle one, of two the higher, as old as the oldest', () => {
    expect(median([at(101), at(100, NOW - 5), at(100)])).toEqual(at(100, NOW - 5));
    expect(median([at(100), at(101)])).toEqual(at(101));
    expect(median([at(100, 0), at(100, 0)])).toEqual(at(100, 0));
  });

  it('is none where too few are left, and says whether the rest is old or was never there', () => {
    expect(median([at(100)])).toBe('missing');
    expect(median([at(100), undefined, 'missing'])).toBe('missing');
    expect(median([at(100), at(100, NOW - 60_001)])).toBe('stale');
    expect(median([at(100), 'stale'])).toBe('stale');
    expect(median([at(100), at(100, NOW - 60_000)])).toEqual(at(100, NOW - 60_000));
    expect(median([at(100), at(100, NOW + 10_001)])).toBe('stale');
    expect(median([])).toBe('missing');
    expect(median([at(100), { numerator: 0n, denominator: 1n, atMs: NOW }, { numerator: 1, denominator: 1n, atMs: NOW }, null, 7])).toBe(
      'missing',
    );
  });

  it('is none where they are apart by more than the bound, which itself passes', () => {
    expect(median([at(10_000), at(10_000), at(10_100)])).toEqual(at(10_000));
    expect(median([at(10_000), at(10_000), at(10_101)])).toBe('divergent');
    expect(median([at(1), at(1), at(2)], { maxDeviationBps: 0 })).toBe('divergent');
    expect(median([at(7), at(7)], { maxDeviationBps: 0 })).toEqual(at(7));
  });

  it('is the one that a sort of exact fractions finds', () => {
    const price = fc.record({ n: fc.bigInt({ min: 1n, max: 10n ** 30n }), d: fc.bigInt({ min: 1n, max: 10n ** 30n }) });
    fc.assert(
      fc.property(fc.array(price, { minLength: 1, maxLength: 9 }), (given) => {
        const wide = { maxDeviationBps: Number.MAX_SAFE_INTEGER, minSources: 1 };
        const found = median(
          given.map(({ n, d }) => ({ numerator: n, denominator: d, atMs: 0 })),
          wide,
        );
        if (typeof found === 'string') return;
        const below = given.filter(({ n, d }) => n * found.denominator < found.numerator * d).length;
        const above = given.filter(({ n, d }) => n * found.denominator > found.numerator * d).length;
        expect(below).toBeLessThanOrEqual(Math.floor(given.length / 2));
        expect(above).toBeLessThanOrEqual(Math.floor((given.length - 1) / 2));
      }),
      { numRuns: 300 },
    );
  });
});

describe('medianPrice', () => {
  const ASSET = USDC as AssetId;

  it('asks all side by side, and goes on without those that throw, reject or are late', async () => {
    const clock = createManualClock(NOW);
    let begun = 0;
    const slow: PriceSource = { price: () => new Promise(() => void begun++) };
    const failing: PriceSource = {
      price: () => {
        begun++;
        throw new Error('down');
      },
    };
    const sources = [slow, failing, sourceOf(Promise.reject(new Error('down'))), sourceOf(at(100)), sourceOf(Promise.resolve(at(100)))];
    const asked = medianPrice({ sources, minSources: 2, timeoutMs: 500, clock }).price(ASSET, 'USD');
    expect(begun).toBe(2);
    clock.advance(499);
    expect(await Promise.race([asked, Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    expect(await asked).toEqual(at(100));
  });

  it('needs more than half of its sources unless told otherwise', async () => {
    const clock = createManualClock(NOW);
    const of = (count: number) =>
      medianPrice({ sources: Array.from({ length: 5 }, (_, n) => sourceOf(n < count ? at(100) : undefined)), clock });
    expect(await of(3).price(ASSET, 'USD')).toEqual(at(100));
    expect(await of(2).price(ASSET, 'USD')).toBe('missing');
  });

  it('refuses options that make no median', () => {
    const one = sourceOf(at(1));
    const wrong = [
      { sources: [] },
      { sources: [one, one] },
      { sources: [one], minSources: 2 },
      { sources: [one], maxDeviationBps: -1 },
      { sources: [{}] },
    ];
    for (const options of [...wrong, { sources: [one], colour: 'red' }, undefined])
      expect(() => medianPrice(options as never)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a limit in a currency', () => {
  const inUsd = withCaps([{ capId: 'usd', scope: 'agent', unit: 'USD', window: 'day', max: 10 }]);
  const ratio = (numerator: bigint, denominator: bigint): PriceSource => ({ price: () => ({ numerator, denominator, atMs: 0 }) });

  it('rounds up each asset that leaves, never in favour of whoever spends', async () => {
    // A third of a millionth of a dollar for a base unit.
    const rig = openRig({ price: ratio(1n, 3n) });
    const { judgement } = await rig.spend(inUsd, [send(4n)]);
    expect(judgement.lines.find(({ account }) => account === 'cap:usd:agent:a1|USD')?.amount).toBe('2');
    expect((await openRig({ price: ratio(1n, 3n) }).spend(inUsd, [send(30_000_000n)])).code).toBe('ok');
    expect((await openRig({ price: ratio(1n, 3n) }).spend(inUsd, [send(30_000_001n)])).code).toBe('window_limit');
  });

  it.each([
    ['none', undefined, 'price_unavailable'],
    ['one that is too old', { numerator: 1n, denominator: 1n, atMs: 1 }, 'price_stale'],
    ['one that its source calls too old', 'stale', 'price_stale'],
    ['several that do not agree', 'divergent', 'price_divergent'],
    ['nonsense', { numerator: -1n, denominator: 1n, atMs: 0 }, 'price_unavailable'],
  ] as const)('is a denial where the price is %s', async (_name, answer, code) => {
    const rig = openRig({ price: sourceOf(answer as Price) });
    expect(await rig.spend(inUsd, [send(4n)])).toMatchObject({
      code,
      judgement: { verdict: 'denied', reasons: [{ retryable: true, unit: ETH }] },
    });
  });

  it('without a source is a denial too', async () => {
    expect((await openRig().spend(inUsd, [send(4n)])).code).toBe('limit_missing');
  });

  it('asks each price once, whatever counts by it', async () => {
    const asked: string[] = [];
    const price: PriceSource = {
      price: (asset, unit) => {
        asked.push(`${asset} in ${unit}`);
        return at(1, 0);
      },
    };
    const caps = (['agent', 'user', 'fleet'] as const).map((scope) => ({
      capId: scope,
      scope,
      unit: 'USD',
      window: 'day' as const,
      max: 10,
    }));
    expect((await openRig({ price }).spend(withCaps(caps), [send(1n), send(2n, BOB, USDC)])).code).toBe('ok');
    expect(asked.toSorted()).toEqual([`${ETH} in USD`, `${USDC} in USD`, `${USDC} in ${ETH}`].toSorted());
  });

  it('is what fixed prices say it is', async () => {
    const price = createFixedPrices('USD', { [ETH]: { price: '2000', decimals: 18 } });
    expect((await openRig({ price }).spend(inUsd, [send(5n * 10n ** 15n)])).code).toBe('ok');
    expect((await openRig({ price }).spend(inUsd, [send(5n * 10n ** 15n + 1n)])).code).toBe('window_limit');
  });
});
