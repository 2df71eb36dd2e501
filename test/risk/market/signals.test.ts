import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssetCondition, Effect, FeeCondition, MarketSnapshot, PoolCondition } from '../../../src/core/index.ts';
import { assessRisk, excerptMarket, type RiskInput } from '../../../src/risk/index.ts';
import { fee, nowMs, usual } from '../any-input.ts';
import { account, ETH, outflow, USDC, WALLET } from '../fixtures.ts';

const ether = (change: Partial<AssetCondition> = {}): AssetCondition => ({
  asset: ETH,
  atMs: nowMs,
  volatilityPpm: 0,
  cold: false,
  spreadPpm: 0,
  ...change,
});
const dollar = (change: Partial<AssetCondition> = {}): AssetCondition => ({ ...ether(), asset: USDC, depegPpm: 0, ...change });
const pool = (change: Partial<PoolCondition> = {}): PoolCondition => ({
  assets: [ETH, USDC],
  reserves: [`${10n ** 12n}`, `${10n ** 12n}`],
  feePpm: 0,
  atMs: nowMs,
  ...change,
});
const gas = (change: Partial<FeeCondition> = {}): FeeCondition => ({
  asset: ETH,
  atMs: nowMs,
  ratioPpm: 1_000_000,
  cold: false,
  ...change,
});
const market = (change: Partial<MarketSnapshot> = {}): MarketSnapshot => ({
  v: 2,
  maxAgeMs: 60_000,
  assets: [ether(), dollar()],
  pools: [pool()],
  fees: [gas()],
  ...change,
});
const gets = (amount: bigint, asset = USDC): Effect => ({
  leaf: '0',
  source: 'bytes',
  kind: 'inflow',
  account: WALLET,
  counterparty: account(1),
  asset,
  amount,
});
const PAYS = outflow(account(1), 1_000n, ETH);
const SMALL_FEE = fee(1n);

const judged = (given: Partial<MarketSnapshot>, effects: readonly Effect[] = [PAYS, SMALL_FEE], change: Partial<RiskInput> = {}) =>
  assessRisk(usual({ effects, market: market(given), ...change }));
const marketOf = (...args: Parameters<typeof judged>) => judged(...args).breakdown.market;
const idsOf = (...args: Parameters<typeof judged>) =>
  judged(...args)
    .factors.filter(({ component }) => component === 'market')
    .map(({ id }) => id);

/** What makes each signal worse, by a ratio in millionths. */
const SIGNALS: Readonly<Record<string, (ppm: number) => Parameters<typeof judged>>> = {
  volatility: (ppm) => [{ assets: [ether({ volatilityPpm: ppm })] }],
  depeg: (ppm) => [{ assets: [dollar({ depegPpm: ppm })] }, [outflow(account(1), 1_000n, USDC), SMALL_FEE]],
  market_divergent: (ppm) => [{ assets: [ether({ spreadPpm: ppm })] }],
  gas_spike: (ppm) => [{ fees: [gas({ ratioPpm: ppm })] }],
  liquidity_thin: (ppm) => [{}, [outflow(account(1), BigInt(ppm) * 10n ** 6n, ETH), SMALL_FEE]],
  price_impact: (ppm) => [{}, [outflow(account(1), BigInt(ppm) * 10n ** 5n, ETH), gets(1n), SMALL_FEE]],
};

