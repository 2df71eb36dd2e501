import { expect } from 'vitest';
import { createFixedPrices } from '../../src/index.ts';
import { BOB, FREE, type Given, openBench, stranger } from '../e2e/bench.ts';
import type { Effect, Effects } from './effect.ts';
import { asked, differs, elapsed, first, PLAIN, pay } from './gate-asking.ts';

const limits = (defaultLimits: object): Given => ({
  agents: { a1: PLAIN },
  authorization: { defaultLimits: { unit: 'ETH', perTransaction: 10, daily: 100, weekly: 100, monthly: 100, ...defaultLimits } },
});
const rate = (rateLimiting: object): Given => ({
  agents: { a1: { ...FREE, rateLimiting: undefined as never } },
  authorization: { rateLimiting: { cooldownSeconds: 0, maxPerHour: 100, ...rateLimiting } },
});
const validatorOf = (valid: boolean) => ({ validate: () => ({ valid, confidence: 1, reasoning: 'so', warnings: [] }) }) as never;
const screening = (given: object): Given => ({ risk: { anomalyThreshold: 100, screening: given } });
const listOf = (address: string) => ({
  name: 'reports',
  format: 'plain',
  trust: 'community',
  async *read() {
    yield Buffer.from(`${address}\n`);
  },
});
const silent = { validate: () => new Promise(() => undefined) } as never;
const strategy = (more: object): Given => ({ authorization: { strategies: [{ id: 'dca', ...more }] } });
const in2 = { context: { strategy: 'dca' } };

/** A score that counts one component alone is that component. */
const weight =
  (component: 'transaction' | 'behavioral' | 'market'): Effect =>
  async ({ anvil }) => {
    const weights = { transaction: 0, behavioral: 0, market: 0, [component]: 1 };
    const ask = { agentId: 'a1', type: 'transfer', to: stranger(), amount: '0.9', asset: 'ETH' };
    const scores: { aggregate: number; own: number }[] = [];
    for (const risk of [{ weights }, {}]) {
      await using bench = await openBench(anvil, { risk });
      const { breakdown } = await bench.security.risk.assessTransaction(ask);
      scores.push({ aggregate: breakdown.aggregate, own: breakdown[component] });
    }
    expect(scores[0]?.aggregate).toBeCloseTo(scores[0]?.own ?? -1, 0);
    expect(scores[1]?.aggregate).not.toBeCloseTo(scores[0]?.aggregate ?? 0, 0);
  };
/** Fields whose effect shows in what the gate decides. */
const QUOTES = { file: 'test/manager/risk-facts.test.ts', title: 'compare what a trade demands with what the market gives' } as const;

