import { canonicalize } from '../../core/canonical.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import { logOrigin, verifyCheckpoint } from '../checkpoint.ts';
import { type IntegrityReport, verifyLog } from '../integrity/verify-log.ts';
import { EMPTY_CHAIN } from '../log-tail.ts';
import { keptFrom, provenPrune } from '../pruned.ts';
import { readRows } from '../search/search-log.ts';
import { type CountedFigures, countReport, type ReportFigures } from './count-report.ts';
import type { AuditReport } from './report.ts';

/** What verifying a report came to. */
export type ReportCheck =
  | { readonly ok: true; readonly integrity: IntegrityReport }
  | {
      readonly ok: false;
      readonly reason:
        | 'malformed_report'
        /** The log is not the one that was counted. */
        | 'head_mismatch'
        | 'checkpoint_invalid'
        /** The log itself is not intact; `integrity` names what is wrong. */
        | 'log_invalid'
        /** Entries that were counted were pruned: only their archive can tell. */
        | 'entries_pruned'
        /** The log is intact and says something else. */
        | 'figures_differ';
      readonly integrity?: IntegrityReport;
    };

/**
 * Counts a report's figures anew from the log: every entry below the report's `logHead` whose time lies in its range. Looks
 * at every one of them that was not pruned, and takes nothing from the report but type, range and size.
 *
 * @throws LOG_CORRUPT where entries are missing or unreadable; REQUEST_INVALID for what is no report
 */
export async function recomputeReport(store: Store, report: AuditReport): Promise<ReportFigures> {
  const { summary, sections } = await recount(store, report);
  return { summary, sections };
}

async function recount(store: Store, report: AuditReport): Promise<CountedFigures> {
  const { type, range, includeDetails, logHead } = checked(report);
  const from = Math.min(await keptFrom(store), logHead.size);
  return countReport(store, readRows(store, { from, to: logHead.size }), { type, fromMs: range.fromMs, toMs: range.toMs, includeDetails });
}

/**
 * Verifies a report: the log below its head is intact and is the one that was counted, its checkpoint is signed by the
 * log's key, and its figures follow from the entries.
 */
export async function verifyReport(
  store: Store,
  report: AuditReport,
  expected: { readonly tenant: string; readonly publicKey: Uint8Array },
): Promise<ReportCheck> {
  const origin = logOrigin(expected.tenant);
  try {
    const { logHead, checkpoint, tenant } = checked(report);
    if (tenant !== expected.tenant) return { ok: false, reason: 'head_mismatch' };
    if (checkpoint !== null) {
      const signed = verifyCheckpoint(checkpoint.note, origin, expected.publicKey);
      if (!signed.ok || signed.checkpoint.size !== checkpoint.size || checkpoint.size > logHead.size)
        return { ok: false, reason: 'checkpoint_invalid' };
    }
    const held = checkpoint === null ? {} : { checkpoint: checkpoint.note };
    const integrity = await verifyLog(store, { origin, publicKey: expected.publicKey, ...held });
    if (!integrity.valid) return { ok: false, reason: 'log_invalid', integrity };
    const [last] = logHead.size === 0 ? [] : await store.log(logHead.size - 1, 1);
    if ((last?.chain ?? EMPTY_CHAIN) !== logHead.chain || (last?.index ?? -1) !== logHead.size - 1)
      return { ok: false, reason: 'head_mismatch' };
    const gone = await provenPrune(store, origin, expected.publicKey);
    if (gone !== null && report.range.fromMs <= gone.statement.untilMs) return { ok: false, reason: 'entries_pruned', integrity };
    const { summary, sections, unknowable } = await recount(store, report);
    if (canonicalize({ summary, sections }) !== canonicalize({ summary: report.summary, sections: report.sections }))
      return { ok: false, reason: unknowable > 0 ? 'entries_pruned' : 'figures_differ' };
    return { ok: true, integrity };
  } catch (error) {
    if (isCastellanError(error) && (error.code === 'REQUEST_INVALID' || error.code === 'CANONICAL_INVALID'))
      return { ok: false, reason: 'malformed_report' };
    if (isCastellanError(error) && error.code === 'LOG_CORRUPT') return { ok: false, reason: 'log_invalid' };
    throw error;
  }
}

const TYPES: ReadonlySet<string> = new Set<AuditReport['type']>(['daily', 'weekly', 'monthly', 'incident', 'compliance']);

/** A report may come from anywhere: what is read from it is looked at first. */
function checked(report: AuditReport): AuditReport {
  const { type, range, includeDetails, logHead, checkpoint } = (report ?? {}) as Partial<AuditReport>;
  const isSound =
    report?.v === 1 &&
    TYPES.has(type as string) &&
    typeof includeDetails === 'boolean' &&
    Number.isSafeInteger(logHead?.size) &&
    (logHead?.size ?? -1) >= 0 &&
    typeof logHead?.chain === 'string' &&
    Number.isFinite(range?.fromMs) &&
    Number.isFinite(range?.toMs) &&
    (checkpoint === null || typeof checkpoint?.note === 'string') &&
    range?.startDate === isoOf(range?.fromMs) &&
    range?.endDate === isoOf(range?.toMs);
  if (!isSound) throw new CastellanError('REQUEST_INVALID', { message: 'This is no audit report.' });
  return report;
}

function isoOf(ms: number | undefined): string | undefined {
  const date = new Date(ms ?? Number.NaN);
  return Number.isFinite(date.getTime()) ? date.toISOString() : undefined;
}
