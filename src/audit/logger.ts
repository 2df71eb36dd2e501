import type { Authority } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import { newId } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import type { Store } from '../core/store.ts';
import { logOrigin } from './checkpoint.ts';
import { collectBytes, gzip, toBytes } from './export/byte-stream.ts';
import { collectText, EXPORT_FORMATS, type ExportFormat, type ExportOptions, exportText } from './export/export-log.ts';
import { type DatedIntegrityOptions, type DatedIntegrityReport, verifyBetween } from './integrity/verify-between.ts';
import type { AuditLog } from './log.ts';
import type { OutsideEventInput } from './outside/outside-event.ts';
import { createOutsideWriter, type OutsideHealth } from './outside/outside-writer.ts';
import { type PruneOptions, type PruneResult, pruneLog } from './prune-log.ts';
import { type AuditReport, makeReport, type ReportOptions } from './report/report.ts';
import { type ReportCheck, verifyReport } from './report/verify-report.ts';
import { archiveLines, checkRetentionDays, planRetention, type RetentionPlan } from './retention.ts';
import type { AuditEntry } from './search/audit-entry.ts';
import { toAuditEntry } from './search/audit-entry.ts';
import { type AuditFilter, wrong } from './search/audit-filter.ts';
import { type AuditPage, searchLog } from './search/search-log.ts';

/** What an audit logger stands on. */
export interface AuditLoggerOptions {
  /** The log whose entries it reads and to which it adds. */
  readonly log: Pick<AuditLog, 'find' | 'receipt' | 'attestPrune'>;
  readonly store: Store;
  readonly tenant: string;
  /** Raw Ed25519 key of the log. */
  readonly publicKey: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  /** Who allows entries to be dropped. Without it nothing is. */
  readonly authority?: Pick<Authority, 'require'> | undefined;
  /** Days that entries have to be kept. Default: for ever. */
  readonly retentionDays?: number | undefined;
  /** Compresses streamed exports and archives unless a call says otherwise. Default false. */
  readonly compressionEnabled?: boolean | undefined;
  /** Formats that may be exported. Default all. */
  readonly exportFormats?: readonly ExportFormat[] | undefined;
  /** Outside events a minute, over all processes on the store, 1–10,000. Default 600. */
  readonly maxEventsPerMinute?: number | undefined;
}

/** How to hand an export over. */
export interface ExportDelivery {
  /** Hands over pieces that are read as they are asked for. Default false. */
  readonly stream?: boolean | undefined;
  /** As gzip. Default: false for data, `compressionEnabled` for a stream. */
  readonly compress?: boolean | undefined;
}

/** An export in pieces. Each can be read once; a reader that stops early stops the reading of the log. */
export interface ExportStream {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly encoding: 'identity' | 'gzip';
}

/** Figures of the audit logger, for health. */
export interface AuditLoggerHealth {
  readonly outside: OutsideHealth;
  readonly retention: RetentionPlan;
}

/** The audit trail as people and programs read it, and where other programs add to it. */
export interface AuditLogger {
  /**
   * Logs something that happened outside, in the same log and chain as castellan's own entries and never looking like one:
   * its type is `outside_event`, its source `outside`, its name begins with `outside.`, its time is ours.
   *
   * Durable when it resolves, to the entry's id. Values that look like secrets are left out and named in `redacted`. A
   * rejection that nobody waits for is counted in health and does not end the process.
   * @throws REQUEST_INVALID for a malformed or oversized event or an own event type; REQUEST_DENIED (retryable) beyond the
   * bound of a minute, or of 256 at once; STORE_UNAVAILABLE
   */
  log(event: OutsideEventInput): Promise<string>;
  /** Searches, newest first; see {@link searchLog} for its cost. @throws REQUEST_INVALID, LOG_CORRUPT, STORE_UNAVAILABLE */
  query(filter?: AuditFilter): Promise<AuditPage>;
  /** The entry that records a decision. @throws ENTRY_PRUNED */
  find(decisionId: string): Promise<AuditEntry | undefined>;
  receipt: AuditLog['receipt'];
  /** Counts a report. @throws REQUEST_INVALID, ENTRY_PRUNED, LOG_CORRUPT, STORE_UNAVAILABLE */
  generateReport(options: ReportOptions): Promise<AuditReport>;
  /** Recounts a report from the log and verifies the log with it. */
  verifyReport(report: AuditReport): Promise<ReportCheck>;
  /** Exports in the order of the log. @throws REQUEST_INVALID, also for more than about 64 MB that are not streamed */
  export(options: ExportOptions & ExportDelivery & { readonly stream: true }): Promise<ExportStream>;
  /** Entries as one compressed file. */
  export(
    options: ExportOptions & ExportDelivery & { readonly compress: true; readonly stream?: false },
  ): Promise<{ readonly data: Uint8Array }>;
  /** Entries as one string of text. */
  export(options: ExportOptions & { readonly stream?: false; readonly compress?: false }): Promise<{ readonly data: string }>;
  /** Verifies the log, or what of it lies between two dates. */
  verifyIntegrity(options?: Partial<Omit<DatedIntegrityOptions, 'origin'>>): Promise<DatedIntegrityReport>;
  /** What is older than it has to be kept. */
  retention(): Promise<RetentionPlan>;
  /** The entries of the plan, to be kept elsewhere and proven by its checkpoint; see `verifyArchive`. */
  archive(options?: Pick<ExportDelivery, 'compress'>): Promise<ExportStream & { readonly plan: RetentionPlan }>;
  /** Drops the texts of what is archived and expired; their leaves and links stay. See {@link pruneLog}. */
  prune(options: PruneOptions): Promise<PruneResult>;
  /** What outsiders told it, and what may be archived. */
  health(): Promise<AuditLoggerHealth>;
}

