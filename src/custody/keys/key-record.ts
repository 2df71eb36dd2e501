import { CastellanError, canonicalize, type Json, type KeyAlgorithm, readDoc, type Store, type TimeMs } from '../../core/index.ts';

/** A key at rest: document `key/<keyId>`. Everything but `ciphertext` may be read by anyone with the store. */
export interface KeyRecord {
  readonly v: 1;
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  readonly tags: readonly string[];
  /** Hex; compressed for secp256k1. */
  readonly publicKey: string;
  readonly path: string | null;
  readonly seedId: string | null;
  readonly state: 'active' | 'revoked';
  readonly createdMs: TimeMs;
  readonly revokedMs: TimeMs | null;
  readonly revokedReason: string | null;
  readonly ciphertext: string;
}

/** What the outside may know of a key. */
export interface KeyInfo {
  readonly id: string;
  /** The same as `id`. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  readonly tags: readonly string[];
  /** Hex; compressed for secp256k1. */
  readonly publicKey: string;
  /** BIP-44 path; null for a key of its own randomness. */
  readonly path: string | null;
  readonly seedId: string | null;
  readonly state: 'active' | 'revoked';
  readonly createdAtMs: TimeMs;
  readonly revokedAtMs: TimeMs | null;
  readonly revokedReason: string | null;
}

/** Ids of keys and seeds: 1 to 64 of `A-Z a-z 0-9 _ . -`. */
export const KEY_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** Where a key lies among the documents. */
export function keyDoc(keyId: string): string {
  return `key/${keyId}`;
}

/** What the ciphertext of a key is bound to: swapping records, public keys or algorithms makes it unreadable. */
export function keyContext(tenant: string, record: Pick<KeyRecord, 'v' | 'keyId' | 'purpose' | 'algorithm' | 'publicKey'>): string {
  return canonicalize(['key', record.v, tenant, record.keyId, record.purpose, record.algorithm, record.publicKey]);
}

/** Reads a key's record. @throws KEY_UNKNOWN, STORE_CORRUPT, STORE_UNAVAILABLE */
export async function readKeyRecord(store: Store, keyId: string): Promise<{ readonly record: KeyRecord; readonly version: number }> {
  const doc = typeof keyId === 'string' && KEY_ID.test(keyId) ? await readDoc(store, keyDoc(keyId)) : undefined;
  if (doc === undefined)
    throw new CastellanError('KEY_UNKNOWN', { message: 'There is no such key.', details: { keyId: String(keyId).slice(0, 64) } });
  const record = parseKeyRecord(doc.value);
  if (record.keyId !== keyId) throw corrupt(keyId);
  return { record, version: doc.version };
}

/** A stored value as a key record. @throws STORE_CORRUPT */
export function parseKeyRecord(value: Json): KeyRecord {
  const record = value as Partial<KeyRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.v === 1 &&
    typeof record.keyId === 'string' &&
    (record.algorithm === 'secp256k1' || record.algorithm === 'ed25519') &&
    record.purpose === 'signing' &&
    Array.isArray(record.tags) &&
    typeof record.publicKey === 'string' &&
    /^[0-9a-f]+$/.test(record.publicKey) &&
    (record.state === 'active' || record.state === 'revoked') &&
    typeof record.ciphertext === 'string'
  ) {
    return record as KeyRecord;
  }
  throw corrupt(typeof record?.keyId === 'string' ? record.keyId : 'unknown');
}

/** The record without its ciphertext. */
export function toKeyInfo(record: KeyRecord): KeyInfo {
  return Object.freeze({
    id: record.keyId,
    keyId: record.keyId,
    algorithm: record.algorithm,
    purpose: record.purpose,
    tags: Object.freeze([...record.tags]),
    publicKey: record.publicKey,
    path: record.path,
    seedId: record.seedId,
    state: record.state,
    createdAtMs: record.createdMs,
    revokedAtMs: record.revokedMs,
    revokedReason: record.revokedReason,
  });
}

function corrupt(keyId: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'A key record is not readable.', details: { keyId: keyId.slice(0, 64) } });
}
