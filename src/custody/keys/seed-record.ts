import { CastellanError, canonicalize, type Json, type KeyAlgorithm, readDoc, type Store, type TimeMs } from '../../core/index.ts';
import { KEY_ID } from './key-record.ts';

/** A seed at rest: document `seed/<seedId>`. Both ciphertexts are under the vault's key for private keys. */
export interface SeedRecord {
  readonly v: 1;
  readonly seedId: string;
  readonly origin: 'generated' | 'imported';
  readonly createdMs: TimeMs;
  /** The next account that no secp256k1 key was derived at. */
  readonly nextAccount: number;
  /** The same for other algorithms; absent is 0, as in records from before there were any. */
  readonly nextAccounts?: Readonly<Partial<Record<KeyAlgorithm, number>>>;
  /** The 64 bytes that keys are derived from. */
  readonly ciphertext: string;
  /** The entropy of its phrase. */
  readonly entropy: string;
}

/** What the outside may know of a seed. */
export interface SeedInfo {
  readonly id: string;
  readonly origin: 'generated' | 'imported';
  readonly createdAtMs: TimeMs;
}

const handles = new WeakMap<SeedInfo, object>();

/** Makes what is known of a seed the way to it, for whoever holds that very object: copies of it open nothing. */
export function grantSeedHandle(seed: SeedInfo, manager: object): SeedInfo {
  handles.set(seed, manager);
  return seed;
}

/** The key manager that keeps the seed of a handle; undefined for anything else. */
export function managerOfSeed(seed: object): object | undefined {
  return handles.get(seed as SeedInfo);
}

/** Where a seed lies among the documents. */
export function seedDoc(seedId: string): string {
  return `seed/${seedId}`;
}

/** The next account of an algorithm under this seed. */
export function nextAccountOf(record: SeedRecord, algorithm: KeyAlgorithm): number {
  return algorithm === 'secp256k1' ? record.nextAccount : (record.nextAccounts?.[algorithm] ?? 0);
}

/** The record with the next account of one algorithm counted up; the others stay. */
export function withNextAccount(record: SeedRecord, algorithm: KeyAlgorithm): SeedRecord {
  const next = nextAccountOf(record, algorithm) + 1;
  return algorithm === 'secp256k1'
    ? { ...record, nextAccount: next }
    : { ...record, nextAccounts: { ...record.nextAccounts, [algorithm]: next } };
}

/** What a ciphertext of a seed is bound to. */
export function seedContext(tenant: string, seedId: string, part: 'seed' | 'entropy'): string {
  return canonicalize(['seed', 1, tenant, seedId, part]);
}

/** Reads a seed's record; undefined where there is none. @throws KEY_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE */
export async function readSeedRecord(
  store: Store,
  seedId: string,
): Promise<{ readonly record: SeedRecord; readonly version: number } | undefined> {
  if (typeof seedId !== 'string' || !KEY_ID.test(seedId))
    throw new CastellanError('KEY_INVALID', { message: 'A seed id is 1 to 64 of A-Z a-z 0-9 _ . -' });
  const doc = await readDoc(store, seedDoc(seedId));
  return doc === undefined ? undefined : { record: parseSeedRecord(doc.value, seedId), version: doc.version };
}

/** The record without its ciphertexts. */
export function toSeedInfo(record: SeedRecord): SeedInfo {
  return Object.freeze({ id: record.seedId, origin: record.origin, createdAtMs: record.createdMs });
}

function parseSeedRecord(value: Json, seedId: string): SeedRecord {
  const record = value as Partial<SeedRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.v === 1 &&
    record.seedId === seedId &&
    Number.isSafeInteger(record.nextAccount) &&
    areCounters(record.nextAccounts) &&
    typeof record.ciphertext === 'string' &&
    typeof record.entropy === 'string'
  ) {
    return record as SeedRecord;
  }
  throw new CastellanError('STORE_CORRUPT', { message: 'A seed record is not readable.', details: { seedId } });
}

function areCounters(counters: unknown): boolean {
  if (counters === undefined) return true;
  return typeof counters === 'object' && counters !== null && Object.values(counters).every((next) => Number.isSafeInteger(next));
}
