import { CastellanError } from '../../core/errors.ts';
import type { LogRow, Store } from '../../core/store.ts';
import { keptFrom } from '../pruned.ts';
import type { AuditEntry } from './audit-entry.ts';
import { type AuditFilter, type ParsedFilter, parseFilter, readCursor, toCursor } from './audit-filter.ts';
import { createMatcher } from './match-entry.ts';
import { findRange, type IndexRange, storedAtMs } from './time-range.ts';

/** Newest first. `cursor` goes on where this answer stopped; null at the end. An answer may hold fewer than `limit` and still go on. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly cursor: string | null;
}

/** Rows read at once: what a store hands out in one call. */
const BATCH = 1_000;
/** Rows looked at in one call, so that no call takes longer than a few seconds even where each has to be parsed. */
const MAX_SCAN = 100_000;

/**
 * Searches the log from its end. A time range costs about 2 × log2(entries) single reads to find, a decision id one;
 * within that the rows are read in batches of 1,000 until the limit is reached, at most 100,000 rows a call. What was pruned
 * is not found any more.
 *
 * @throws REQUEST_INVALID for a malformed filter or cursor; LOG_CORRUPT; STORE_UNAVAILABLE
 */
export async function searchLog(store: Store, filter?: AuditFilter): Promise<AuditPage> {
  const parsed = parseFilter(filter);
  const { size } = await store.logHead();
  const position = readCursor(parsed, size);
  const { from, to } = await boundsOf(store, parsed, size);
  const matches = createMatcher(parsed);
  const entries: AuditEntry[] = [];
  let end = Math.min(to, position);
  const floor = Math.max(from, end - MAX_SCAN);
  while (end > floor) {
    const start = Math.max(floor, end - BATCH);
    const rows = await store.log(start, end - start);
    for (const row of rows.toReversed()) {
      if (row.index >= end) continue;
      const entry = matches(row);
      if (entry === undefined) continue;
      entries.push(entry);
      if (entries.length === parsed.limit) return { entries, cursor: row.index <= from ? null : toCursor(parsed, row.index) };
    }
    end = start;
  }
  return { entries, cursor: end <= from ? null : toCursor(parsed, end) };
}

/** Positions outside of which nothing can match. */
export async function boundsOf(store: Store, filter: ParsedFilter, size: number): Promise<IndexRange> {
  const range = await findRange(size, filter, storedAtMs(store), await keptFrom(store));
  const { decisionId } = filter.words;
  if (decisionId === undefined) return range;
  // Whatever is about a decision was logged with it or after it.
  const decided = await store.findLog(decisionId);
  return decided === undefined ? { from: 0, to: 0 } : { from: Math.max(range.from, decided), to: range.to };
}

/** Rows of a range in order, a batch at a time. @throws LOG_CORRUPT where one is missing */
export async function* readRows(store: Store, range: IndexRange): AsyncGenerator<LogRow> {
  for (let next = range.from; next < range.to; ) {
    const rows = await store.log(next, Math.min(BATCH, range.to - next));
    for (const row of rows) {
      if (row.index !== next) break;
      next += 1;
      yield row;
    }
    if (rows.at(-1)?.index !== next - 1)
      throw new CastellanError('LOG_CORRUPT', { message: 'The audit log lacks entries.', details: { index: next } });
  }
}
