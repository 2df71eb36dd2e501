import { canonicalize } from '../../core/canonical.ts';
import type { Json } from '../../core/store.ts';
import type { AuditEntry } from '../search/audit-entry.ts';
import { wrong } from '../search/audit-filter.ts';

/** Fields of an exported entry, in the order of the columns. */
export const EXPORT_FIELDS = [
  'timestamp',
  'source',
  'eventType',
  'actor',
  'action',
  'resource',
  'outcome',
  'severity',
  'requestId',
  'decisionId',
  'sessionId',
  'details',
  'context',
  'id',
  'index',
  'event',
] as const;
/** A column of an export. */
export type ExportField = (typeof EXPORT_FIELDS)[number];

const KNOWN: ReadonlySet<string> = new Set(EXPORT_FIELDS);

/**
 * Checks the fields that a user wants, in the user's order. `source` always comes along, last where it was not asked for:
 * without it an outside event could pass for one of castellan's own.
 *
 * @throws REQUEST_INVALID for an unknown field
 */
export function parseFields(fields: readonly string[] | undefined, preset: readonly ExportField[]): readonly ExportField[] {
  if (fields === undefined) return preset;
  if (!Array.isArray(fields) || fields.length === 0 || fields.length > EXPORT_FIELDS.length) throw wrong('fields', 'is no list of fields');
  for (const field of fields) if (!KNOWN.has(field)) throw wrong('fields', 'names an unknown field');
  return [...new Set([...(fields as readonly ExportField[]), 'source' as const])];
}

/** The fields of an entry as one canonical JSON object: objects whole, amounts as decimal text, null where it has none. */
export function fieldsJson(entry: AuditEntry, sorted: readonly ExportField[]): string {
  return `{${sorted.map((field) => `"${field}":${field === 'event' ? canonicalize(entry.event) : canonicalize(fieldValue(entry, field))}`).join(',')}}`;
}

function fieldValue(entry: AuditEntry, field: Exclude<ExportField, 'event'>): Json {
  switch (field) {
    case 'requestId':
    case 'decisionId':
    case 'sessionId':
      return Object.hasOwn(entry.context, field) ? (entry.context[field] ?? null) : null;
    case 'actor':
      return { ...entry.actor };
    case 'resource':
      return entry.resource === null ? null : { ...entry.resource };
    default:
      return entry[field];
  }
}

/** The value of a field as the text of one cell: `type:id` for parties, canonical JSON for objects. */
export function fieldText(entry: AuditEntry, field: ExportField): string {
  if (field === 'actor') return `${entry.actor.type}:${entry.actor.id}`;
  if (field === 'resource') return entry.resource === null ? '' : `${entry.resource.type}:${entry.resource.id}`;
  if (field === 'event') return canonicalize(entry.event);
  const value = fieldValue(entry, field);
  if (value === null) return '';
  return typeof value === 'string' ? value : canonicalize(value);
}
