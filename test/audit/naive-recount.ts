import type { ReportSummary } from '../../src/audit/index.ts';
import { LAYERS, type LogRow } from '../../src/core/index.ts';

interface Raw {
  readonly at: number;
  readonly type: string;
  readonly agent: string | null;
  readonly details?: Record<string, unknown>;
  readonly decision?: {
    readonly id: string;
    readonly agent: string;
    readonly requestId: string;
    readonly verdict: 'approved' | 'escalated' | 'denied';
    readonly riskScore: number;
    readonly unenforced: readonly string[];
    readonly reports: readonly { readonly layer: string }[];
  };
}

/** The figures of a report, from the documented formulas and the raw entries alone: slow and plain. */
export function naiveRecount(rows: readonly LogRow[], fromMs: number, toMs: number): ReportSummary {
  const all = rows.map((row) => JSON.parse(row.entry) as Raw);
  const inside = all.map((raw, index) => ({ raw, index })).filter(({ raw }) => raw.at >= fromMs && raw.at <= toMs);
  const own = inside.filter(({ raw }) => raw.type !== 'outside_event');
  const ofType = (type: string) => own.filter(({ raw }) => raw.type === type);
  const verdicts = (verdict: string) => ofType('decision_made').filter(({ raw }) => raw.decision?.verdict === verdict);
  const succeeded = ofType('execution_success').length;
  const failed = ofType('execution_failed').length;
  const risky = ['anomaly_detected', 'fraud_detected', 'cap_warning', 'monitor_unrecorded', 'monitor_reorg'];
  const riskEvents = own.filter(({ raw }) => risky.includes(raw.type) || (raw.decision?.riskScore ?? 0) >= 60).length;

  let checks = 0;
  let violations = 0;
  for (const { raw, index } of own) {
    if (raw.type === 'monitor_unrecorded') {
      checks += 1;
      violations += 1;
    }
    if (raw.type === 'execution_success') {
      checks += 1;
      const decided = all.findIndex(
        ({ decision }) =>
          decision?.id === raw.details?.['decisionId'] &&
          decision?.requestId === raw.details?.['requestId'] &&
          decision?.agent === raw.agent &&
          decision?.verdict === 'approved',
      );
      if (decided < 0 || decided >= index) violations += 1;
    }
    if (raw.decision !== undefined) {
      checks += 1;
      if (raw.decision.reports.map(({ layer }) => layer).join() !== LAYERS.join()) violations += 1;
    }
    if (raw.decision?.verdict === 'approved') {
      checks += 1;
      if (raw.decision.unenforced.length > 0) violations += 1;
    }
  }
  return {
    totalEvents: inside.length,
    outsideEvents: inside.length - own.length,
    decisions: ofType('decision_made').length,
    approved: verdicts('approved').length,
    escalated: verdicts('escalated').length,
    denied: verdicts('denied').length,
    succeeded,
    failed,
    successRate: succeeded + failed === 0 ? null : Math.floor((succeeded * 10_000) / (succeeded + failed)) / 10_000,
    riskEvents,
    checks,
    violations,
    complianceScore: checks === 0 ? null : Math.floor((100 * (checks - violations)) / checks),
  };
}
