import type { Clock } from '../core/clock.ts';
import { readDoc } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import { newId } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import type { AttestationKey } from '../core/signer.ts';
import type { Command, Store } from '../core/store.ts';
import { logOrigin } from './checkpoint.ts';
import { type Checkpointer, createCheckpointer } from './checkpointer.ts';
import { parseEntry, toAppendCommand } from './entry.ts';
import { type IntegrityOptions, type IntegrityReport, verifyLog } from './integrity/verify-log.ts';
import { createLogTail, type LogTail } from './log-tail.ts';
import { followOthers, type OtherProcesses } from './others.ts';
import { entryPruned, type PruneStatement, readPruned, signPrune } from './pruned.ts';
import { type FoundEntry, type LogFilter, type LogPage, queryLog, readHistory } from './query.ts';
import { type LogReceipt, makeReceipt } from './receipt.ts';
import { LATEST_CHECKPOINT, type StoredCheckpoint, verifyStoredCheckpoint } from './stored-checkpoint.ts';

/** What an audit log needs. */
export interface AuditLogOptions {
  readonly store: Store;
  /** Signs checkpoints under the name `castellan/<tenant>`. */
  readonly key: AttestationKey;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Unsigned entries that are signed at once. Default 100. */
  readonly checkpointEvery?: number;
  /** Longest time that an entry of this process stays unsigned, ms. Default 1,000. */
  readonly checkpointMs?: number;
  /** Called with an `audit_checkpoint` event for each checkpoint stored; it is published, not logged. */
  readonly onCheckpoint?: (event: SecurityEvent) => void;
}

/** How far the log is signed. */
export interface AuditHealth {
  readonly started: boolean;
  readonly size: number;
  readonly signedSize: number;
  readonly unsigned: number;
  readonly lastCheckpointAtMs: number | null;
  /** Error code of the last attempt to sign; null where it succeeded. */
  readonly fault: string | null;
}

/** The tamper-evident log of everything that was decided and done. */
export interface AuditLog {
  /** The store command that appends the event; it belongs into the step that makes the event true. */
  command(event: SecurityEvent): Command;
  /** Catches up with the log and signs from then on. @throws LOG_CORRUPT where it is not the log that was signed */
  start(): Promise<void>;
  /** Signs what is unsigned and rests. Never rejects: what could not be signed stands in health. */
  stop(): Promise<void>;
  /** How long the log is, and how much of it no checkpoint covers yet. */
  health(): AuditHealth;
  /** Entries that fit a filter, in their order, a page at a time. */
  query(filter?: LogFilter): Promise<LogPage>;
  /** The entry that records a decision. @throws ENTRY_PRUNED */
  find(decisionId: string): Promise<FoundEntry | undefined>;
  /** Events since a time, oldest first. */
  history(options: { readonly sinceMs: number; readonly types: readonly SecurityEventType[] }): AsyncIterable<SecurityEvent>;
  /** Follows what other processes append from now on; null where the store is this process's alone. */
  others(): Promise<OtherProcesses | null>;
  /** Entry, inclusion proof and checkpoint. Signs first where the entry is unsigned. @throws NOT_STARTED, LOG_CORRUPT, ENTRY_PRUNED */
  receipt(id: string): Promise<LogReceipt | undefined>;
  /** Signs that entries may be dropped. Whoever asks has proven the archive. */
  attestPrune(statement: PruneStatement): string;
  /** Verifies the log against itself and its checkpoints; what is wrong is in the report, nothing is thrown for it. */
  verifyIntegrity(options?: Partial<Omit<IntegrityOptions, 'origin'>>): Promise<IntegrityReport>;
}

