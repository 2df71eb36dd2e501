import type { Authority, Authorization } from '../core/authority.ts';
import { applyStep, readDoc } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import type { Command, Json, LogPruned, Store } from '../core/store.ts';
import { toAppendCommand } from './entry.ts';
import type { Frontier } from './merkle/compact-range.ts';
import { PRUNED_ACTION, type PruneStatement, provenPrune } from './pruned.ts';
import { type ArchivePieces, readArchive } from './read-archive.ts';
import { planRetention, type RetentionSource } from './retention.ts';
import { checkpointKey, type StoredCheckpoint, verifyStoredCheckpoint } from './stored-checkpoint.ts';

/** What to drop: exactly what this archive holds. */
export interface PruneOptions {
  /** The archive as it is kept elsewhere, read back from there: pieces of its text or bytes, in order. */
  readonly archive: ArchivePieces;
  /** How its bytes are packed. Default `identity`. */
  readonly encoding?: 'identity' | 'gzip' | undefined;
  /** The owners' word for the act `log.prune`, where the deployment has owners; see {@link pruneFacts}. */
  readonly authorization?: Authorization | undefined;
}

/** What pruning came to. */
export interface PruneResult {
  /** Position of the first entry that is kept. */
  readonly before: number;
  /** Entries that this call dropped; 0 where they were gone before. */
  readonly dropped: number;
  /** RFC 6962 tree hash of the archive's lines, hex. */
  readonly archive: string;
  /** Id of the entry that records it. */
  readonly record: string;
}

/** What pruning stands on. */
export interface PruneSource extends RetentionSource {
  readonly tenant: string;
  readonly retentionDays: number | null;
  readonly nowMs: number;
  readonly freshId: (atMs: number) => string;
  readonly attest: (statement: PruneStatement) => string;
  readonly authority: Pick<Authority, 'require'>;
}

/** Entries dropped by one step: as many as a store takes at once. */
const PIECE = 5_000;

/**
 * What owners sign for the act `log.prune`: how far, and which archive is there instead.
 *
 * @example
 * ```ts
 * import { pruneFacts } from 'castellan';
 *
 * console.log(pruneFacts({ before: 2, archive: 'ab12' })); // { before: 2, archive: 'ab12' }
 * ```
 */
export function pruneFacts({ before, archive }: Pick<PruneResult, 'before' | 'archive'>): Json {
  return { before, archive };
}

/**
 * Drops the texts of the entries that an archive holds, once the archive is proven by the signed checkpoint at its end.
 *
 * Durable step by step, the first of which records it: whoever calls again finishes what was begun. Idempotent by the archive.
 * Fails closed for an archive that is not exactly the oldest entries still kept, up to a checkpoint; for what has to be kept
 * longer; for a decision that a request still stands on; and without the owners' word in an owned deployment.
 * @throws REQUEST_INVALID, REQUEST_DENIED, AUTHORITY_REQUIRED, SIGNATURE_INVALID, LOG_CORRUPT, STORE_UNAVAILABLE
 */
export async function pruneLog(source: PruneSource, options: PruneOptions): Promise<PruneResult> {
  const { store, nowMs } = source;
  const { done, statement: earlier } = await finishBegun(source);
  const from = done?.before ?? 0;
  const frontier: Frontier = from === 0 ? { size: 0, nodes: [] } : (await checkpointAt(source, from)).frontier;
  const held = await readArchive(store, options.archive, { encoding: options.encoding ?? 'identity', frontier, nowMs });
  if (done !== null && held.archive === done.archive) return { ...done, dropped: 0 };
  const { size: before, archive } = held;
  const signed = before === from ? undefined : await checkpointAt(source, before).catch(notThere);
  if (signed === undefined || held.root !== signed.root)
    throw new CastellanError('REQUEST_INVALID', {
      message: 'The archive is not the oldest entries of this log, up to a signed checkpoint.',
      details: { field: 'archive', reason: 'archive_unproven', from, entries: before - from },
    });
  const plan = await planRetention(source, source.retentionDays, nowMs);
  if (before > plan.from + plan.expiredEntries) throw denied('retained', { before, expired: plan.from + plan.expiredEntries });
  if (held.inUse !== null) throw denied('in_use', { ...held.inUse });
  await source.authority.require('log.prune', pruneFacts({ before, archive }), options.authorization);
  const statement = { before, archive, untilMs: Math.max(held.untilMs, earlier?.untilMs ?? 0) };
  const id = source.freshId(nowMs);
  const details = { action: PRUNED_ACTION, from, ...statement, statement: source.attest(statement) };
  const event: SecurityEvent = {
    v: 1,
    id,
    tenant: source.tenant,
    at: nowMs,
    agent: null,
    severity: 'warning',
    type: 'incident_event',
    details,
  };
  await dropPieces(store, { before, archive, record: id }, from, [toAppendCommand(event)]);
  return { before, dropped: before - from, archive, record: id };
}

/** Takes a pruning that was recorded, and broke off, to its end. @throws LOG_CORRUPT where nothing that is signed allows it */
async function finishBegun({ store, origin, publicKey }: PruneSource): Promise<{
  readonly done: LogPruned | null;
  readonly statement: PruneStatement | null;
}> {
  const proven = await provenPrune(store, origin, publicKey);
  if (proven === null) return { done: null, statement: null };
  const { pruned, statement } = proven;
  const done = { ...pruned, before: statement.before };
  if (done.before > pruned.before) await dropPieces(store, done, pruned.before, []);
  return { done, statement };
}

async function dropPieces(store: Store, { before, archive, record }: LogPruned, from: number, first: readonly Command[]): Promise<void> {
  let more = first;
  for (let at = from; at < before; ) {
    at = Math.min(at + PIECE, before);
    const [last] = await store.log(at - 1, 1);
    const prune: Command = { kind: 'log.prune', before: at, lastId: last?.id ?? '', archive, record };
    const result = await applyStep(store, { commands: [...more, prune] });
    if (!result.ok)
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: 'The store did not drop the entries.',
        details: { reason: result.reason.code, before: at },
        retryable: true,
      });
    more = [];
  }
}

async function checkpointAt(
  { store, origin, publicKey }: RetentionSource,
  size: number,
): Promise<StoredCheckpoint & { readonly root: string }> {
  const known = verifyStoredCheckpoint((await readDoc(store, checkpointKey(size)))?.value, origin, publicKey);
  if (known.ok && known.stored.size === size) return { ...known.stored, root: known.checkpoint.root };
  throw new CastellanError('LOG_CORRUPT', { message: 'The log lacks a signed checkpoint.', details: { size } });
}

function notThere(error: unknown): undefined {
  if (error instanceof CastellanError && error.code === 'LOG_CORRUPT') return undefined;
  throw error;
}

function denied(reason: 'retained' | 'in_use', facts: { readonly [name: string]: string | number }): CastellanError {
  const message = reason === 'retained' ? 'These entries have to be kept longer.' : 'A request still stands on one of these decisions.';
  return new CastellanError('REQUEST_DENIED', { message, details: { reason, ...facts } });
}
