import type { LayerReport } from '../core/index.ts';
import type { ChainResult } from './engine.ts';

/** Each report of the second look where it is stricter than the first. */
export function stricter(first: ChainResult, second: ChainResult): ChainResult {
  const reports = first.reports.map((report) => {
    const again = second.reports.find(({ layer }) => layer === report.layer);
    return again === undefined || RANK[again.verdict] <= RANK[report.verdict] ? report : again;
  });
  return {
    reports,
    signals: [...first.signals, ...second.signals],
    unenforced: [...new Set([...first.unenforced, ...second.unenforced])],
    escalated: [...first.escalated, ...second.escalated],
  };
}

const RANK: Readonly<Record<LayerReport['verdict'], number>> = { pass: 0, escalate: 1, skipped: 2, deny: 3 };
