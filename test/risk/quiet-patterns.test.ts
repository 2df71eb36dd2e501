import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { compilePolicy, DEFAULT_POLICY_BASE } from '../../src/authz/index.ts';
import type { ActionRequest, ChainId, Json, LayerReport } from '../../src/core/index.ts';
import { createPolicyManager } from '../../src/manager/policies/stand-alone.ts';
import { standAlone } from '../../src/manager/policies/stand-alone-parts.ts';
import { createPolicyBook } from '../../src/manager/policy-book.ts';
import { createRisk } from '../../src/manager/risk/risk-engine.ts';
import type { TransactionHistory } from '../../src/manager/risk/risk-history.ts';
import { assessRisk, emptyProfile, type Profile, trainProfile } from '../../src/risk/index.ts';
import { scoreOf } from '../../src/risk/score.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { BOB, docRow, ETH, ether, fee, judgeOnce, NOW, request, type Scene, send } from '../authz/fixture.ts';
import { FREE } from '../manager/fixture.ts';
import { ask, ETH as COIN, usual } from '../manager/risk-fixture.ts';
import { anyInput } from './any-input.ts';

const QUIET: ReadonlySet<string> = new Set(['timing_attack', 'gradual_increase']);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
type Found = { readonly id: string; readonly action: string; readonly code: string | null };

/** Forty payments at this many hours before now, the last eight rising from 0.1 to 0.38. */
const habits = (hoursBefore: number): Profile =>
  Array.from({ length: 40 }, (_, day) => day).reduce((profile, day) => {
    const amount = (ether('0.1') * BigInt(Math.round(1_000 * (day < 32 ? 3 : 1.21 ** (day - 32))))) / 1_001n;
    return trainProfile(profile, {
      atMs: NOW - (40 - day) * DAY - hoursBefore * HOUR,
      account: BOB,
      asset: ETH,
      amount,
      unitAmount: amount,
    });
  }, emptyProfile());
const rows = (profile: Profile) => docRow('profile/a1', profile as unknown as Json);
const paying = (text: string, over: Partial<ActionRequest> = {}): Scene => ({
  request: request({
    action: { kind: 'transfer', asset: ETH, amount: ether(text), to: BOB },
    declared: { asset: ETH, amount: ether(text).toString(), destination: BOB },
    ...over,
  }),
  effects: [fee(), send(ether(text))],
});
async function judged(scene: Scene) {
  const { facts, reports, reasons, signals } = await judgeOnce(scene);
  const { patterns, vetoes } = facts['risk'] as unknown as { patterns: readonly Found[]; vetoes: readonly unknown[] };
  const quiet = patterns.filter(({ id }) => QUIET.has(id));
  const risk = (reports as readonly LayerReport[]).find(({ layer }) => layer === 'risk');
  return { quiet, vetoes, risk, reasons, signals };
}

describe('the two patterns that only watch, at the gate', () => {
  const both = [
    { id: 'timing_attack', action: 'monitor', code: null, evidence: { hourUtc: 8, payments: 40, usualShare: 0 } },
    {
      ...{ id: 'gradual_increase', action: 'alert', code: null },
      evidence: { growth: 2.14, outOfOrder: 0, outflow: '459000000000000000', payments: 8 },
    },
  ];

  it('stand in the decision’s facts, and let it pass', async () => {
    const { quiet, vetoes, risk, reasons, signals } = await judged({ ...paying('0.459'), rows: rows(habits(12)) });
    expect(quiet).toEqual(both);
    expect(vetoes).toEqual([]);
    expect([risk?.passed, reasons]).toEqual([true, []]);
    expect(reasons.filter(({ code }) => code.startsWith('risk') || code.includes('pattern'))).toEqual([]);
    expect(signals.filter(({ type }) => type === 'fraud_detected')).toEqual([]);
    expect((await judged({ ...paying('0.15'), rows: rows(habits(0)) })).quiet).toEqual([]);
  });

  it('nothing in a request hides or forges them', async () => {
    const words = [
      { context: { intent: 'the usual payment at the usual hour', confidence: 1, history: [], timestamp: NOW - 12 * HOUR } },
      { receivedAtMs: NOW - 12 * HOUR },
      { timestamp: NOW - 12 * HOUR, history: [], profile: emptyProfile() },
    ] as unknown as readonly Partial<ActionRequest>[];
    for (const over of words) {
      expect((await judged({ ...paying('0.459', over), rows: rows(habits(12)) })).quiet).toEqual(both);
      expect((await judged({ ...paying('0.15', over), rows: rows(habits(0)) })).quiet).toEqual([]);
    }
  });

  it('a restart forgets neither, and a history handed in stays apart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'castellan-quiet-'));
    const clock = createManualClock(NOW);
    const open = () => createSqliteStore({ path: join(folder, 'store.db'), clock, random: createSeededRandom('quiet') });
    const base = { ...DEFAULT_POLICY_BASE, strategies: [] };
    try {
      const first = await open();
      await createPolicyManager({ store: first, clock, tokens: [COIN], base }).createAgent('agent-1', FREE);
      const value = habits(12) as unknown as Json;
      await first.apply([{ commands: [{ kind: 'doc.put', key: 'profile/agent-1', value, ifVersion: 0 }] }]);
      await first.close();

      const second = await open();
      const risk = createRisk({
        ...standAlone({ store: second, clock }),
        chains: { ids: [COIN.asset.split('/')[0] as ChainId], tokens: () => [COIN] },
        policies: createPolicyBook((permissions) => compilePolicy(permissions, [COIN], base)),
        settings: { maxRiskScore: 80, anomalyThreshold: 3, weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 } },
      });
      const found = async (request: object, history?: TransactionHistory) =>
        (await risk.checkFraudPatterns(request as never, history)).matchedPatterns
          .filter(({ id }) => QUIET.has(id))
          .map(({ name, recommendedAction }) => `${name}: ${recommendedAction}`);
      const payment = { ...ask({ amount: '0.459' }), timestamp: new Date(NOW) };
      const watched = ['timing_attack: monitor', 'gradual_increase: alert'];
      expect(await found(payment)).toEqual(watched);
      expect(await found(payment, usual()), 'a question about that history').toEqual([]);
      expect(await found({ ...payment, timestamp: new Date(NOW - 12 * HOUR) }), 'the moment is ours').toEqual(watched);
      await second.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('neither ever lowers the score', () => {
  it('nor denies, nor asks a person, whatever else is there', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(anyInput, (any) => {
        const whole = assessRisk(any);
        for (const match of whole.patterns) {
          if (!QUIET.has(match.id)) continue;
          met.add(match.id);
          const without = whole.factors.filter(({ id }) => id !== `pattern:${match.id}`);
          expect(without).toHaveLength(whole.factors.length - 1);
          expect(whole.score).toBeGreaterThanOrEqual(scoreOf(without, any.weights).aggregate);
          expect(match.confidence).toBeGreaterThan(0);
          expect(match.confidence).toBeLessThanOrEqual(0.9);
          expect([match.reason, whole.vetoes.some(({ detail }) => detail === match.name)]).toEqual([null, false]);
        }
        expect(whole.score).toBeGreaterThanOrEqual(assessRisk({ ...any, fraudPatterns: false }).score);
      }),
      { numRuns: 500 },
    );
    expect([...met].sort()).toEqual(['gradual_increase', 'timing_attack']);
  });
});
