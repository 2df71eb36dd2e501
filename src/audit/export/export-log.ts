import { CastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import type { AuditEntry } from '../search/audit-entry.ts';
import { type AuditFilter, parseFilter, wrong } from '../search/audit-filter.ts';
import { createMatcher } from '../search/match-entry.ts';
import { boundsOf, readRows } from '../search/search-log.ts';
import { csvRecord } from './csv.ts';
import { EXPORT_FIELDS, type ExportField, fieldsJson, fieldText, parseFields } from './fields.ts';

/** Forms of an export: one JSON array, one JSON object a line, or comma-separated values (RFC 4180). */
export const EXPORT_FORMATS = ['json', 'jsonl', 'csv'] as const;
/** A format that entries are exported in. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What to export. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** As for a query, in the order of the log; `limit` and `cursor` have no place here. */
  readonly filter?: Omit<AuditFilter, 'limit' | 'cursor'> | undefined;
  /** Fields and their order; default all, for `csv` all but the event itself. `source` is always among them. */
  readonly fields?: readonly ExportField[] | undefined;
}

const CSV_FIELDS = EXPORT_FIELDS.filter((field) => field !== 'event');
/** Text handed on at once. */
const CHUNK_CHARS = 65_536;
/** The most that is held in memory for an export that is not streamed: about 64 MB. */
const MAX_DATA_CHARS = 33_554_432;

/**
 * Writes the entries that match as text, piece by piece: memory stays bounded however many they are. The end is the log's
 * end at the first read; what is appended meanwhile is left out.
 *
 * @throws REQUEST_INVALID at once; LOG_CORRUPT, STORE_UNAVAILABLE while reading
 */
export function exportText(store: Store, options: ExportOptions): AsyncGenerator<string> {
  const { format, filter, fields } = options;
  if (!EXPORT_FORMATS.includes(format)) throw wrong('format', 'is none that can be exported');
  for (const name of ['limit', 'cursor'] as const)
    if (filter !== undefined && Object.hasOwn(filter, name)) throw wrong(name, 'has no place in an export');
  const parsed = parseFilter(filter);
  const chosen = parseFields(fields, format === 'csv' ? CSV_FIELDS : EXPORT_FIELDS);
  const sorted = chosen.toSorted();
  const matches = createMatcher(parsed);

  const pieces = async function* (): AsyncGenerator<string> {
    const { size } = await store.logHead();
    const range = await boundsOf(store, parsed, size);
    let isFirst = true;
    if (format === 'csv') yield csvRecord(chosen);
    for await (const row of readRows(store, range)) {
      const entry = matches(row);
      if (entry === undefined) continue;
      yield format === 'csv' ? csvRecord(chosen.map((field) => fieldText(entry, field))) : jsonRecord(entry, format, sorted, isFirst);
      isFirst = false;
    }
    if (format === 'json') yield isFirst ? '[]\n' : '\n]\n';
  };
  return inChunks(pieces());
}

/** Collects an export. @throws REQUEST_INVALID where it is larger than about 64 MB: it has to be streamed */
export async function collectText(text: AsyncIterable<string>): Promise<string> {
  const pieces: string[] = [];
  let chars = 0;
  for await (const piece of text) {
    chars += piece.length;
    if (chars > MAX_DATA_CHARS)
      throw new CastellanError('REQUEST_INVALID', {
        message: 'The export is too large to be handed over as one piece: ask for a stream.',
        details: { field: 'stream', maxChars: MAX_DATA_CHARS },
      });
    pieces.push(piece);
  }
  return pieces.join('');
}

function jsonRecord(entry: AuditEntry, format: 'json' | 'jsonl', sorted: readonly ExportField[], isFirst: boolean): string {
  const object = fieldsJson(entry, sorted);
  return format === 'jsonl' ? `${object}\n` : `${isFirst ? '[\n' : ',\n'}${object}`;
}

async function* inChunks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
