import type { SecurityEvent } from '../../core/event.ts';
import { LAYERS } from '../../core/verdict.ts';
import type { AuditEntry } from '../search/audit-entry.ts';

/**
 * The figures of a report. Each is a count over the entries of the range, or made from counts by the formula beside it;
 * rounding is always down. Outside events count in `totalEvents` and `outsideEvents` and nowhere else.
 */
export interface ReportSummary {
  /** Entries in the range. */
  readonly totalEvents: number;
  /** Those that other programs reported. */
  readonly outsideEvents: number;
  /** `decision_made` entries, by verdict. */
  readonly decisions: number;
  readonly approved: number;
  readonly escalated: number;
  readonly denied: number;
  /** `execution_success` and `execution_failed` entries. */
  readonly succeeded: number;
  readonly failed: number;
  /** succeeded ÷ (succeeded + failed), 0–1, four decimals; null where nothing was executed. */
  readonly successRate: number | null;
  /** Entries of a risk type, and decisions with a risk score of 60 or more. */
  readonly riskEvents: number;
  /** Compliance checks made, see {@link complianceChecks}, and those that failed. */
  readonly checks: number;
  readonly violations: number;
  /** 100 × (checks − violations) ÷ checks, a whole number; null where there was nothing to check. */
  readonly complianceScore: number | null;
}

/** A check that an entry failed, by name. */
export type Violation =
  /** Money moved that no decision covers. */
  | 'transaction_unrecorded'
  /** Executed without an approved decision of the same agent and request before it in the log. */
  | 'execution_undecided'
  /** A decision that does not hold the eight reports in their order. */
  | 'layers_incomplete'
  /** Approved while a check was switched off. */
  | 'check_unenforced';

/** Types of own events that are risk events as such. */
const RISK_TYPES: ReadonlySet<SecurityEvent['type']> = new Set<SecurityEvent['type']>([
  'anomaly_detected',
  'fraud_detected',
  'cap_warning',
  'monitor_unrecorded',
  'monitor_reorg',
]);
/** From here a risk score is high. */
const HIGH_RISK = 60;

/** Tells whether an entry counts as a risk event. */
export function isRiskEvent({ source, event }: AuditEntry): boolean {
  if (source === 'outside') return false;
  return event.type === 'decision_made' ? event.decision.riskScore >= HIGH_RISK : RISK_TYPES.has(event.type);
}

/**
 * Finds out whether an approved decision of this id, agent and request stands before `index` in the log; null where the
 * decision's text was dropped, so that nobody can tell.
 */
export type FindApproval = (wanted: ApprovedAction) => Promise<boolean | null>;

/** What an execution says it stands on. */
export interface ApprovedAction {
  readonly decisionId: string;
  readonly requestId: string;
  readonly agent: string | null;
  readonly index: number;
}

/**
 * The compliance checks of one entry, and which of them it failed: two for an approved decision (eight reports; nothing
 * switched off), one for any other decision (eight reports), one for an execution that succeeded (decided before; none
 * where that decision was pruned), one
 * for an unrecorded transaction, which it fails; none for everything else.
 */
export async function complianceChecks(
  { event, index }: AuditEntry,
  isApproved: FindApproval,
): Promise<{ readonly checks: number; readonly failed: readonly Violation[] }> {
  if (event.type === 'monitor_unrecorded') return { checks: 1, failed: ['transaction_unrecorded'] };
  if (event.type === 'execution_success') {
    const { decisionId, requestId } = event.details;
    const isDecided =
      typeof decisionId === 'string' &&
      typeof requestId === 'string' &&
      (await isApproved({ decisionId, requestId, agent: event.agent, index }));
    if (isDecided === null) return { checks: 0, failed: [] };
    return { checks: 1, failed: isDecided ? [] : ['execution_undecided'] };
  }
  if (event.type !== 'decision_made') return { checks: 0, failed: [] };
  const { verdict, reports, unenforced } = event.decision;
  const failed: Violation[] = [];
  if (reports.length !== LAYERS.length || reports.some(({ layer }, place) => layer !== LAYERS[place])) failed.push('layers_incomplete');
  if (verdict !== 'approved') return { checks: 1, failed };
  if (unenforced.length > 0) failed.push('check_unenforced');
  return { checks: 2, failed };
}

/** numerator × scale ÷ denominator, rounded down; null for nothing of nothing. */
export function shareOf(numerator: number, denominator: number, scale: number): number | null {
  return denominator === 0 ? null : Number((BigInt(numerator) * BigInt(scale)) / BigInt(denominator));
}
