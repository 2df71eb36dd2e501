import type { Reason } from './reason.ts';

/**
 * The eight judges, in their order.
 *
 * @example
 * ```ts
 * import { LAYERS } from 'castellan';
 *
 * console.log(LAYERS.join(', ')); // intent, strategy, risk, policy, limits, rate_limit, anomaly, simulation
 * ```
 */
export const LAYERS = ['intent', 'strategy', 'risk', 'policy', 'limits', 'rate_limit', 'anomaly', 'simulation'] as const;
/** The name of one of the eight judges. */
export type LayerName = (typeof LAYERS)[number];

/** approved < escalated < denied. */
export type Verdict = 'approved' | 'escalated' | 'denied';

/** What one layer says. */
export interface LayerOutcome {
  readonly verdict: 'pass' | 'escalate' | 'deny';
  readonly reasons: readonly Reason[];
  /** 0–100, where the layer scores. */
  readonly score?: number;
  /** Events to append with the decision. */
  readonly signals?: readonly LayerSignal[];
  /** A check that was switched off by configuration, by name. */
  readonly unenforced?: readonly string[];
}

/** Something a layer noticed that deserves its own event. */
export interface LayerSignal {
  readonly type: 'anomaly_detected' | 'fraud_detected' | 'cap_warning';
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** One of the eight reports in a decision. */
export interface LayerReport {
  readonly layer: LayerName;
  readonly passed: boolean;
  readonly verdict: 'pass' | 'escalate' | 'deny' | 'skipped';
  readonly score: number | null;
  readonly reasons: readonly Reason[];
  readonly durationMs: number;
}

/** The strictest of the reports; an empty or incomplete list is denied. */
export function strictest(reports: readonly LayerReport[]): Verdict {
  if (reports.length !== LAYERS.length) return 'denied';
  let verdict: Verdict = 'approved';
  for (const [index, report] of reports.entries()) {
    if (report.layer !== LAYERS[index]) return 'denied';
    if (report.verdict === 'deny' || report.verdict === 'skipped' || (report.verdict === 'pass') !== report.passed) return 'denied';
    if (report.verdict === 'escalate') verdict = 'escalated';
    else if (report.verdict !== 'pass') return 'denied';
  }
  return verdict;
}
