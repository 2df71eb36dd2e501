import { describe, expect, it } from 'vitest';
import { DEFAULT_JUDGE_SETTINGS } from '../../src/authz/judge-settings.ts';
import { limitsLayer } from '../../src/authz/layers/limits.ts';
import { rateCommands, rateLimitLayer } from '../../src/authz/layers/rate-limit.ts';
import { accountsOf } from '../../src/authz/limits/ledger-accounts.ts';
import { withUnitRates } from '../../src/authz/limits/unit-rates.ts';
import { rateOf, withValuation, worthAt } from '../../src/authz/limits/valuation.ts';
import { type AssetId, countEvent, EMPTY_RATE, type Json, type LayerOutcome, type PriceSource } from '../../src/core/index.ts';
import { allow, BOB, call, ETH, EVE, NOW, policyOf, ROUTER, send, tx, USDC, WETH } from '../authz/fixture.ts';
import { contextOf, limitsSay } from './layer-scene.ts';
import { WIDE, withCaps } from './rig.ts';

const HOUR_MS = 3_600_000;

describe('what an amount is worth', () => {
  const price = (found: unknown) => contextOf({ price: () => found as never });
  const text = (found: unknown) => {
    const { rate } = rateOf(price(found), WETH) as { rate: unknown };
    return typeof rate === 'string'
      ? rate
      : (({ numerator, denominator }) => `${numerator}/${denominator}`)(rate as { numerator: bigint; denominator: bigint });
  };
  const fresh = { numerator: 3n, denominator: 2n, atMs: NOW };

  it('is rounded up, never in the favour of whoever spends', () => {
    expect([1n, 2n, 3n].map((amount) => worthAt(fresh, amount))).toEqual([2n, 3n, 5n]);
    expect(worthAt('stale', 1n)).toBe('stale');
  });

  it('is by a price that is one, as old as the settings allow, or one that stands still', () => {
    const age = DEFAULT_JUDGE_SETTINGS.maxPriceAgeMs;
    expect([text(fresh), text({ ...fresh, atMs: 0 })]).toEqual(['3/2', '3/2']);
    expect([text({ ...fresh, atMs: NOW - age }), text({ ...fresh, atMs: NOW - age - 1 })]).toEqual(['3/2', 'stale']);
    expect([text({ ...fresh, atMs: NOW + 10_000 }), text({ ...fresh, atMs: NOW + 10_001 })]).toEqual(['3/2', 'stale']);
    expect([text({ ...fresh, atMs: NOW - 0.5 }), text({ ...fresh, atMs: Number.NaN })]).toEqual(['stale', 'stale']);
  });

  it('is unknown by anything else', () => {
    for (const odd of [
      undefined,
      null,
      7,
      'cheap',
      {},
      { ...fresh, numerator: 0n },
      { ...fresh, denominator: 0n },
      { ...fresh, numerator: -1n },
      { ...fresh, denominator: -1n },
      { ...fresh, numerator: 3 },
      { ...fresh, denominator: 2 },
    ])
      expect(text(odd), String(odd)).toBe('no_price');
    expect([text('stale'), text('divergent')]).toEqual(['stale', 'divergent']);
    expect((rateOf(contextOf({}), WETH) as { rate: unknown }).rate).toBe('no_source');
  });

  it('waits for a source that takes its time, and a source that fails has no price', async () => {
    const later = price(Promise.resolve(fresh));
    expect(await rateOf(later, WETH)).toEqual({ asset: WETH, rate: { numerator: 3n, denominator: 2n, atMs: 0 } });
    expect(await rateOf(price(Promise.reject(new Error('down'))), WETH)).toEqual({ asset: WETH, rate: 'no_price' });
    const context = price(Promise.resolve(fresh));
    expect(await limitsLayer.judge(context)).toMatchObject({ verdict: 'pass' });
    const effects = [send(10n), send(3n, BOB, WETH)];
    const valued = await withValuation(contextOf({ effects, price: async () => fresh }), (valuation) => valuation);
    expect([valued.outflow, valued.spend]).toEqual([15n, 15n]);
    expect(valued.worthOf({ asset: WETH, amount: 0n })).toBe(0n);
    expect(valued.worthOf({ asset: USDC, amount: 1n })).toBe('no_source');
  });

  it('is asked once for each asset but the unit, the fee’s included, and remembered', () => {
    const asked: AssetId[] = [];
    const context = contextOf({
      effects: [send(10n), send(3n, BOB, WETH), send(4n, EVE, WETH), allow(5n, ROUTER)],
      price: (asset) => {
        asked.push(asset);
        return fresh;
      },
    });
    const first = withValuation(context, (valuation) => valuation);
    expect(withValuation(context, (valuation) => valuation)).toBe(first);
    expect(asked).toEqual([WETH, USDC]);
    expect(first).toMatchObject({ outflow: 10n + 11n, spend: 10n + 11n + 8n });
    const feeInWeth = { over: { tx: tx({ fee: { asset: WETH, ceiling: 2n, params: {} } }) } };
    const paying = contextOf({ effects: [send(1n)], price: () => fresh, ...feeInWeth });
    expect(withValuation(paying, (valuation) => valuation) as typeof first & { worthOf: never }).toMatchObject({ outflow: 1n });
    expect(limitsLayer.judge(paying)).toMatchObject({ verdict: 'pass' });
    expect(paying.output.lines).toEqual([{ account: `agent:a1|${ETH}`, amount: '4' }]);
  });

  it('is nothing that could be said of an unlimited allowance, or of a price that is lacking', () => {
    const unlimited = withValuation(contextOf({ effects: [send(1n), allow('unlimited', ROUTER)] }), (valuation) => valuation);
    expect(unlimited).toMatchObject({ outflow: 1n, spend: null });
    expect(withValuation(contextOf({ effects: [send(1n, BOB, WETH)] }), (valuation) => valuation)).toMatchObject({
      outflow: null,
      spend: null,
    });
  });

  it('is asked of nothing but what counts, at once or later', async () => {
    const asked: string[] = [];
    const half = ((asset: AssetId) => {
      asked.push(asset);
      return asset === WETH ? fresh : Promise.resolve(fresh);
    }) as PriceSource['price'];
    const nothing = contextOf({ effects: [call()], price: half, over: { tx: tx({ fee: { asset: WETH, ceiling: 0n, params: {} } }) } });
    expect(withValuation(nothing, (valuation) => valuation)).toMatchObject({ outflow: 0n, spend: 0n });
    expect(withValuation(contextOf({ effects: [send(1n)], fee: 1n, price: half }), (valuation) => valuation)).toMatchObject({
      outflow: 1n,
    });
    expect(asked).toEqual([]);
    const mixed = contextOf({ effects: [send(2n, BOB, WETH), send(4n, BOB, USDC)], price: half });
    expect(await withValuation(mixed, (valuation) => valuation)).toMatchObject({ outflow: 9n });
    expect(mixed.fact(`price.${WETH}`, () => null as never)).toBe('3/2');
    const both = contextOf({ effects: [allow(5n, ROUTER), allow('unlimited', EVE)], price: () => fresh });
    expect(withValuation(both, (valuation) => valuation)).toMatchObject({ outflow: 0n, spend: null });
  });

  it('in the unit of a cap is that of what leaves and of the fee, and of nothing where no cap needs it', () => {
    const asked: string[] = [];
    const source: PriceSource['price'] = (asset, unit) => {
      asked.push(`${asset} ${unit}`);
      return fresh;
    };
    const dollars = withCaps([{ capId: 'usd', scope: 'fleet', unit: 'USD', window: 'day', max: 100 }]);
    const paying = (ceiling: bigint) => ({ tx: tx({ fee: { asset: WETH, ceiling, params: {} } }) });
    const context = contextOf({ policy: dollars, effects: [call()], price: source, over: paying(1n) });
    const units = withUnitRates(context, (found) => found) as ReadonlyMap<string, ReadonlyMap<AssetId, unknown>>;
    expect([...(units.get('USD')?.keys() ?? [])]).toEqual([WETH]);
    expect(context.fact(`price.${WETH}@USD`, () => null as never)).toBe('3/2');
    expect(asked.splice(0)).toEqual([`${WETH} USD`]);
    const free = contextOf({ policy: dollars, effects: [call()], price: source, over: paying(0n) });
    withUnitRates(free, (found) => found);
    for (const cap of [{ asset: WETH }, {}]) {
      const policy = withCaps([{ capId: 'c', scope: 'fleet', window: 'day', max: 100, ...cap }]);
      const found = withUnitRates(contextOf({ policy, effects: [send(1n, BOB, WETH)], price: source }), (rates) => rates);
      expect((found as ReadonlyMap<string, unknown>).size).toBe(0);
    }
    expect(asked).toEqual([]);
  });

  it('in the unit of a cap is asked only where a cap counts in another unit', async () => {
    const dollars = withCaps([{ capId: 'usd', scope: 'fleet', unit: 'USD', window: 'day', max: 100 }]);
    const asked: string[] = [];
    const source: PriceSource['price'] = (asset, unit) => {
      asked.push(`${asset} ${unit}`);
      return fresh;
    };
    const both = contextOf({ policy: dollars, effects: [send(10n)], fee: 1n, price: source });
    const units = withUnitRates(both, (found) => found) as ReadonlyMap<string, ReadonlyMap<AssetId, unknown>>;
    expect([...units.keys()]).toEqual(['USD']);
    expect(units.get('USD')?.get(ETH)).toEqual({ numerator: 3n, denominator: 2n, atMs: 0 });
    expect(asked).toEqual([`${ETH} USD`]);
    expect((withUnitRates(contextOf({ price: source }), (found) => found) as ReadonlyMap<string, unknown>).size).toBe(0);
    const late = contextOf({ policy: dollars, effects: [send(10n)], price: async () => fresh });
    expect((await withUnitRates(late, (found) => found)).get('USD')?.get(ETH)).toMatchObject({ numerator: 3n });
    const counted = limitsSay({ policy: dollars, effects: [send(10n)], fee: 1n, price: source });
    expect(counted.lines).toEqual([
      { account: `agent:a1|${ETH}`, amount: '11' },
      { account: 'cap:usd:fleet|USD', amount: '17' },
    ]);
    expect(limitsSay({ policy: dollars, effects: [send(10n)], fee: 1n }).reasons).toMatchObject([
      { code: 'limit_missing', unit: ETH, facts: { limitUnit: 'USD' } },
    ]);
  });
});