/**
 * Makes the log of one tenant over a store.
 *
 * Durable when the store is: entries are part of the steps they record. Checkpoints follow within `checkpointEvery`
 * entries or `checkpointMs`; until then {@link AuditHealth.unsigned} shows the tail.
 *
 * @param options - store, clock and randomness, the tenant, the `log` key; `checkpointMs` in milliseconds
 * @throws CONFIG_INVALID
 * @example
 * ```ts
 * import { createAttestationKey, createAuditLog } from 'castellan';
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const [clock, random, tenant] = [createManualClock(), createSeededRandom(1), 'acme'];
 * const store = createMemoryStore({ clock });
 * const log = createAuditLog({ store, clock, random, tenant, key: createAttestationKey('log', random.bytes(32)) });
 * const happened = { v: 1, id: 'e-1', tenant, at: clock.nowMs(), agent: null, severity: 'info', type: 'health_changed', details: {} } as const;
 * await store.apply([{ commands: [log.command(happened)] }]); // beside the commands of whatever it records
 * console.log((await log.query()).entries.length, (await log.verifyIntegrity()).valid); // 1 true
 * ```
 */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { store, key, tenant, clock, random, onCheckpoint } = options;
  const origin = logOrigin(tenant);
  const every = options.checkpointEvery ?? 100;
  const delayMs = options.checkpointMs ?? 1_000;
  if (!Number.isSafeInteger(every) || every < 1 || !Number.isFinite(delayMs) || delayMs < 0) {
    throw new CastellanError('CONFIG_INVALID', {
      message: 'Checkpoints come every 1 or more entries and 0 or more ms.',
      details: { checkpointEvery: every, checkpointMs: delayMs },
    });
  }
  let running: { readonly tail: LogTail; readonly checkpointer: Checkpointer; readonly unwatch: () => void } | undefined;
  let starting: Promise<void> | undefined;

  const onSigned = (stored: StoredCheckpoint): void => {
    const details = { size: stored.size, chain: stored.chain, checkpoint: stored.note };
    onCheckpoint?.({
      v: 1,
      id: newId(random, stored.atMs),
      tenant,
      at: stored.atMs,
      agent: null,
      severity: 'info',
      type: 'audit_checkpoint',
      details,
    });
  };
  const start = async (): Promise<void> => {
    const { signed, tail } = await openTail(store, origin, key);
    const checkpointer = createCheckpointer({ store, tail, key, origin, clock, every, delayMs, signed, onSigned });
    const unwatch = store.watch((rows) => {
      tail.take(rows);
      checkpointer.notice();
    });
    try {
      await tail.catchUp();
      if (signed === null) await signFirst(store, tail, checkpointer);
    } catch (error) {
      unwatch();
      checkpointer.close();
      throw error;
    }
    running = { tail, checkpointer, unwatch };
    checkpointer.notice();
  };
  const rowOf = async (id: string) => {
    const index = await store.findLog(id);
    if (index === undefined) return undefined;
    const [row] = await store.log(index, 1);
    if (row === undefined || row.index !== index || row.id !== id)
      throw new CastellanError('LOG_CORRUPT', { message: 'The audit log lacks an entry that it lists.', details: { index } });
    const pruned = row.entry === '' ? await readPruned(store) : null;
    if (pruned !== null && index < pruned.before) throw entryPruned(index, pruned);
    return row;
  };

  return {
    command(event) {
      if (event.tenant !== tenant)
        throw new CastellanError('INTERNAL', { message: 'An event is logged by its own tenant.', details: { event: event.id } });
      return toAppendCommand(event);
    },
    async start() {
      if (running !== undefined) return;
      starting ??= start().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    async stop() {
      await starting?.catch(() => undefined);
      const stopped = running;
      if (stopped === undefined) return;
      running = undefined;
      stopped.unwatch();
      stopped.checkpointer.close();
      await stopped.checkpointer.sign().catch(() => undefined);
    },
    health() {
      const size = running?.tail.seen ?? 0;
      const signedSize = running?.checkpointer.signedSize ?? 0;
      const { lastAtMs = null, fault = null } = running?.checkpointer ?? {};
      return {
        started: running !== undefined,
        size,
        signedSize,
        unsigned: Math.max(0, size - signedSize),
        lastCheckpointAtMs: lastAtMs,
        fault,
      };
    },
    query: (filter = {}) => queryLog(store, filter),
    async find(decisionId) {
      const row = await rowOf(decisionId);
      if (row === undefined) return undefined;
      const event = parseEntry(row.entry);
      return event.type === 'decision_made' ? { index: row.index, id: row.id, event } : undefined;
    },
    history: (range) => readHistory(store, range),
    others: async () => (store.info.shared ? followOthers(store) : null),
    async receipt(id) {
      const row = await rowOf(id);
      if (row === undefined) return undefined;
      const source = { store, origin, publicKey: key.publicKey };
      const covered = await makeReceipt(source, row);
      if (covered !== undefined) return covered;
      if (running === undefined)
        throw new CastellanError('NOT_STARTED', { message: 'The entry is unsigned, and the log signs only once started.' });
      await running.checkpointer.sign();
      return makeReceipt(source, row);
    },
    attestPrune: (statement) => signPrune(statement, origin, key),
    verifyIntegrity: (given = {}) => verifyLog(store, { publicKey: key.publicKey, ...given, origin }),
  };
}

/**
 * Signs a log that nobody signed, before anything is decided. Decisions without any checkpoint are not signed: a gate signs
 * before it writes one, so somebody took them away. @throws LOG_CORRUPT
 */
async function signFirst(store: Store, tail: LogTail, checkpointer: Checkpointer): Promise<void> {
  if ((await readDoc(store, LATEST_CHECKPOINT)) !== undefined) return;
  const { size } = tail;
  for (let index = 0; index < size; ) {
    const rows = await store.log(index, 1_000);
    if (rows.length === 0) break;
    const found = rows.find(({ entry }) => entry === '' || parseEntry(entry).type === 'decision_made');
    if (found !== undefined)
      throw new CastellanError('LOG_CORRUPT', {
        message: 'The log holds decisions and no checkpoint: somebody took it away.',
        details: { index: found.index },
      });
    index += rows.length;
  }
  await checkpointer.signFirst();
}

/**
 * Opens the log at its last checkpoint, so that only what came after is read. Without one, or with one of an earlier key,
 * everything is read and checked.
 */
async function openTail(
  store: Store,
  origin: string,
  key: AttestationKey,
): Promise<{ readonly signed: StoredCheckpoint | null; readonly tail: LogTail }> {
  const latest = await readDoc(store, LATEST_CHECKPOINT);
  if (latest === undefined) return { signed: null, tail: createLogTail(store) };
  const known = verifyStoredCheckpoint(latest.value, origin, key.publicKey);
  if (!known.ok && known.reason === 'other_key') return { signed: null, tail: createLogTail(store) };
  if (!known.ok)
    throw new CastellanError('LOG_CORRUPT', { message: 'The latest checkpoint is not a signed one.', details: { reason: known.reason } });
  const { stored } = known;
  const [last] = stored.size === 0 ? [] : await store.log(stored.size - 1, 1);
  if (stored.size > 0 && (last?.index !== stored.size - 1 || last.chain !== stored.chain)) {
    throw new CastellanError('LOG_CORRUPT', { message: 'The log does not end where its checkpoint says.', details: { size: stored.size } });
  }
  return { signed: stored, tail: createLogTail(store, { chain: stored.chain, frontier: stored.frontier }) };
}
