import type { ExportFormat } from '../../audit/index.ts';
import type { RoomOptions, RoomSecret } from './room-options.ts';

/** What an audit logger that stands alone is made of. */
export interface AuditLoggerOptions extends RoomOptions, RoomSecret {
  /** Only true: a log that is off would hold nothing. */
  readonly enabled?: boolean;
  /** How long entries are wanted; a plan says what may be archived, and nothing is dropped by itself. Default: for ever. */
  readonly retentionDays?: number;
  /** `each` signs a checkpoint for every entry. Unsigned there is no log. Default true: per 100 entries or second. */
  readonly signEvents?: true | 'each';
  /** Streams and archives are gzip. Default false. */
  readonly compressionEnabled?: boolean;
  /** Formats that may be exported. Default all. */
  readonly exportFormats?: readonly ExportFormat[];
  /** Entries that are taken a minute, 1–10,000. Default 600. */
  readonly maxEventsPerMinute?: number;
}