describe('how often', () => {
  const policy = policyOf({ ...WIDE, rateLimiting: { maxPerHour: 2, cooldownSeconds: 10, burst: 5 } });
  const [key] = accountsOf(policy, 'a1').rateKeys as [string];
  const contextAfter = (...times: readonly number[]) => {
    const row = times.reduce((counted, atMs) => countEvent(counted, HOUR_MS, 2, atMs, NOW), EMPTY_RATE);
    return contextOf({ policy, effects: [call()], rows: times.length === 0 ? {} : { [key]: row as unknown as Json } });
  };
  const judge = (...times: readonly number[]) => rateLimitLayer.judge(contextAfter(...times)) as LayerOutcome;

  it('passes where nothing was counted, and once the cooldown is over', () => {
    expect(judge()).toEqual({ verdict: 'pass', reasons: [] });
    expect(judge(NOW - 10_000).verdict).toBe('pass');
  });

  it('names the bound, and when it is over', () => {
    expect(judge(NOW - 9_999).reasons).toEqual([
      { code: 'cooldown_active', message: expect.any(String), rule: 'cooldownSeconds', resetsAtMs: NOW + 1, retryable: true },
    ]);
    expect(judge(NOW - 60_000, NOW - 30_000)).toMatchObject({
      verdict: 'deny',
      reasons: [
        {
          code: 'rate_limited',
          rule: 'maxPerHour',
          limit: '2',
          remaining: '0',
          requested: '1',
          retryable: true,
          resetsAtMs: NOW - 60_000 + HOUR_MS,
        },
      ],
    });
  });

  it('writes down what it counted: the hour’s count under the name that every decision has', () => {
    const context = contextAfter(NOW - 30_000);
    const facts: string[] = [];
    const { fact } = context;
    context.fact = (name, compute) => {
      facts.push(name);
      return fact.call(context, name, compute) as never;
    };
    expect(rateLimitLayer.judge(context)).toMatchObject({ verdict: 'pass' });
    expect(facts).toEqual(['rate.approved.burst', 'rate.approved']);
    expect(context.fact('rate.approved', () => null)).toEqual({ lastHour: 1, lastMs: NOW - 30_000, freeAtMs: null });
    expect(context.fact('rate.approved.burst', () => null)).toEqual({ count: 0, lastMs: null, freeAtMs: null });
  });

  it('takes an attempt always, and the bounds where it is approved', () => {
    const attempt = { kind: 'rate.take', key: 'agent:a1:attempts', windowMs: 60_000, max: null, cooldownMs: 0 };
    expect(rateCommands(contextAfter(), false)).toEqual([attempt]);
    expect(rateCommands(contextAfter(), true)).toEqual([
      attempt,
      { kind: 'rate.take', key: 'agent:a1:approved:burst', windowMs: 10_000, max: 5, cooldownMs: 0 },
      { kind: 'rate.take', key: 'agent:a1:approved', windowMs: HOUR_MS, max: 2, cooldownMs: 10_000 },
    ]);
  });
});