/** Makes the audit logger over a log and its store. @throws CONFIG_INVALID */
export function createAuditLogger(options: AuditLoggerOptions): AuditLogger {
  const { log, store, tenant, publicKey, clock, random, authority } = options;
  const origin = logOrigin(tenant);
  const source = { store, tenant, origin, publicKey };
  const retentionDays = checkRetentionDays(options.retentionDays);
  const isCompressing = options.compressionEnabled ?? false;
  const formats = checkFormats(options.exportFormats ?? EXPORT_FORMATS);
  const outside = createOutsideWriter({ store, tenant, clock, random, maxPerMinute: checkRate(options.maxEventsPerMinute ?? 600) });
  const retention = (): Promise<RetentionPlan> => planRetention(source, retentionDays, clock.nowMs());
  const toStream = (text: AsyncIterable<string>, compress: boolean): ExportStream =>
    compress ? { stream: gzip(toBytes(text)), encoding: 'gzip' } : { stream: toBytes(text), encoding: 'identity' };

  async function exported(given: ExportOptions & ExportDelivery): Promise<ExportStream | { readonly data: string | Uint8Array }> {
    const { stream = false, compress, ...what } = checkExport(given);
    if (!formats.has(what.format)) throw wrong('format', 'is none that this deployment exports');
    const text = exportText(store, what);
    if (stream) return toStream(text, compress ?? isCompressing);
    const data = await collectText(text);
    return { data: compress === true ? await collectBytes(gzip(toBytes(oneOf(data)))) : data };
  }

  return Object.freeze<AuditLogger>({
    log: outside.write,
    query: (filter) => searchLog(store, filter),
    async find(decisionId) {
      const found = await log.find(decisionId);
      if (found === undefined) return undefined;
      const [row] = await store.log(found.index, 1);
      return row?.id === found.id ? toAuditEntry(row) : undefined;
    },
    receipt: (id) => log.receipt(id),
    generateReport: (report) => makeReport(source, report, clock.nowMs()),
    verifyReport: (report) => verifyReport(store, report, { tenant, publicKey }),
    export: exported as AuditLogger['export'],
    verifyIntegrity: (given = {}) => verifyBetween(store, { publicKey, ...given, origin }),
    retention,
    async archive({ compress } = {}) {
      const plan = await retention();
      return { plan, ...toStream(archiveLines(store, plan), compress ?? isCompressing) };
    },
    async prune(given) {
      if (typeof given !== 'object' || given === null) throw wrong('prune', 'is no object');
      if (authority === undefined)
        throw new CastellanError('AUTHORITY_REQUIRED', { message: 'Nobody here can allow entries to be dropped.' });
      const freshId = (atMs: number): string => newId(random, atMs);
      const attest = log.attestPrune;
      return pruneLog({ ...source, retentionDays, nowMs: clock.nowMs(), freshId, attest, authority }, given);
    },
    health: async () => ({ outside: outside.health(), retention: await retention() }),
  });
}

const EXPORT_OPTIONS: ReadonlySet<string> = new Set(['format', 'filter', 'fields', 'stream', 'compress']);

function checkExport(options: ExportOptions & ExportDelivery): ExportOptions & ExportDelivery {
  if (typeof options !== 'object' || options === null) throw wrong('export', 'is no object');
  for (const name of Object.keys(options)) if (!EXPORT_OPTIONS.has(name)) throw wrong(name.slice(0, 64), 'is no field of an export');
  for (const name of ['stream', 'compress'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'boolean') throw wrong(name, 'is neither true nor false');
  return options;
}

function checkFormats(formats: readonly ExportFormat[]): ReadonlySet<string> {
  if (formats.every((format) => EXPORT_FORMATS.includes(format))) return new Set(formats);
  throw new CastellanError('CONFIG_INVALID', {
    message: 'exportFormats are among json, jsonl and csv.',
    details: { field: 'exportFormats' },
  });
}

function checkRate(most: number): number {
  if (Number.isSafeInteger(most) && most >= 1 && most <= 10_000) return most;
  throw new CastellanError('CONFIG_INVALID', {
    message: 'maxEventsPerMinute is a whole number, 1 to 10,000.',
    details: { field: 'maxEventsPerMinute' },
  });
}

async function* oneOf(text: string): AsyncGenerator<string> {
  yield text;
}
