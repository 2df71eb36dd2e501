import { describe, expect, it } from 'vitest';
import { compilePolicy, DEFAULT_POLICY_BASE, judgeKeys } from '../../src/authz/index.ts';
import type { ChainId } from '../../src/core/index.ts';
import type { Json, Store } from '../../src/core/store.ts';
import { createPolicyManager } from '../../src/manager/policies/stand-alone.ts';
import { standAlone } from '../../src/manager/policies/stand-alone-parts.ts';
import { createPolicyBook } from '../../src/manager/policy-book.ts';
import { habitKeys } from '../../src/manager/risk/agent-habits.ts';
import { createRisk } from '../../src/manager/risk/risk-engine.ts';
import { createRiskFace } from '../../src/manager/risk/risk-face.ts';
import { createRiskEngine } from '../../src/manager/risk/stand-alone.ts';
import { trainProfile } from '../../src/risk/index.ts';
import { input, policyOf } from '../authz/fixture.ts';
import { CAROL } from '../e2e/bench.ts';
import { habitual } from '../risk/fixtures.ts';
import { BOB, CHAIN, FREE } from './fixture.ts';
import { ask, ETH, engine, HOUR, memory, NOW, usual } from './risk-fixture.ts';

describe('the risk engine as the reference writes it', () => {
  it('assesses, compares and looks for patterns over a history, and stores nothing', async () => {
    const store = memory();
    const risk = createRiskEngine({
      enabled: true,
      maxRiskScore: 80,
      anomalyThreshold: 2.0,
      weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 },
      tokens: [ETH],
      store,
    });
    const calm = await risk.assessTransaction(ask(), usual());
    expect(calm).toMatchObject({
      score: expect.any(Number),
      level: 'low',
      breakdown: { transaction: expect.any(Number), behavioral: expect.any(Number), market: expect.any(Number), aggregate: calm.score },
      factors: expect.any(Array),
      flags: expect.arrayContaining(['no_market_data']),
      recommendations: expect.any(Array),
      isBlocked: false,
    });
    expect(await risk.detectAnomalies(ask(), usual())).toMatchObject({
      isAnomaly: false,
      type: null,
      details: { caution: false, samples: 60 },
    });
    expect((await risk.checkFraudPatterns(ask(), usual())).matchedPatterns).toEqual([]);
    const large = ask({ amount: '900', destination: CAROL });
    const worse = await risk.assessTransaction(large, usual());
    expect(worse.score).toBeGreaterThan(calm.score);
    expect(await risk.detectAnomalies(large, usual())).toMatchObject({
      isAnomaly: true,
      type: 'amount',
      deviationScore: expect.any(Number),
    });
    const { matchedPatterns } = await risk.checkFraudPatterns(large, usual());
    expect(matchedPatterns.map(({ id, recommendedAction }) => [id, recommendedAction])).toEqual(
      expect.arrayContaining([
        ['new_dest_large', 'escalate'],
        ['rapid_drain', 'block'],
      ]),
    );
    for (const match of matchedPatterns)
      expect(Object.keys(match).sort()).toEqual(['confidence', 'evidence', 'id', 'name', 'recommendedAction', 'title']);
    expect(await store.logHead()).toMatchObject({ size: 0 });
    expect(await store.scan('doc/')).toEqual([]);
  });

  it('sees a burst in the history’s own times, and failures teach nothing', async () => {
    const risk = engine();
    const burst = [
      ...usual(),
      ...Array.from({ length: 12 }, (_, index) => ({
        ...usual()[0],
        amount: '1',
        destination: BOB,
        currency: 'ETH',
        timestamp: NOW - 1_000 * index,
        status: 'failed',
      })),
    ];
    expect(await risk.detectAnomalies(ask(), burst)).toMatchObject({ isAnomaly: true, type: 'burst', details: { samples: 60 } });
    const failed = await risk.assessTransaction(ask(), usual({ status: 'failed' }));
    expect(failed.flags).toContain('profile_cold');
    const shuffled = usual().reverse();
    expect(await risk.assessTransaction(ask(), shuffled)).toEqual(await risk.assessTransaction(ask(), usual()));
  });

  it('has each setting count', async () => {
    const risky = ask({ amount: '40', destination: CAROL });
    const { score, isBlocked, breakdown } = await engine().assessTransaction(risky, usual());
    expect(isBlocked).toBe(
      (await engine().checkFraudPatterns(risky, usual())).matchedPatterns.some(({ recommendedAction }) => recommendedAction === 'block'),
    );
    const quiet = ask({ context: { confidence: 0.1 } });
    const { score: low } = await engine().assessTransaction(quiet, usual());
    expect((await engine({ maxRiskScore: low - 1 }).assessTransaction(quiet, usual())).isBlocked).toBe(true);
    expect((await engine({ maxRiskScore: low }).assessTransaction(quiet, usual())).isBlocked).toBe(false);
    const market = await engine({ weights: { transaction: 0, behavioral: 0, market: 1 } }).assessTransaction(risky, usual());
    expect([market.score, score]).toEqual([breakdown.market, breakdown.aggregate]);
    const odd = ask({ amount: '4' });
    const { deviationScore } = await engine().detectAnomalies(odd, usual());
    expect((await engine({ anomalyThreshold: deviationScore + 0.1 }).detectAnomalies(odd, usual())).isAnomaly).toBe(false);
    expect((await engine({ anomalyThreshold: deviationScore - 0.1 }).detectAnomalies(odd, usual())).isAnomaly).toBe(true);
    for (const wrong of [
      { enabled: false },
      { fraudDetectionEnabled: false },
      { maxRiskScore: 101 },
      { anomalyThreshold: 0 },
      { weights: { transaction: 1 } },
      { weight: 1 },
    ])
      expect(() => engine(wrong), JSON.stringify(wrong)).toThrow(/CONFIG_INVALID/);
  });

  it('needs a history, and refuses what it cannot read', async () => {
    const risk = engine();
    await expect(risk.assessTransaction(ask())).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: 'history' } });
    for (const amount of ['abc', '-1', '1e3', '0x10', '9'.repeat(90), '0'])
      await expect(risk.assessTransaction(ask({ amount }), usual()), amount).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    for (const over of [
      { amount: '-1' },
      { amount: 1 },
      { currency: 'BTC' },
      { destination: 'bob' },
      { timestamp: 'yesterday' },
      { timestamp: Number.NaN },
    ])
      await expect(risk.detectAnomalies(ask(), usual(over) as never), JSON.stringify(over)).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    for (const history of [{}, 'all', [null], [() => 1], [JSON.parse('{"__proto__":{}}')], new Array(10_001).fill(usual()[0])])
      await expect(risk.checkFraudPatterns(ask(), history as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    const history = usual();
    const running = risk.assessTransaction(ask(), history);
    for (const entry of history) Object.assign(entry, { destination: CAROL, amount: '1000000' });
    expect((await running).level, 'copied when it was given').toBe('low');
    const contract = await risk.assessTransaction({ agentId: 'a1', to: CAROL, data: '0xdeadbeef', chain: CHAIN } as never, usual());
    expect(contract.flags, 'what nobody decoded is unknown, not harmless').toContain('effects_unknown');
  });
});

