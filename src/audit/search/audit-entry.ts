import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { LogRow } from '../../core/store.ts';
import { parseEntry } from '../entry.ts';
import { describeEvent, type EventDescription } from './describe-event.ts';

/** An entry of the log, described and whole. */
export interface AuditEntry extends EventDescription {
  /** Position in the log. */
  readonly index: number;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly severity: SecurityEvent['severity'];
  /** The event as it was logged. */
  readonly event: SecurityEvent;
}

/** Reads a stored row. @throws LOG_CORRUPT with its position */
export function toAuditEntry(row: LogRow): AuditEntry {
  try {
    const event = parseEntry(row.entry);
    const { severity, at } = event;
    return { index: row.index, id: row.id, timestamp: new Date(at).toISOString(), severity, ...describeEvent(event), event };
  } catch (cause) {
    const message = isCastellanError(cause) ? cause.shortMessage : 'A log entry is not what castellan writes.';
    throw new CastellanError('LOG_CORRUPT', { message, details: { index: row.index }, cause });
  }
}
