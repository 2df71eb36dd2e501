import type { LogRow, Store } from '../../core/store.ts';
import { entryAtMs } from '../entry.ts';
import { type AuditEntry, toAuditEntry } from '../search/audit-entry.ts';
import { complianceChecks, isRiskEvent, type ReportSummary, shareOf } from './figures.ts';
import { createApprovalFinder } from './find-approval.ts';
import { createSections, type ReportSection, type ReportType } from './sections.ts';

/** What is counted. */
export interface CountOptions {
  readonly type: ReportType;
  readonly fromMs: number;
  readonly toMs: number;
  readonly includeDetails: boolean;
}

/** The counted part of a report. */
export interface ReportFigures {
  readonly summary: ReportSummary;
  readonly sections: readonly ReportSection[];
}

/** Figures, and how many executions stand on decisions whose text is gone: nothing is said of these. */
export interface CountedFigures extends ReportFigures {
  readonly unknowable: number;
}

type Counts = { -readonly [Name in keyof Omit<ReportSummary, 'successRate' | 'complianceScore'>]: number };

/** Counts the rows whose time lies in the range, both ends included; others are passed over. @throws LOG_CORRUPT */
export async function countReport(store: Store, rows: AsyncIterable<LogRow>, options: CountOptions): Promise<CountedFigures> {
  const { type, fromMs, toMs, includeDetails } = options;
  const approvals = createApprovalFinder(store);
  const sections = createSections(type, includeDetails);
  const counts: Counts = {
    totalEvents: 0,
    outsideEvents: 0,
    decisions: 0,
    approved: 0,
    escalated: 0,
    denied: 0,
    succeeded: 0,
    failed: 0,
    riskEvents: 0,
    checks: 0,
    violations: 0,
  };
  for await (const row of rows) {
    const atMs = entryAtMs(row.entry);
    if (atMs < fromMs || atMs > toMs) continue;
    const entry = toAuditEntry(row);
    const { event } = entry;
    if (event.type === 'decision_made') approvals.meet(event.decision, row.index);
    const { checks, failed } = entry.source === 'outside' ? { checks: 0, failed: [] } : await complianceChecks(entry, approvals.find);
    count(counts, entry);
    counts.checks += checks;
    counts.violations += failed.length;
    sections.add(entry, failed);
  }
  const { succeeded, failed, checks, violations } = counts;
  const rate = shareOf(succeeded, succeeded + failed, 10_000);
  const summary: ReportSummary = {
    ...counts,
    successRate: rate === null ? null : rate / 10_000,
    complianceScore: shareOf(checks - violations, checks, 100),
  };
  return { summary, sections: sections.finish(), unknowable: approvals.unknowable() };
}

function count(counts: Counts, entry: AuditEntry): void {
  counts.totalEvents += 1;
  if (entry.source === 'outside') {
    counts.outsideEvents += 1;
    return;
  }
  const { event } = entry;
  if (event.type === 'decision_made') {
    counts.decisions += 1;
    counts[event.decision.verdict] += 1;
  }
  if (event.type === 'execution_success') counts.succeeded += 1;
  if (event.type === 'execution_failed') counts.failed += 1;
  if (isRiskEvent(entry)) counts.riskEvents += 1;
}
