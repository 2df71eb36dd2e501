import { describe, expect, it } from 'vitest';
import type { ChainResult } from '../../../src/authz/engine.ts';
import { failedJudgement } from '../../../src/authz/failed-judgement.ts';
import { JudgeSession } from '../../../src/authz/judge-session.ts';
import { DEFAULT_JUDGE_SETTINGS, layerBudgetMs } from '../../../src/authz/judge-settings.ts';
import { stricter } from '../../../src/authz/stricter.ts';
import { LAYERS, type LayerName, type LayerReport, type Reason, type ReasonCode } from '../../../src/core/index.ts';
import { input } from '../fixture.ts';

const why = (code: ReasonCode): Reason => ({ code, message: code, retryable: false });
const reportOf = (layer: LayerName, verdict: LayerReport['verdict'], ...codes: ReasonCode[]): LayerReport => ({
  layer,
  verdict,
  passed: verdict === 'pass',
  score: null,
  reasons: codes.map(why),
  durationMs: 0,
});
const resultOf = (reports: readonly LayerReport[], more: Partial<ChainResult> = {}): ChainResult => ({
  reports,
  signals: [],
  unenforced: [],
  escalated: [],
  ...more,
});

describe('the verdict', () => {
  const conclude = (reports: readonly LayerReport[], more: Partial<ChainResult> = {}) =>
    new JudgeSession(input(), DEFAULT_JUDGE_SETTINGS).conclude(resultOf(reports, more));
  const passing = LAYERS.map((layer) => reportOf(layer, 'pass'));
  const signals = [{ type: 'fraud_detected', details: {} }] as const;

  it('names denials first, then escalations, and that layers are missing where nothing else says so', () => {
    const mixed = passing.with(1, reportOf('strategy', 'escalate', 'risk_high')).with(2, reportOf('risk', 'deny', 'policy_no_match'));
    expect(conclude(mixed).verdict).toBe('denied');
    expect(conclude(mixed).reasons.map(({ code }) => code)).toEqual(['policy_no_match', 'risk_high']);
    expect(conclude([])).toMatchObject({ verdict: 'denied', reasons: [{ code: 'layer_missing', retryable: false }] });
    expect(conclude(passing.slice(1)).reasons.map(({ code }) => code)).toEqual(['layer_missing']);
    const approved = conclude(passing, { signals, unenforced: ['x'], escalated: [why('risk_high')] });
    expect(approved).toMatchObject({ verdict: 'approved', reasons: [], signals, unenforced: ['x'], escalated: [why('risk_high')] });
    expect(conclude(passing.with(2, reportOf('risk', 'escalate', 'risk_high')))).toMatchObject({ verdict: 'escalated' });
  });

  it('takes the counts of an action where it is approved, and of an attempt always', () => {
    const [approved, denied] = [conclude(passing), conclude([])];
    expect(approved.rates.length).toBeGreaterThan(1);
    expect(denied.rates).toHaveLength(1);
    expect(denied.rates[0]).toMatchObject({ kind: 'rate.take', windowMs: 60_000, max: null, cooldownMs: 0 });
    expect(approved.rates[0]).toEqual(denied.rates[0]);
  });
});

describe('two looks', () => {
  const verdicts = ['pass', 'escalate', 'skipped', 'deny'] as const;

  it('come to the stricter report of each layer, and to all that either found', () => {
    for (const [at, one] of verdicts.entries())
      for (const [after, two] of verdicts.entries()) {
        const [first, second] = [reportOf('risk', one, 'risk_high'), reportOf('risk', two, 'policy_no_match')];
        const { reports } = stricter(resultOf([first, reportOf('policy', 'pass')]), resultOf([second]));
        expect(reports[0], `${one} ${two}`).toBe(after > at ? second : first);
        expect(reports[1]).toEqual(reportOf('policy', 'pass'));
      }
    const signal = (type: string) => ({ type, details: {} }) as never;
    const both = stricter(
      resultOf([], { signals: [signal('a')], unenforced: ['x', 'y'], escalated: [why('risk_high')] }),
      resultOf([], { signals: [signal('b')], unenforced: ['y', 'z'], escalated: [why('policy_no_match')] }),
    );
    expect(both).toEqual({
      reports: [],
      signals: [signal('a'), signal('b')],
      unenforced: ['x', 'y', 'z'],
      escalated: [why('risk_high'), why('policy_no_match')],
    });
  });
});

describe('a judgement that failed', () => {
  it('is a denial by every layer, of the highest risk, that takes nothing', () => {
    const given = input();
    const failed = failedJudgement(given);
    const reason = { code: 'layer_threw', message: 'The judgement failed, which denies.', retryable: false };
    expect(failed).toEqual({
      verdict: 'denied',
      reports: LAYERS.map((layer) => ({ layer, passed: false, verdict: 'deny', score: null, reasons: [reason], durationMs: 0 })),
      reasons: [reason],
      facts: {},
      signals: [],
      unenforced: [],
      escalated: [],
      riskScore: 100,
      effects: given.decoded.effects,
      lines: [],
      feeLines: [],
      caps: [],
      reviews: [],
      rates: [],
      simulation: null,
    });
    expect(failedJudgement({} as never).effects).toEqual([]);
  });
});

describe('settings', () => {
  it('are safe where nothing is said, and give the simulation its own time', () => {
    expect(DEFAULT_JUDGE_SETTINGS).toEqual({
      requireIntentValidation: false,
      minConfidence: 0,
      enableSimulation: true,
      riskEnabled: true,
      fraudDetectionEnabled: true,
      allowUnenforced: false,
      maxRiskScore: 80,
      anomalyThreshold: 3,
      weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 },
      layerTimeoutMs: 5_000,
      simulationTimeoutMs: 10_000,
      maxPriceAgeMs: 600_000,
    });
    expect(LAYERS.map((layer) => layerBudgetMs({ ...DEFAULT_JUDGE_SETTINGS, layerTimeoutMs: 1, simulationTimeoutMs: 2 }, layer))).toEqual(
      LAYERS.map((layer) => (layer === 'simulation' ? 2 : 1)),
    );
  });
});
