import { chainHash } from '../../../core/digest.ts';
import type { Reason } from '../../../core/reason.ts';
import type { LogHead, LogPruned, PruneCommand } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { Rows, StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isText } from './shape.ts';

/** Row key of {@link HeadRow}. */
export const HEAD_KEY = 'head';

/** Longest entry, characters: a decision is about 2,000. */
const MAX_ENTRY = 4_194_304;

/** The log's end at rest, in the same commit as what was appended: it fences the writer. */
export interface HeadRow extends LogHead {
  /** The greatest entry id so far: a greater one is new without looking. */
  readonly lastId: string;
}

/** The empty log. */
export const EMPTY_HEAD: HeadRow = { size: 0, chain: '0'.repeat(64), lastId: '' };

/** The log's end as this commit sees it. */
export function readHead(rows: Rows): HeadRow {
  return readRow<HeadRow>(rows, HEAD_KEY) ?? EMPTY_HEAD;
}

/** Appends one entry. The same id twice, other than by replaying its whole step, is refused. */
export function appendEntry(context: StepContext, id: string, entry: string, leaf: string): Reason | undefined {
  if (!isText(id, 256) || !isText(entry, MAX_ENTRY) || typeof leaf !== 'string' || !/^[0-9a-f]{64}$/.test(leaf)) return malformed('entry');
  if (context.findEntry(id) !== undefined)
    return refuse('version_conflict', 'The log has an entry with this id already.', { facts: { id } });
  context.append(id, entry, leaf);
  return undefined;
}

/** Entries dropped by one command: bounds how long its commit blocks. */
const MAX_PRUNED = 5_000;
const HASH = /^[0-9a-f]{64}$/;

/** Takes note that the texts before a position are dropped; the backend drops them with the commit. */
export function pruneEntries(context: StepContext, { before, lastId, archive, record }: PruneCommand): Reason | undefined {
  const isSound = isCount(before, 1) && isText(lastId, 256) && isText(record, 256) && typeof archive === 'string' && HASH.test(archive);
  if (!isSound) return malformed('prune');
  const done = readRow<LogPruned>(context.rows, storeKey.pruned());
  if (done?.before === before && done.archive === archive && done.record === record) return undefined;
  if (done !== undefined && before <= done.before) return refuse('version_conflict', 'More of the log was dropped already.');
  if (before - (done?.before ?? 0) > MAX_PRUNED) return malformed('before');
  const recordedAt = context.findEntry(record)?.index;
  if (context.findEntry(lastId)?.index !== before - 1 || recordedAt === undefined || recordedAt < before)
    return refuse('version_conflict', 'The log does not hold these entries where the command says.');
  context.rows.put(storeKey.pruned(), { before, archive, record } satisfies LogPruned);
  return undefined;
}

/** The head after one more entry. */
export function advanceHead(head: HeadRow, id: string, leaf: string): HeadRow {
  return { size: head.size + 1, chain: chainHash(head.chain, leaf), lastId: id > head.lastId ? id : head.lastId };
}