describe('the market component', () => {
  it('is nothing in a calm market of which everything is known', () => {
    expect(marketOf({})).toBe(0);
    expect(judged({}).flags).not.toContain('inputs_missing');
  });

  it.each(Object.keys(SIGNALS))('reaches every level by %s alone, and never falls as it grows', (id) => {
    const at = SIGNALS[id] as (typeof SIGNALS)[string];
    const scores = Array.from({ length: 400 }, (_, n) => marketOf(...at(Math.floor(1.06 ** n))));
    for (const [low, high] of [
      [0, 29.99],
      [30, 59.99],
      [60, 80],
      [80.01, 100],
    ] as const)
      expect(
        scores.some((score) => score >= low && score <= high),
        `${id} ${low}`,
      ).toBe(true);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.nat(10 ** 9), (a, b) => {
        expect(marketOf(...at(Math.max(a, b)))).toBeGreaterThanOrEqual(marketOf(...at(Math.min(a, b))));
      }),
    );
    const worst = judged(...at(10 ** 9));
    expect(worst.factors.map((factor) => factor.id)).toContain(id);
    expect(worst.recommendations.length).toBeGreaterThan(judged(...at(1)).recommendations.length);
    expect(worst.score).toBeGreaterThan(80);
  });

  it.each<[string, Parameters<typeof judged>]>([
    ['market_missing', [{ assets: [dollar()] }]],
    ['market_stale', [{ assets: [ether({ atMs: nowMs - 60_001 })] }]],
    ['market_stale', [{ assets: [ether({ atMs: nowMs + 10_001 })] }]],
    ['volatility_unknown', [{ assets: [ether({ cold: true })] }]],
    ['peg_unknown', [{ assets: [dollar({ depegPpm: null })] }, [outflow(account(1), 1_000n, USDC), SMALL_FEE]]],
    ['liquidity_unknown', [{ pools: [] }]],
    ['liquidity_unknown', [{ pools: [pool({ atMs: nowMs - 60_001 })] }]],
    ['price_impact_unknown', [{ pools: [] }, [PAYS, gets(5n), SMALL_FEE]]],
    ['fee_unknown', [{ fees: [] }]],
    ['fee_unknown', [{ fees: [gas({ cold: true })] }]],
    ['fee_unknown', [{ fees: [gas({ atMs: nowMs - 60_001, ratioPpm: 10 ** 9 })] }]],
  ])('says what is not known, and scores it: %s', (id, given) => {
    const { factors, flags } = judged(...given);
    expect(factors.map((factor) => factor.id)).toContain(id);
    expect(marketOf(...given)).toBeGreaterThan(0);
    expect(flags).toContain('inputs_missing');
    expect(flags).toContain(id === 'market_missing' ? 'no_market_data' : id);
  });

  it('scores what is missing less than what is bad, and more than what is calm', () => {
    const missing = assessRisk(usual({ market: undefined })).breakdown.market;
    expect(missing).toBe(25);
    for (const nonsense of [{}, { v: 3 }, { v: 2 }, { ...market(), assets: 'none' }, { ...market(), maxAgeMs: -1 }, 5, 'x'])
      expect(assessRisk(usual({ market: nonsense as never })).breakdown.market).toBe(25);
    expect(marketOf(SIGNALS['depeg']?.(50_000)[0] ?? {}, [outflow(account(1), 1_000n, USDC)])).toBeGreaterThan(missing);
  });

  it('leaves out entries that make no sense: what they were of is missing', () => {
    const bad = [
      { volatilityPpm: Number.NaN },
      { volatilityPpm: -1 },
      { atMs: '0' },
      { cold: 1 },
      { depegPpm: 'x' },
      { spreadPpm: undefined },
    ];
    for (const change of bad) expect(idsOf({ assets: [ether(change as never)] }), JSON.stringify(change)).toContain('market_missing');
    for (const reserves of [['0', '5'], ['-1', '5'], ['1e5', '5'], ['5'], [5n, 5n]])
      expect(idsOf({ pools: [pool({ reserves: reserves as never })] })).toContain('liquidity_unknown');
    expect(idsOf({ fees: [gas({ ratioPpm: 1.5 })] })).toContain('fee_unknown');
    expect(idsOf({ fees: [gas({ ratioPpm: 20_000_000 }), gas()] })).toContain('gas_spike');
  });

  it('takes the least deep pool of a pair, and any pool of either side where the pair has none', () => {
    const thin = pool({ reserves: ['20000', '20000'] });
    const trade = [outflow(account(1), 1_000n, ETH), gets(900n), SMALL_FEE];
    expect(idsOf({ pools: [pool(), thin] }, trade)).toContain('price_impact');
    const elsewhere = 'eip155:1/erc20:0x1111111111111111111111111111111111111111' as never;
    expect(idsOf({ pools: [pool({ assets: [ETH, elsewhere], reserves: ['20000', '20000'] })] }, trade)).toContain('price_impact');
    // Where the pair has a pool of its own, another pool of one side is not what it goes through.
    expect(idsOf({ pools: [pool(), pool({ assets: [ETH, elsewhere], reserves: ['20000', '20000'] })] }, trade)).not.toContain(
      'price_impact_unknown',
    );
    // Money that leaves and does not come back as something else is no trade.
    expect(idsOf({ pools: [thin] }, [PAYS, gets(5n, ETH), SMALL_FEE])).not.toContain('price_impact');
  });

  it('counts a pool once that is told of several times, with the least that is told', () => {
    const half = [outflow(account(1), 5n * 10n ** 11n, ETH), SMALL_FEE];
    const placed = (reserve: string, place?: string) => pool({ reserves: [reserve, reserve], ...(place === undefined ? {} : { place }) });
    const of = (...pools: readonly PoolCondition[]) => marketOf({ pools }, half);
    const once = of(placed(`${10n ** 12n}`, 'a'));
    expect(of(placed(`${10n ** 12n}`, 'a'), placed(`${10n ** 12n}`, 'a'))).toBe(once);
    expect(of(placed(`${10n ** 15n}`, 'a'), placed(`${10n ** 12n}`, 'a'))).toBe(once);
    expect(of(placed(`${10n ** 12n}`, 'a'), placed(`${10n ** 12n}`, 'b'))).toBeLessThan(once);
    expect(of(placed(`${10n ** 12n}`), placed(`${10n ** 12n}`))).toBeLessThan(once);
  });

  it('comes to the same by the part that a decision keeps, to the last digit', () => {
    const effects = [PAYS, gets(5n), SMALL_FEE];
    const full = market({
      assets: [ether({ volatilityPpm: 33_333 }), dollar({ depegPpm: 7_001 }), { ...ether(), asset: `${ETH}x` as never }],
    });
    const kept = JSON.parse(JSON.stringify(excerptMarket(full, effects))) as MarketSnapshot;
    expect(kept.assets).toHaveLength(2);
    expect(assessRisk(usual({ effects, market: kept }))).toEqual(assessRisk(usual({ effects, market: full })));
    const old = { atMs: nowMs, dailyVolatility: 0.1, priceImpact: 0.01 };
    expect(excerptMarket(old, effects)).toBe(old);
  });

  it('what moves nothing needs no market, and an allowance needs that of its token', () => {
    expect(idsOf({ assets: [], pools: [], fees: [] }, [])).toEqual([]);
    const grant: Effect = {
      leaf: '0',
      source: 'bytes',
      kind: 'allowance',
      owner: WALLET,
      spender: account(5),
      asset: USDC,
      amount: 5n,
      expiresAtMs: null,
    };
    expect(idsOf({ assets: [] }, [grant])).toEqual(['market_missing']);
    expect(idsOf({ assets: [] }, [{ ...grant, amount: 0n }])).toEqual([]);
  });
});
