export { type Checkpoint, type CheckpointResult, logOrigin, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
export { entryAtMs, entryId, entryType, type LogEntry, parseEntry, toAppendCommand, toEntry } from './entry.ts';
export { EXPORT_FORMATS, type ExportFormat, type ExportOptions } from './export/export-log.ts';
export { EXPORT_FIELDS, type ExportField } from './export/fields.ts';
export type { IntegrityProblem, ProblemKind } from './integrity/problem.ts';
export type { DatedIntegrityOptions, DatedIntegrityReport, InvalidEntry } from './integrity/verify-between.ts';
export { type IntegrityOptions, type IntegrityReport, verifyLog } from './integrity/verify-log.ts';
export { type AuditHealth, type AuditLog, type AuditLogOptions, createAuditLog } from './log.ts';
export {
  type AuditLogger,
  type AuditLoggerHealth,
  type AuditLoggerOptions,
  createAuditLogger,
  type ExportDelivery,
  type ExportStream,
} from './logger.ts';
export { type CompactRange, createCompactRange, type Frontier } from './merkle/compact-range.ts';
export type { LeafReader, SubtreeReader } from './merkle/proof.ts';
export { type ProofFailure, type ProofResult, verifyConsistency, verifyInclusion } from './merkle/verify.ts';
export { formatVerifierKey, type NoteVerifier, openNote, parseVerifierKey, toNoteVerifier } from './note.ts';
export { followOthers, type OtherProcesses } from './others.ts';
export { asOutsideEvent, OUTSIDE_EVENT, type OutsideEvent, type OutsideEventInput, type OutsideParty } from './outside/outside-event.ts';
export type { OutsideHealth } from './outside/outside-writer.ts';
export { type PruneOptions, type PruneResult, pruneFacts } from './prune-log.ts';
export type { PruneStatement } from './pruned.ts';
export { type FoundEntry, type LogFilter, type LogPage, readHistory } from './query.ts';
export { type ArchivePieces, archiveDigest } from './read-archive.ts';
export { type LogReceipt, type ReceiptResult, verifyReceipt } from './receipt.ts';
export type { ReportFigures } from './report/count-report.ts';
export type { ReportSummary, Violation } from './report/figures.ts';
export type { AuditReport, ReportOptions } from './report/report.ts';
export type { ReportLine, ReportSection, ReportType } from './report/sections.ts';
export { type ReportCheck, recomputeReport, verifyReport } from './report/verify-report.ts';
export { type ArchiveResult, type RetentionPlan, verifyArchive } from './retention.ts';
export type { AuditEntry } from './search/audit-entry.ts';
export type { AuditFilter, OneOrMore } from './search/audit-filter.ts';
export type { EventDescription } from './search/describe-event.ts';
export type { Moment } from './search/moment.ts';
export type { AuditPage } from './search/search-log.ts';
