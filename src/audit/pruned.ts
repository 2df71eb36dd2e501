import { CastellanError } from '../core/errors.ts';
import type { AttestationKey } from '../core/signer.ts';
import { type Json, type LogPruned, type LogRow, type Store, storeKey } from '../core/store.ts';
import { parseEntry } from './entry.ts';
import { openNote, signNote, toNoteVerifier } from './note.ts';

/** What the log's key signs before entries are dropped. */
export interface PruneStatement {
  /** Position of the first entry that is kept. */
  readonly before: number;
  /** RFC 6962 tree hash of the lines of the archive, hex. */
  readonly archive: string;
  /** The newest time that a dropped entry carries, of this archive or an earlier one. */
  readonly untilMs: number;
}

/** Name of the event that records it, under `details.action`. */
export const PRUNED_ACTION = 'log_pruned';
const HASH = /^[0-9a-f]{64}$/;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Signs a statement as a note. Its first line is no origin of a log, so it never reads as a checkpoint:
 *
 * ```
 * castellan/<tenant>/pruned
 * 1200                       position of the first entry kept
 * <64 hex digits>            tree hash of the archive
 * 1700000000000              newest time among the dropped, ms
 * ```
 */
export function signPrune({ before, archive, untilMs }: PruneStatement, origin: string, key: AttestationKey): string {
  return signNote(`${origin}/pruned\n${before}\n${archive}\n${untilMs}\n`, origin, key);
}

/** Reads a signed statement of this log; undefined for anything else. */
export function openPrune(note: unknown, origin: string, publicKey: Uint8Array): PruneStatement | undefined {
  const opened = typeof note === 'string' ? openNote(note, [toNoteVerifier(origin, publicKey)]) : undefined;
  if (opened?.ok !== true) return undefined;
  const [name, before, archive = '', untilMs, ...rest] = opened.text.split('\n');
  const statement = { before: Number(before), archive, untilMs: Number(untilMs) };
  const isSound = name === `${origin}/pruned` && rest.join('') === '' && HASH.test(archive);
  return isSound && isCount(statement.before) && isCount(statement.untilMs) ? statement : undefined;
}

/** How far the log was pruned, as the store says it; null where it was not. @throws STORE_CORRUPT */
export async function readPruned(store: Store): Promise<LogPruned | null> {
  const [row] = await store.get([storeKey.pruned()]);
  if (row === undefined || row === null) return null;
  const { before, archive, record } = row as { readonly [key: string]: Json };
  if (isCount(before) && before > 0 && typeof archive === 'string' && HASH.test(archive) && typeof record === 'string')
    return { before, archive, record };
  throw new CastellanError('STORE_CORRUPT', { message: 'The store does not say how far its log was pruned.' });
}

/** Position of the first entry whose text is kept. @throws STORE_CORRUPT */
export async function keptFrom(store: Store): Promise<number> {
  return (await readPruned(store))?.before ?? 0;
}

/** The statement under which entries were dropped; undefined where none that is signed allows it. */
export async function readPruneStatement(
  store: Store,
  pruned: LogPruned,
  origin: string,
  publicKey: Uint8Array,
): Promise<PruneStatement | undefined> {
  const index = await store.findLog(pruned.record);
  const [row] = index === undefined ? [] : await store.log(index, 1);
  if (row === undefined || row.index !== index || row.id !== pruned.record || row.index < pruned.before) return undefined;
  const statement = openPrune(statementOf(row), origin, publicKey);
  return statement !== undefined && statement.archive === pruned.archive && statement.before >= pruned.before ? statement : undefined;
}

/** What was dropped, by the word of the log's key; null where nothing was. @throws LOG_CORRUPT where that key allows less than is gone */
export async function provenPrune(
  store: Store,
  origin: string,
  publicKey: Uint8Array,
): Promise<{ readonly pruned: LogPruned; readonly statement: PruneStatement } | null> {
  const pruned = await readPruned(store);
  if (pruned === null) return null;
  const statement = await readPruneStatement(store, pruned, origin, publicKey);
  if (statement !== undefined) return { pruned, statement };
  throw new CastellanError('LOG_CORRUPT', { message: 'Entries were dropped that nobody signed for.', details: { before: pruned.before } });
}

function statementOf(row: LogRow): unknown {
  try {
    const event = parseEntry(row.entry);
    return event.type === 'incident_event' && event.details['action'] === PRUNED_ACTION ? event.details['statement'] : undefined;
  } catch {
    return undefined;
  }
}

/** The error for an entry whose text was dropped: what it said stands in the archive. */
export function entryPruned(index: number, { before, archive }: Pick<LogPruned, 'before' | 'archive'>): CastellanError {
  return new CastellanError('ENTRY_PRUNED', {
    message: 'The entry is older than the log is kept: what it said stands in its archive.',
    details: { index, before, archive },
  });
}
