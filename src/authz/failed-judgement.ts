import { LAYERS, type LayerReport, type Reason } from '../core/index.ts';
import type { JudgeInput, Judgement } from './judge-input.ts';

/** The denial where not even a chain could run. */
export function failedJudgement(input: JudgeInput): Judgement {
  const reports = LAYERS.map(
    (layer): LayerReport => ({ layer, passed: false, verdict: 'deny', score: null, reasons: [FAILED], durationMs: 0 }),
  );
  return {
    verdict: 'denied',
    reports,
    reasons: [FAILED],
    facts: {},
    signals: [],
    unenforced: [],
    riskScore: 100,
    effects: input.decoded?.effects ?? [],
    lines: [],
    escalated: [],
    feeLines: [],
    caps: [],
    reviews: [],
    rates: [],
    simulation: null,
  };
}

const FAILED: Reason = Object.freeze({ code: 'layer_threw', message: 'The judgement failed, which denies.', retryable: false });
