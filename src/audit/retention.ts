import { leafHash } from '../core/digest.ts';
import { readDoc } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { TimeMs } from '../core/ids.ts';
import { type LogPruned, type Store, storeKey } from '../core/store.ts';
import { type CheckpointResult, logOrigin, verifyCheckpoint } from './checkpoint.ts';
import { entryAtMs } from './entry.ts';
import { createCompactRange } from './merkle/compact-range.ts';
import { entryPruned, readPruned } from './pruned.ts';
import { readRows } from './search/search-log.ts';
import { findRange, type IndexRange, storedAtMs } from './search/time-range.ts';
import { CHECKPOINT_PREFIX, checkpointKey, LATEST_CHECKPOINT, verifyStoredCheckpoint } from './stored-checkpoint.ts';

/**
 * What is older than it has to be kept. Nothing is deleted by it: an archive of these can be proven against `checkpoint` for
 * ever, whatever becomes of the store, and only an archive that is proven lets `prune` drop them.
 */
export interface RetentionPlan {
  /** Days that entries have to be kept; null keeps them for ever. */
  readonly retentionDays: number | null;
  /** Entries older than this need not be kept; null without a bound. */
  readonly cutoffMs: TimeMs | null;
  /** Position of the first entry that is kept: what lies before it was pruned. */
  readonly from: number;
  /** Entries from there on, all of them older, that a signed checkpoint covers to the last: what an archive may hold. */
  readonly expiredEntries: number;
  /** The checkpoint of exactly these entries and those before them, a C2SP note; null where there are none. */
  readonly checkpoint: string | null;
  readonly size: number;
  /** Time of the first entry that is kept; null for an empty log. */
  readonly oldestAtMs: TimeMs | null;
  /** How far the log was pruned, and into which archive; null where it was not. */
  readonly pruned: LogPruned | null;
}

/** What verifying an archive came to. */
export type ArchiveResult =
  | { readonly ok: true; readonly entries: number }
  | { readonly ok: false; readonly reason: Extract<CheckpointResult, { ok: false }>['reason'] | 'size_mismatch' | 'root_mismatch' };

/** What planning needs. */
export interface RetentionSource {
  readonly store: Store;
  readonly origin: string;
  readonly publicKey: Uint8Array;
}

const DAY_MS = 86_400_000;

/** Works out what is older than `retentionDays`, reading about log2(entries) rows. @throws STORE_UNAVAILABLE, STORE_CORRUPT */
export async function planRetention(source: RetentionSource, retentionDays: number | null, nowMs: TimeMs): Promise<RetentionPlan> {
  const { store } = source;
  const { size } = await store.logHead();
  const pruned = await readPruned(store);
  const start = pruned?.before ?? 0;
  const [first] = start >= size ? [] : await store.log(start, 1);
  const oldestAtMs = first === undefined ? null : entryAtMs(first.entry);
  const none = { retentionDays, cutoffMs: null, from: start, expiredEntries: 0, checkpoint: null, size, oldestAtMs, pruned };
  if (retentionDays === null) return none;
  // What lateness opens uses the earlier clock: one that runs ahead expires nothing.
  const cutoffMs = Math.min(nowMs, await store.now()) - retentionDays * DAY_MS;
  const { from } = await findRange(size, { fromMs: cutoffMs }, storedAtMs(store), start);
  const covering = await checkpointUpTo(source, await firstKept(store, { from, to: size }, cutoffMs));
  if (covering === undefined || covering.size <= start) return { ...none, cutoffMs };
  return { ...none, cutoffMs, expiredEntries: covering.size - start, checkpoint: covering.note };
}

/** The entries of a plan, one canonical line each: the very bytes that were hashed. @throws ENTRY_PRUNED where one is gone meanwhile */
export async function* archiveLines(store: Store, { from, expiredEntries }: RetentionPlan): AsyncGenerator<string> {
  for await (const row of readRows(store, { from, to: from + expiredEntries })) {
    if (row.entry === '') throw entryPruned(row.index, (await readPruned(store)) ?? { before: row.index + 1, archive: '' });
    yield `${row.entry}\n`;
  }
}

/**
 * Verifies an archive without the store: its lines are all the entries that the checkpoint covers, in order and unaltered.
 * Where the log was pruned before, the lines are those of all its archives, one after the other.
 *
 * Fails closed for anything missing, added, moved or changed, and for a checkpoint of another log or key.
 */
export async function verifyArchive(
  lines: Iterable<string> | AsyncIterable<string>,
  checkpoint: string,
  expected: { readonly tenant: string; readonly publicKey: Uint8Array },
): Promise<ArchiveResult> {
  const signed = verifyCheckpoint(checkpoint, logOrigin(expected.tenant), expected.publicKey);
  if (!signed.ok) return signed;
  const range = createCompactRange();
  for await (const line of lines) {
    if (range.size >= signed.checkpoint.size) return { ok: false, reason: 'size_mismatch' };
    const entry = line.endsWith('\n') ? line.slice(0, -1) : line;
    if (!entry.isWellFormed()) return { ok: false, reason: 'root_mismatch' };
    range.append(leafHash(entry));
  }
  if (range.size !== signed.checkpoint.size) return { ok: false, reason: 'size_mismatch' };
  return range.root() === signed.checkpoint.root ? { ok: true, entries: range.size } : { ok: false, reason: 'root_mismatch' };
}

/** Checks a number of days. @throws CONFIG_INVALID */
export function checkRetentionDays(days: number | undefined): number | null {
  if (days === undefined) return null;
  if (Number.isSafeInteger(days) && days >= 1 && days <= 36_500) return days;
  throw new CastellanError('CONFIG_INVALID', {
    message: 'retentionDays is a whole number of days, 1 to 36,500.',
    details: { field: 'retentionDays' },
  });
}

/** Position of the first entry in the range that is not older than the cutoff. */
async function firstKept(store: Store, range: IndexRange, cutoffMs: TimeMs): Promise<number> {
  for await (const row of readRows(store, range)) if (!(entryAtMs(row.entry) < cutoffMs)) return row.index;
  return range.to;
}

/** The largest signed checkpoint of at most `size` entries. */
async function checkpointUpTo(
  { store, origin, publicKey }: RetentionSource,
  size: number,
): Promise<{ readonly size: number; readonly note: string } | undefined> {
  if (size === 0) return undefined;
  const prefix = storeKey.doc(CHECKPOINT_PREFIX);
  const [beyond] = await store.scan(prefix, { after: storeKey.doc(checkpointKey(size)), limit: 1 });
  if (beyond === undefined) return undefined;
  const next = await readDoc(store, beyond.key.slice(storeKey.doc('').length));
  const known = verifyStoredCheckpoint(next?.value, origin, publicKey);
  if (!known.ok) return undefined;
  // The latest sorts behind all others: where it is the next one, it may itself be small enough.
  const isLatest = beyond.key === storeKey.doc(LATEST_CHECKPOINT);
  if (isLatest && known.stored.size <= size) return known.stored.size === 0 ? undefined : known.stored;
  const before = verifyStoredCheckpoint((await readDoc(store, checkpointKey(known.stored.previous)))?.value, origin, publicKey);
  return before.ok && before.stored.size > 0 && before.stored.size <= size ? before.stored : undefined;
}
