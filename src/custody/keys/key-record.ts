import { CastellanError, canonicalize, type Json, type KeyAlgorithm, readDoc, type Store, type TimeMs } from '../../core/index.ts';

import { type CoSignerOf, type CoSigners, frozenCoSigners, isSharingReadable, KEY_ID, type KeySharing } from './key-sharing.ts';

export { isSharing, KEY_ID, type KeySharing } from './key-sharing.ts';

/** Where the private key is: whole and encrypted, nowhere as a whole, or with the user and never here. */
export type KeyMode = 'software' | 'mpc' | 'user';

/** When a key is due to be replaced, and whether the background work does it or a person. */
export interface RotationInterval {
  readonly auto: boolean;
  /** Whole days from the making of the key. */
  readonly days: number;
}

/** A key at rest: document `key/<keyId>`. Everything but `ciphertext` may be read by anyone with the store. */
export interface KeyRecord {
  readonly v: 1;
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  /** Absent in records from before there were others: `software`. */
  readonly mode?: KeyMode;
  /** Of an ed25519 key of mode `mpc`, and of no other. */
  readonly sharing?: KeySharing;
  /** Of a secp256k1 key of mode `mpc`: one of the two. */
  readonly coSigners?: CoSigners;
  readonly coSignerOf?: CoSignerOf;
  readonly tags: readonly string[];
  /** Hex; compressed for secp256k1; empty for a user's key of which only the account is known. */
  readonly publicKey: string;
  readonly path: string | null;
  readonly seedId: string | null;
  readonly state: 'active' | 'revoked';
  readonly createdMs: TimeMs;
  readonly revokedMs: TimeMs | null;
  readonly revokedReason: string | null;
  /** Absent where nothing is due. */
  readonly rotation?: RotationInterval;
  /** The key that this one was made to replace, and the one that was made to replace it; absent where there is none. */
  readonly replaces?: string;
  readonly replacedBy?: string;
  /** The private key; of mode `mpc` what the parties know in common, which is no secret and sealed so that it is the real one; of mode `user` nothing. */
  readonly ciphertext: string;
}

/** What the outside may know of a key. */
export interface KeyInfo {
  readonly id: string;
  /** The same as `id`. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  readonly mode: KeyMode;
  readonly tags: readonly string[];
  /** Hex; compressed for secp256k1; of the whole group for mode `mpc`; empty where a user's own wallet tells none. */
  readonly publicKey: string;
  /** BIP-44 path; null for a key of its own randomness, a phrase of its own, or shares. */
  readonly path: string | null;
  readonly seedId: string | null;
  readonly state: 'active' | 'revoked';
  readonly createdAtMs: TimeMs;
  readonly revokedAtMs: TimeMs | null;
  readonly revokedReason: string | null;
  /** True where the background work replaces it when it is due. */
  readonly autoRotate: boolean;
  readonly rotationIntervalDays: number | null;
  /** Null where no interval is set, and once the key is replaced or revoked. */
  readonly rotationDueAtMs: TimeMs | null;
  /** The key that this one was made to replace. */
  readonly replaces: string | null;
  /** The key that replaces this one. This one still signs, until its wallets are empty. */
  readonly replacedBy: string | null;
  /** Only of a key of mode `mpc` whose parties have a key each: the owners of the account, of which this key is none. */
  readonly coSigners?: CoSigners;
  /** Only of such a party's key. */
  readonly coSignerOf?: CoSignerOf;
}

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;

/** Where a key lies among the documents. */
export function keyDoc(keyId: string): string {
  return `key/${keyId}`;
}

/**
 * What the ciphertext of a key is bound to: swapping records, public keys, algorithms or modes makes it unreadable, and
 * so does another threshold.
 */
export function keyContext(
  tenant: string,
  record: Pick<KeyRecord, 'v' | 'keyId' | 'purpose' | 'algorithm' | 'publicKey' | 'mode' | 'sharing' | 'coSigners' | 'coSignerOf'>,
): string {
  const { v, keyId, purpose, algorithm, publicKey, sharing, coSigners, coSignerOf } = record;
  if (record.mode !== 'mpc') return canonicalize(['key', v, tenant, keyId, purpose, algorithm, publicKey]);
  const parties = sharing ?? (coSigners === undefined ? { coSignerOf } : { coSigners });
  return canonicalize(['key', v, tenant, keyId, purpose, algorithm, publicKey, 'mpc', parties]);
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
    (/^[0-9a-f]+$/.test(record.publicKey) || (record.mode === 'user' && record.publicKey === '')) &&
    (record.state === 'active' || record.state === 'revoked') &&
    typeof record.ciphertext === 'string' &&
    isModeReadable(record) &&
    isLineageReadable(record)
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
    mode: record.mode ?? 'software',
    tags: Object.freeze([...record.tags]),
    publicKey: record.publicKey,
    path: record.path,
    seedId: record.seedId,
    state: record.state,
    createdAtMs: record.createdMs,
    revokedAtMs: record.revokedMs,
    revokedReason: record.revokedReason,
    autoRotate: record.rotation?.auto ?? false,
    rotationIntervalDays: record.rotation?.days ?? null,
    rotationDueAtMs: dueMs(record),
    replaces: record.replaces ?? null,
    replacedBy: record.replacedBy ?? null,
    ...(record.coSigners === undefined ? {} : { coSigners: frozenCoSigners(record.coSigners) }),
    ...(record.coSignerOf === undefined ? {} : { coSignerOf: Object.freeze({ ...record.coSignerOf }) }),
  });
}

function dueMs({ rotation, state, replacedBy, createdMs }: KeyRecord): TimeMs | null {
  return rotation === undefined || state !== 'active' || replacedBy !== undefined ? null : createdMs + rotation.days * DAY_MS;
}

/** Tells whether a key may be due after so many days: 1 to 3,650. */
export function isRotationDays(days: unknown): days is number {
  return Number.isSafeInteger(days) && (days as number) >= 1 && (days as number) <= 3_650;
}

function isLineageReadable({ rotation, replaces, replacedBy }: Partial<KeyRecord>): boolean {
  const areIds = [replaces, replacedBy].every((id) => id === undefined || (typeof id === 'string' && KEY_ID.test(id)));
  if (rotation === undefined) return areIds;
  return areIds && typeof rotation === 'object' && rotation !== null && typeof rotation.auto === 'boolean' && isRotationDays(rotation.days);
}

function isModeReadable(record: Partial<KeyRecord>): boolean {
  const { mode = 'software', sharing, coSigners, coSignerOf, ciphertext } = record;
  if (mode === 'mpc') return isSharingReadable(record);
  const isAlone = sharing === undefined && coSigners === undefined && coSignerOf === undefined;
  return isAlone && (mode === 'software' || (mode === 'user' && ciphertext === ''));
}

function corrupt(keyId: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'A key record is not readable.', details: { keyId: keyId.slice(0, 64) } });
}
