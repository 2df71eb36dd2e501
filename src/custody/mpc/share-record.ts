import { canonicalize, type Json, parseDoc, type Store, storeKey } from '../../core/index.ts';
import type { KeyRecord } from '../keys/key-record.ts';

/** A party's share at rest: document `key-share/<keyId>/<party>`. */
export interface ShareRecord {
  readonly v: 1;
  readonly keyId: string;
  /** From 1 on. */
  readonly party: number;
  readonly epoch: number;
  /** The 32 bytes of the share, sealed. */
  readonly ciphertext: string;
}

/** Where a party's share lies among the documents. */
export function shareDoc(keyId: string, party: number): string {
  return `key-share/${keyId}/${party}`;
}

/** What the ciphertext of a share is bound to: it opens for no other key, party, epoch or group. */
export function shareContext(tenant: string, share: Pick<ShareRecord, 'keyId' | 'party' | 'epoch'>, publicKey: string): string {
  return canonicalize(['share', 1, tenant, share.keyId, share.party, share.epoch, publicKey]);
}

/**
 * The shares of a key, party 1 first; undefined where there is none that can be read, or none of the key's epoch: one
 * broken row takes nothing from the other parties.
 * @throws STORE_UNAVAILABLE
 */
export async function readShareRecords(store: Store, { keyId, sharing }: KeyRecord): Promise<readonly (ShareRecord | undefined)[]> {
  const names = Array.from({ length: sharing?.total ?? 0 }, (_, index) => shareDoc(keyId, index + 1));
  const rows = await store.get(names.map((name) => storeKey.doc(name)));
  return names.map((name, index) => parseShareRecord(readable(rows[index], name), keyId, index + 1, sharing?.epoch));
}

function readable(row: Json | undefined, name: string): Json | undefined {
  try {
    return row === undefined ? undefined : parseDoc(row, name).value;
  } catch {
    return undefined;
  }
}

function parseShareRecord(value: Json | undefined, keyId: string, party: number, epoch: number | undefined): ShareRecord | undefined {
  const record = value as Partial<ShareRecord> | null | undefined;
  if (typeof record !== 'object' || record === null || record.v !== 1 || typeof record.ciphertext !== 'string') return undefined;
  return record.keyId === keyId && record.party === party && record.epoch === epoch ? (record as ShareRecord) : undefined;
}
