import { readDoc } from '../../core/doc.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { LogHead, Store } from '../../core/store.ts';
import { entryPruned, provenPrune } from '../pruned.ts';
import { wrong } from '../search/audit-filter.ts';
import { type Moment, parseMoment } from '../search/moment.ts';
import { readRows } from '../search/search-log.ts';
import { findRange, type IndexRange, storedAtMs } from '../search/time-range.ts';
import { LATEST_CHECKPOINT, verifyStoredCheckpoint } from '../stored-checkpoint.ts';
import { countReport, type ReportFigures } from './count-report.ts';
import type { ReportType } from './sections.ts';

/** What to report on. What was pruned cannot be: a default range begins behind it. */
export interface ReportOptions {
  readonly type: ReportType;
  /** Default: a day before the end for `daily` and `incident`, 7 days for `weekly`, 30 for `monthly` and `compliance`. */
  readonly startDate?: Moment | undefined;
  /** Included. Default now. */
  readonly endDate?: Moment | undefined;
  /** Lists the entries behind the sections, at most 1,000 each. */
  readonly includeDetails?: boolean | undefined;
}

/** A report, and what proves it: whoever has the log and its key recounts it with `verifyReport`. */
export interface AuditReport extends ReportFigures {
  readonly v: 1;
  readonly tenant: string;
  readonly type: ReportType;
  readonly includeDetails: boolean;
  readonly generatedAtMs: TimeMs;
  readonly range: {
    readonly startDate: string;
    readonly endDate: string;
    readonly fromMs: TimeMs;
    readonly toMs: TimeMs;
  };
  /** The log as it was counted: entries appended later do not belong to the report. */
  readonly logHead: LogHead;
  /** Newest signed checkpoint at that moment, a C2SP note, and how many entries it covers; null where none is signed. */
  readonly checkpoint: { readonly size: number; readonly note: string } | null;
}

/** What making a report needs. */
export interface ReportSource {
  readonly store: Store;
  readonly tenant: string;
  readonly origin: string;
  readonly publicKey: Uint8Array;
}

const DAY_MS = 86_400_000;
/** Range of each type where no start is given, days. */
const DEFAULT_DAYS: Readonly<Record<ReportType, number>> = { daily: 1, weekly: 7, monthly: 30, incident: 1, compliance: 30 };
const FIELDS: ReadonlySet<string> = new Set(['type', 'startDate', 'endDate', 'includeDetails']);

/**
 * Counts a report over the entries of a time range, reading that part of the log once.
 *
 * @throws REQUEST_INVALID for a malformed type or range; ENTRY_PRUNED where a given start lies in what was pruned; LOG_CORRUPT;
 * STORE_UNAVAILABLE
 */
export async function makeReport(source: ReportSource, options: ReportOptions, nowMs: TimeMs): Promise<AuditReport> {
  const parsed = parseReportOptions(options, nowMs);
  const { type, toMs, includeDetails } = parsed;
  const { store, tenant, origin, publicKey } = source;
  const gone = await provenPrune(store, origin, publicKey);
  const untilMs = gone?.statement.untilMs ?? Number.NEGATIVE_INFINITY;
  const fromMs = options.startDate === undefined ? Math.max(parsed.fromMs, untilMs + 1) : parsed.fromMs;
  if (gone !== null && (fromMs <= untilMs || fromMs > toMs)) throw entryPruned(gone.pruned.before - 1, gone.pruned);
  // Read before the head: it never covers more than was counted.
  const checkpoint = await readCheckpoint(source);
  const logHead = await store.logHead();
  const bounds: IndexRange = await findRange(logHead.size, { fromMs, toMs }, storedAtMs(store), gone?.pruned.before);
  const { summary, sections } = await countReport(store, readRows(store, bounds), { type, fromMs, toMs, includeDetails });
  const range = { startDate: new Date(fromMs).toISOString(), endDate: new Date(toMs).toISOString(), fromMs, toMs };
  return { v: 1, tenant, type, includeDetails, generatedAtMs: nowMs, range, summary, sections, logHead, checkpoint };
}

function parseReportOptions(options: ReportOptions, nowMs: TimeMs) {
  if (typeof options !== 'object' || options === null) throw wrong('report', 'is no object');
  for (const name of Object.keys(options)) if (!FIELDS.has(name)) throw wrong(name.slice(0, 64), 'is no field of a report');
  const { type, startDate, endDate, includeDetails = false } = options;
  if (typeof type !== 'string' || !Object.hasOwn(DEFAULT_DAYS, type)) throw wrong('type', 'is no type of report');
  if (typeof includeDetails !== 'boolean') throw wrong('includeDetails', 'is neither true nor false');
  const toMs = endDate === undefined ? nowMs : parseMoment(endDate, 'endDate');
  const fromMs = startDate === undefined ? Math.max(0, toMs - DEFAULT_DAYS[type] * DAY_MS) : parseMoment(startDate, 'startDate');
  if (fromMs > toMs) throw wrong('endDate', 'is before startDate');
  return { type, fromMs, toMs, includeDetails };
}

async function readCheckpoint({ store, origin, publicKey }: ReportSource): Promise<AuditReport['checkpoint']> {
  const latest = await readDoc(store, LATEST_CHECKPOINT);
  const result = latest === undefined ? undefined : verifyStoredCheckpoint(latest.value, origin, publicKey);
  return result?.ok === true ? { size: result.stored.size, note: result.stored.note } : null;
}