export const GATE_EFFECTS: Effects = {
  'authorization.enableSimulation': async ({ anvil }) => {
    const unenforced: (readonly string[])[] = [];
    for (const enableSimulation of [true, false]) {
      const agents = { a1: { ...FREE, requireSimulation: false } };
      await using bench = await openBench(anvil, { agents, authorization: { enableSimulation }, allowUnenforced: true });
      unenforced.push((await bench.security.agent('a1').execute(pay())).decision.unenforced);
    }
    expect(unenforced).toEqual([[], ['simulation']]);
  },
  'authorization.requireIntentValidation': differs('intent_missing', {}, { authorization: { requireIntentValidation: true } }),
  'authorization.minConfidence': differs(
    'confidence_too_low',
    {},
    { authorization: { minConfidence: 0.9 } },
    { context: { confidence: 0.5 } },
  ),
  'authorization.defaultLimits.unit': differs('limit_missing', limits({}), limits({ unit: 'USD' })),
  'authorization.defaultLimits.perTransaction': differs('per_transaction_limit', limits({}), limits({ perTransaction: '0.0005' })),
  'authorization.defaultLimits.daily': differs('window_limit', limits({}), limits({ daily: '0.0005' })),
  'authorization.defaultLimits.weekly': differs('window_limit', limits({}), limits({ weekly: '0.0005' })),
  'authorization.defaultLimits.monthly': differs('window_limit', limits({}), limits({ monthly: '0.0005' })),
  'authorization.defaultLimits.hourly': differs('window_limit', limits({}), limits({ hourly: '0.0005' })),
  'authorization.defaultLimits.total': differs('spend_exceeds_cap', limits({}), limits({ total: '0.0005' })),
  'authorization.defaultLimits.warningThresholdPct': async ({ anvil }) => {
    const told: number[] = [];
    for (const warningThresholdPct of [1, 100]) {
      await using bench = await openBench(anvil, limits({ warningThresholdPct, daily: '0.01' }));
      bench.security.onEvent(({ type }) => void (type === 'cap_warning' && told.push(warningThresholdPct)));
      await bench.security.agent('a1').execute(pay());
    }
    expect(told).toEqual([1]);
  },
  'authorization.defaultLimits.caps': differs(
    'window_limit',
    limits({}),
    limits({ caps: [{ capId: 'house', scope: 'fleet', window: 'day', max: '0.0005' }] }),
  ),
  'authorization.rateLimiting.maxPerMinute': differs('rate_limited', rate({}), rate({ maxPerMinute: 1 }), {}, first),
  'authorization.rateLimiting.maxPerDay': differs('rate_limited', rate({}), rate({ maxPerDay: 1 }), {}, first),
  'authorization.rateLimiting.burst': differs('rate_limited', rate({}), rate({ burst: 1 }), {}, first),
  'authorization.rateLimiting.perUser.maxPerMinute': differs('rate_limited', rate({}), rate({ perUser: { maxPerMinute: 1 } }), {}, first),
  'authorization.rateLimiting.perUser.maxPerHour': differs('rate_limited', rate({}), rate({ perUser: { maxPerHour: 1 } }), {}, first),
  'authorization.rateLimiting.perUser.maxPerDay': differs('rate_limited', rate({}), rate({ perUser: { maxPerDay: 1 } }), {}, first),
  'authorization.rateLimiting.perUser.burst': differs('rate_limited', rate({}), rate({ perUser: { burst: 1 } }), {}, first),
  'authorization.rateLimiting.perUser.cooldownSeconds': differs(
    'cooldown_active',
    rate({}),
    rate({ perUser: { cooldownSeconds: 3_600 } }),
    {},
    first,
  ),
  'authorization.rateLimiting.maxPerHour': differs('rate_limited', rate({}), rate({ maxPerHour: 1 }), {}, first),
  'authorization.rateLimiting.cooldownSeconds': differs('cooldown_active', rate({}), rate({ cooldownSeconds: 3_600 }), {}, first),
  'authorization.strategies': async ({ anvil }) => {
    expect(await asked(anvil, {}, in2)).toContain('strategy_unregistered');
    expect(await asked(anvil, strategy({}), in2)).toEqual(['success']);
    expect(await asked(anvil, strategy({ maxAmountPerTrade: '0.0005' }), in2)).toContain('strategy_amount_exceeded');
  },
  'authorization.eventStore': {
    file: 'test/e2e/temporal.test.ts',
    title: 'is told how requests end, and its eventStore gaps count against it',
  },
  'authorization.intentValidator': differs(
    'intent_validator_rejected',
    { authorization: { intentValidator: validatorOf(true) } },
    { authorization: { intentValidator: validatorOf(false) } },
  ),
  'authorization.strategyValidator': differs(
    'strategy_validator_rejected',
    { authorization: { ...strategy({}).authorization, strategyValidator: validatorOf(true) } },
    { authorization: { ...strategy({}).authorization, strategyValidator: validatorOf(false) } },
    in2,
  ),
  'authorization.layerTimeoutMs': async ({ anvil }) => {
    const within = (layerTimeoutMs: number) =>
      elapsed(async () =>
        expect(await asked(anvil, { authorization: { intentValidator: silent, layerTimeoutMs } })).toContain('layer_timed_out'),
      );
    const [short, long] = [await within(30), await within(1_500)];
    expect(long - short).toBeGreaterThan(1_000);
  },
  'authorization.simulationTimeoutMs': async ({ anvil }) => {
    expect(await asked(anvil, {})).toEqual(['success']);
    expect(await asked(anvil, { authorization: { simulationTimeoutMs: 1 } })).toContain('layer_timed_out');
  },
  'authorization.decisionTimeoutMs': async ({ anvil }) => {
    const within = (decisionTimeoutMs: number) =>
      elapsed(async () =>
        expect((await asked(anvil, { authorization: { intentValidator: silent, layerTimeoutMs: 1_500, decisionTimeoutMs } }))[0]).toBe(
          'policy_rejected',
        ),
      );
    const [short, long] = [await within(200), await within(20_000)];
    expect(long - short).toBeGreaterThan(800);
  },
  'risk.enabled': async ({ anvil }) => {
    await using bench = await openBench(anvil, { risk: { enabled: false }, allowUnenforced: true });
    expect((await bench.security.agent('a1').execute(pay())).decision.unenforced).toContain('risk');
    await using on = await openBench(anvil);
    expect((await on.security.agent('a1').execute(pay())).decision.unenforced).toEqual([]);
  },
  'risk.maxRiskScore': differs('risk_score_exceeded', { risk: {} }, { risk: { maxRiskScore: 1 } }),
  'risk.anomalyThreshold': async ({ anvil }) => {
    const now = Date.now();
    const history = Array.from({ length: 60 }, (_, n) => ({
      amount: `0.1${n % 7}`,
      asset: 'ETH',
      to: BOB,
      timestamp: now - (60 - n) * 14_400_000,
    }));
    const found: boolean[] = [];
    for (const anomalyThreshold of [1, 100]) {
      await using bench = await openBench(anvil, { risk: { anomalyThreshold } });
      found.push(
        (await bench.security.risk.detectAnomalies({ agentId: 'a1', to: BOB, amount: '0.9', asset: 'ETH', timestamp: now }, history))
          .isAnomaly,
      );
    }
    expect(found).toEqual([true, false]);
  },
  'risk.weights.transaction': weight('transaction'),
  'risk.weights.behavioral': weight('behavioral'),
  'risk.weights.market': weight('market'),
  'risk.fraudDetectionEnabled': async ({ anvil }) => {
    const large = { amount: '0.9', to: stranger() };
    const seen = [];
    for (const given of [{}, { risk: { fraudDetectionEnabled: false, anomalyThreshold: 100 }, allowUnenforced: true }]) {
      await using bench = await openBench(anvil, given);
      const { decision } = await bench.security.agent('a1').execute(pay(large));
      const asksFor = { agentId: 'a1', type: 'transfer', asset: 'ETH', ...large };
      const { matchedPatterns } = await bench.security.risk.checkFraudPatterns(asksFor);
      seen.push([decision.reasons.some(({ code }) => code === 'new_destination_large'), decision.unenforced, matchedPatterns.length > 0]);
    }
    expect(seen).toEqual([
      [true, [], true],
      [false, ['fraud_detection'], true],
    ]);
  },
  'risk.screening.lists': differs('address_blacklisted', screening({}), screening({ lists: [listOf(BOB)] })),
  'risk.screening.exemptions': differs(
    'address_blacklisted',
    screening({ lists: [listOf(BOB)], exemptions: [{ account: `eip155:31337:${BOB}`, reason: 'our own' }] }),
    screening({ lists: [listOf(BOB)] }),
  ),
  'risk.screening.builtInExemptions': {
    file: 'test/manager/screening-tokens.test.ts',
    title: 'are excused without a word only while builtInExemptions is true',
  },
  'risk.screening.loadTimeoutMs': async ({ anvil }) => {
    const never = { ...listOf(BOB), read: () => new Promise(() => undefined) };
    const within = (loadTimeoutMs: number) =>
      elapsed(async () => expect(await asked(anvil, screening({ lists: [never], loadTimeoutMs }))).toContain('screening_unavailable'));
    const [short, long] = [await within(50), await within(1_500)];
    expect(long - short).toBeGreaterThan(1_000);
  },
  quotes: QUOTES,
  'risk.lookUpTimeoutMs': QUOTES,
  'risk.shadowModel': {
    file: 'test/e2e/risk-learning.test.ts',
    title: 'is scored beside, decides nothing, and is told of across restarts',
  },
  'risk.depositTags': {
    file: 'test/manager/risk-facts-ton.test.ts',
    title: 'know to whom the depositTags of the configuration belong, in whatever spelling',
  },
  'prices.maxAgeMs': async ({ anvil }) => {
    const inUsd: Given = limits({ unit: 'USD', perTransaction: 100_000, daily: 100_000, weekly: 100_000, monthly: 100_000 });
    const price = { price: () => ({ numerator: 1n, denominator: 10n ** 9n, atMs: Date.now() - 120_000 }) };
    expect(await asked(anvil, { ...inUsd, price })).toEqual(['success']);
    expect(await asked(anvil, { ...inUsd, price, prices: { maxAgeMs: 60_000 } })).toContain('price_stale');
  },
  price: async ({ anvil }) => {
    const inUsd: Given = limits({ unit: 'USD', perTransaction: 100_000, daily: 100_000, weekly: 100_000, monthly: 100_000 });
    const price = createFixedPrices('USD', { 'eip155:31337/slip44:60': { price: '2000', decimals: 18 } });
    expect(await asked(anvil, inUsd)).toContain('limit_missing');
    expect(await asked(anvil, { ...inUsd, price })).toEqual(['success']);
  },
};
