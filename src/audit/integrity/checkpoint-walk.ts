import { type Json, type Store, storeKey } from '../../core/store.ts';
import { CHECKPOINT_PREFIX, checkpointKey, LATEST_CHECKPOINT, type StoredResult, verifyStoredCheckpoint } from '../stored-checkpoint.ts';

/** One stored checkpoint on the way. */
export interface WalkedCheckpoint {
  readonly key: string;
  /** Size that the document's name says. */
  readonly size: number;
  /** The signature and frontier, checked when asked for. */
  verify(): StoredResult;
}

const BATCH = 200;

/** The stored checkpoints above `after` in order of size, read in pieces as they are asked for; the latest is not among them. */
export async function* walkCheckpoints(
  store: Store,
  origin: string,
  publicKey: Uint8Array,
  after: number,
): AsyncGenerator<WalkedCheckpoint> {
  const prefix = storeKey.doc(CHECKPOINT_PREFIX);
  let cursor = storeKey.doc(checkpointKey(after));
  for (;;) {
    const rows = await store.scan(prefix, { after: cursor, limit: BATCH });
    for (const { key, value } of rows) {
      cursor = key;
      if (key === storeKey.doc(LATEST_CHECKPOINT)) continue;
      const name = key.slice(prefix.length);
      const size = /^[0-9]{16}$/.test(name) ? Number(name) : Number.NaN;
      yield { key, size, verify: () => filedUnder(size, verifyStoredCheckpoint(docValue(value), origin, publicKey)) };
    }
    if (rows.length < BATCH) return;
  }
}

function filedUnder(size: number, result: StoredResult): StoredResult {
  return result.ok && result.stored.size !== size ? { ok: false, reason: 'size_mismatch' } : result;
}

function docValue(row: Json): Json | undefined {
  return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as { readonly [key: string]: Json })['value'] : undefined;
}
