import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { LogRow, Store } from '../core/store.ts';
import { entryAtMs, entryType, parseEntry } from './entry.ts';
import { keptFrom } from './pruned.ts';

/** What to look for. Fields left out match everything; all that are given must match. */
export interface LogFilter {
  /** Time range of the events, ms, both ends included. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly types?: readonly SecurityEventType[];
  readonly agents?: readonly string[];
  readonly severity?: readonly SecurityEvent['severity'][];
  readonly requestId?: string;
  readonly decisionId?: string;
  /** Entries wanted, 1–1,000. Default 100. */
  readonly limit?: number;
  /** Where an earlier answer stopped. */
  readonly cursor?: string;
}

/** One found entry. */
export interface FoundEntry {
  readonly index: number;
  readonly id: string;
  readonly event: SecurityEvent;
}

/** Newest first. `cursor` goes on where this answer stopped; null at the end. An answer may hold fewer than `limit` and still go on. */
export interface LogPage {
  readonly entries: readonly FoundEntry[];
  readonly cursor: string | null;
}

const BATCH = 1_000;
/** Rows looked at in one call, so that no call takes longer than about a second. */
const MAX_SCAN = 100_000;
const MAX_LIMIT = 1_000;
/** An entry is appended at most this long after the time it carries. */
const TIME_SLACK_MS = 600_000;

/**
 * Searches the log from its end, reading at most 100,000 rows a call. A search by time stops once a thousand entries in a
 * row are older than `fromMs` by over ten minutes.
 *
 * @throws REQUEST_INVALID for a malformed limit or cursor; LOG_CORRUPT; STORE_UNAVAILABLE
 */
export async function queryLog(store: Store, filter: LogFilter): Promise<LogPage> {
  const limit = filter.limit ?? 100;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw invalid('limit');
  if (filter.cursor !== undefined && !/^[0-9]{1,15}$/.test(filter.cursor)) throw invalid('cursor');
  const { size } = await store.logHead();
  let end = Math.min(size, filter.cursor === undefined ? size : Number(filter.cursor));
  const kept = await keptFrom(store);
  const floor = Math.max(kept, end - MAX_SCAN);
  const matches = matcher(filter);
  const entries: FoundEntry[] = [];
  while (end > floor) {
    const start = Math.max(floor, end - BATCH);
    const rows = await store.log(start, end - start);
    let newestMs = Number.NEGATIVE_INFINITY;
    for (const row of rows.toReversed()) {
      if (row.index >= end) continue;
      newestMs = Math.max(newestMs, entryAtMs(row.entry));
      const found = matches(row);
      if (found === undefined) continue;
      entries.push(found);
      if (entries.length === limit) return { entries, cursor: row.index <= kept ? null : String(row.index) };
    }
    if (filter.fromMs !== undefined && rows.length > 0 && newestMs < filter.fromMs - TIME_SLACK_MS) return { entries, cursor: null };
    end = start;
  }
  return { entries, cursor: end <= kept ? null : String(end) };
}

/**
 * Events since a time, oldest first, for rebuilding what was counted in memory. Reads back at most `maxEntries` rows.
 */
export async function* readHistory(
  store: Store,
  options: { readonly sinceMs: number; readonly types: readonly SecurityEventType[]; readonly maxEntries?: number },
): AsyncGenerator<SecurityEvent> {
  const { size } = await store.logHead();
  const floor = Math.min(size, Math.max(await keptFrom(store), size - (options.maxEntries ?? MAX_SCAN)));
  let start = size;
  while (start > floor) {
    const from = Math.max(floor, start - BATCH);
    const rows = await store.log(from, start - from);
    start = from;
    if (rows.every((row) => entryAtMs(row.entry) < options.sinceMs - TIME_SLACK_MS)) break;
  }
  const types = new Set(options.types);
  while (start < size) {
    const rows = await store.log(start, Math.min(BATCH, size - start));
    const last = rows.at(-1);
    if (last === undefined) throw new CastellanError('LOG_CORRUPT', { message: 'The audit log lacks entries.', details: { index: start } });
    for (const row of rows) {
      const type = entryType(row.entry);
      if (type !== undefined && types.has(type) && entryAtMs(row.entry) >= options.sinceMs) yield parseEntry(row.entry);
    }
    start = last.index + 1;
  }
}

function matcher(filter: LogFilter): (row: LogRow) => FoundEntry | undefined {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filter;
  const types = filter.types && new Set<string>(filter.types);
  const agents = filter.agents && new Set(filter.agents);
  const severities = filter.severity && new Set(filter.severity);
  const words = [filter.requestId, filter.decisionId].filter((word) => word !== undefined).map((word) => JSON.stringify(word));
  return (row) => {
    const atMs = entryAtMs(row.entry);
    if (atMs < fromMs || atMs > toMs) return undefined;
    if (types !== undefined && !types.has(entryType(row.entry) ?? '')) return undefined;
    if (!words.every((word) => row.entry.includes(word))) return undefined;
    const event = parseEntry(row.entry);
    if (agents !== undefined && (event.agent === null || !agents.has(event.agent))) return undefined;
    if (severities !== undefined && !severities.has(event.severity)) return undefined;
    if (filter.requestId !== undefined && factOf(event, 'requestId') !== filter.requestId) return undefined;
    if (filter.decisionId !== undefined && factOf(event, 'decisionId') !== filter.decisionId) return undefined;
    return { index: row.index, id: row.id, event };
  };
}

function factOf(event: SecurityEvent, name: 'requestId' | 'decisionId'): unknown {
  if (event.type !== 'decision_made') return event.details[name];
  return name === 'requestId' ? event.decision.requestId : event.decision.id;
}

function invalid(field: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: `The ${field} of a log query is malformed.`, details: { field } });
}