describe('over the agent’s own records', () => {
  const base = { ...DEFAULT_POLICY_BASE, strategies: [] };
  const room = (store: Store) =>
    createRisk({
      ...standAlone({ store }),
      chains: { ids: [CHAIN as ChainId], tokens: () => [ETH] },
      policies: createPolicyBook((permissions) => compilePolicy(permissions, [ETH], base)),
      settings: { maxRiskScore: 80, anomalyThreshold: 3, weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 } },
    });

  it('reads the rows that the gate judges by', () => {
    const made = input({ policy: policyOf() });
    const keys = judgeKeys(made);
    for (const key of habitKeys(made.request.agentId, made.policy.unit.id)) expect(keys).toContain(key);
  });

  it('goes by the stored profile, and a history only ever answers for itself', async () => {
    const store = memory();
    await createPolicyManager({ store, tokens: [ETH], base }).createAgent('agent-1', FREE);
    const risk = room(store);
    const unknown = await risk.assessTransaction(ask());
    expect(unknown.flags).toContain('no_profile');
    const warm = await risk.assessTransaction(ask(), usual());
    expect(warm.score).toBeLessThan(unknown.score);
    expect(await risk.assessTransaction(ask()), 'what was handed in is forgotten').toEqual(unknown);
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'profile/agent-1', value: habitual() as unknown as Json, ifVersion: 0 }] }]);
    const known = await risk.assessTransaction(ask({ amount: '0.000000000001234567' }));
    expect(known.flags).not.toContain('no_profile');
    expect((await risk.detectAnomalies(ask({ amount: '1' }))).type).toBe('amount');
    await expect(risk.assessTransaction({ ...ask(), agentId: undefined } as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    const busy = trainProfile(habitual(), { atMs: Date.now(), account: null, asset: ETH.asset, amount: 1n, unitAmount: 0n });
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'profile/agent-1', value: busy as unknown as Json }] }]);
    const later = await risk.detectAnomalies(ask({ amount: '0.000000000001', timestamp: new Date(Date.now() + 30 * 24 * HOUR) }));
    expect(later.details['intervalDeviations'], 'without a history the moment is ours').toBeGreaterThan(1);
  });
});

describe('the face of a house that is still being opened', () => {
  it('copies what it is handed before it waits', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const room = engine();
    const face = createRiskFace(async (work) => opened.then(() => work(room)));
    const [history, request, listing] = [usual(), ask(), { reason: 'scam', source: 'test' }];
    const running = Promise.all([
      face.assessTransaction(request, history),
      face.detectAnomalies(request, history),
      face.checkFraudPatterns(request, history),
    ]);
    const listed = face.addToBlacklist(CAROL, listing);
    for (const entry of history) Object.assign(entry, { amount: '1000000' });
    Object.assign(request, { amount: '900', destination: CAROL });
    listing.source = 'x'.repeat(500);
    open();
    const [{ level }, { isAnomaly }, { matchedPatterns }] = await running;
    expect([level, isAnomaly, matchedPatterns]).toEqual(['low', false, []]);
    expect((await listed)[0]?.source).toBe('test');
    expect(await face.isBlacklisted(CAROL)).toBe(true);
    expect(await face.removeFromBlacklist(CAROL)).toBe(true);
    await expect(face.assessTransaction((() => 1) as never, usual())).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
