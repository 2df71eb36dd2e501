import { leafHash } from '../core/digest.ts';
import { readDoc } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { LogRow, Store } from '../core/store.ts';
import { storeKey } from '../core/store.ts';
import { type CheckpointResult, logOrigin, verifyCheckpoint } from './checkpoint.ts';
import { createCompactRange, type Frontier } from './merkle/compact-range.ts';
import { createSubtreeReader, inclusionProof, type LeafReader } from './merkle/proof.ts';
import { type ProofFailure, verifyInclusion } from './merkle/verify.ts';
import { CHECKPOINT_PREFIX, checkpointKey, type StoredCheckpoint, verifyStoredCheckpoint } from './stored-checkpoint.ts';

/** Proof to anybody who knows the log's key that an entry is in the log. */
export interface LogReceipt {
  readonly id: string;
  readonly index: number;
  /** The entry itself, canonical JSON. */
  readonly entry: string;
  /** Audit path, hex, from the leaf up. */
  readonly proof: readonly string[];
  /** The signed checkpoint that covers it, a C2SP note. */
  readonly checkpoint: string;
}

/** What verifying a receipt came to. */
export type ReceiptResult =
  | { readonly ok: true; readonly size: number; readonly root: string }
  | { readonly ok: false; readonly reason: Extract<CheckpointResult, { ok: false }>['reason'] | ProofFailure };

const BATCH = 1_000;

/**
 * Verifies a receipt offline: the checkpoint's signature, then the path from the entry to its root.
 *
 * @param receipt - of `security.audit.receipt(decisionId)`
 * @param expected - the tenant, and the 32 bytes of the log's public key
 * @example
 * ```ts
 * import { createAttestationKey, createAuditLog, verifyReceipt } from 'castellan';
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const [clock, random, tenant] = [createManualClock(), createSeededRandom(1), 'acme'];
 * const store = createMemoryStore({ clock });
 * const key = createAttestationKey('log', random.bytes(32));
 * const log = createAuditLog({ store, clock, random, tenant, key });
 * const happened = { v: 1, id: 'e-1', tenant, at: clock.nowMs(), agent: null, severity: 'info', type: 'health_changed', details: {} } as const;
 * await log.start();
 * await store.apply([{ commands: [log.command(happened)] }]);
 * await log.stop(); // signs what is not signed yet
 * const receipt = await log.receipt('e-1');
 * if (receipt === undefined) throw new Error('no checkpoint covers the entry yet');
 * console.log(verifyReceipt(receipt, { tenant, publicKey: key.publicKey }).ok); // true
 * const altered = { ...receipt, entry: receipt.entry.replace('info', 'warning') };
 * console.log(verifyReceipt(altered, { tenant, publicKey: key.publicKey })); // { ok: false, reason: 'root_mismatch' }
 * ```
 */
export function verifyReceipt(receipt: LogReceipt, expected: { readonly tenant: string; readonly publicKey: Uint8Array }): ReceiptResult {
  const signed = verifyCheckpoint(receipt.checkpoint, logOrigin(expected.tenant), expected.publicKey);
  if (!signed.ok) return signed;
  const { size, root } = signed.checkpoint;
  const included = verifyInclusion({ index: receipt.index, size, leaf: leafHash(receipt.entry), root, proof: receipt.proof });
  return included.ok ? { ok: true, size, root } : included;
}

/** What making a receipt needs. */
export interface ReceiptSource {
  readonly store: Store;
  readonly origin: string;
  readonly publicKey: Uint8Array;
}

/**
 * Makes the receipt of a stored row under the first checkpoint that covers it, reading only the rows between that
 * checkpoint and the one before; undefined where none covers it yet.
 *
 * @throws LOG_CORRUPT where the log does not prove what it holds
 */
export async function makeReceipt(source: ReceiptSource, row: LogRow): Promise<LogReceipt | undefined> {
  const { store, origin, publicKey } = source;
  const [next] = await store.scan(storeKey.doc(CHECKPOINT_PREFIX), { after: storeKey.doc(checkpointKey(row.index)), limit: 1 });
  if (next === undefined) return undefined;
  const covering = verifyStoredCheckpoint(docValue(next.value), origin, publicKey);
  if (!covering.ok) throw corrupt(row.index, covering.reason);
  const { stored, checkpoint } = covering;
  // Only `checkpoint/latest` can sort after the entry and yet be too short.
  if (stored.size <= row.index) return undefined;

  const leaves = leafReader(store);
  const left = createCompactRange(await frontierBefore(source, stored, row.index));
  for await (const leaf of leaves(left.size, row.index)) left.append(leaf);
  const proof = await inclusionProof(row.index, stored.size, createSubtreeReader(leaves, left.frontier()));
  const proven = verifyInclusion({ index: row.index, size: stored.size, leaf: leafHash(row.entry), root: checkpoint.root, proof });
  if (!proven.ok) throw corrupt(row.index, proven.reason);
  return { id: row.id, index: row.index, entry: row.entry, proof, checkpoint: stored.note };
}

/** Reads leaf hashes from the stored rows. */
export function leafReader(store: Store): LeafReader {
  return async function* (start, end) {
    for (let position = start; position < end; ) {
      const rows = await store.log(position, Math.min(BATCH, end - position));
      if (rows.length === 0) return;
      for (const row of rows) yield row.leaf;
      position += rows.length;
    }
  };
}

async function frontierBefore({ store, origin, publicKey }: ReceiptSource, stored: StoredCheckpoint, index: number): Promise<Frontier> {
  const empty: Frontier = { size: 0, nodes: [] };
  if (stored.previous === 0 || stored.previous > index) return empty;
  const before = verifyStoredCheckpoint((await readDoc(store, checkpointKey(stored.previous)))?.value, origin, publicKey);
  return before.ok ? before.stored.frontier : empty;
}

function docValue(row: unknown): StoredValue {
  return typeof row === 'object' && row !== null && 'value' in row ? (row.value as StoredValue) : undefined;
}
type StoredValue = Parameters<typeof verifyStoredCheckpoint>[0];

function corrupt(index: number, reason: string): CastellanError {
  return new CastellanError('LOG_CORRUPT', { message: 'The audit log does not prove an entry that it holds.', details: { index, reason } });
}
