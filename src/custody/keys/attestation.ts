import {
  type AttestationKey,
  applyStep,
  CastellanError,
  canonicalize,
  createAttestationKey,
  generateSeed,
  type Json,
  type Random,
  readDoc,
  type Store,
  type TimeMs,
  toHex,
} from '../../core/index.ts';
import { keyCipher, type Vault } from './vault.ts';

/** The two attestation keys of a manager: `gate` shows decisions to other processes, `log` signs checkpoints. */
export type AttestationName = 'gate' | 'log';

/** A former key of a name, and its signature under the statement that names the next one. */
export interface AttestationHandover {
  /** Hex. */
  readonly publicKey: string;
  readonly untilMs: TimeMs;
  /** Hex, of {@link handoverStatement}. */
  readonly signature: string;
}

/** An attestation key at rest: document `attestation/<name>`. */
export interface AttestationRecord {
  readonly v: 1;
  readonly publicKey: string;
  readonly ciphertext: string;
  /** Former keys of this name, the oldest first; absent where there are none. */
  readonly former?: readonly AttestationHandover[];
}

/** Where the attestation key of a name lies among the documents. */
export function attestationDoc(name: AttestationName): string {
  return `attestation/${name}`;
}

/** What a key of this name is sealed under. */
export function attestationContext(tenant: string, name: AttestationName, publicKey: string): string {
  return canonicalize(['attestation', 1, tenant, name, publicKey]);
}

/** A key from its seed, which is wiped. */
export function openAttestation(tenant: string, name: AttestationName, seed: Uint8Array): AttestationKey {
  try {
    return createAttestationKey(`${tenant}/${name}`, seed);
  } finally {
    seed.fill(0);
  }
}

/**
 * The attestation key of this name, made on first use and kept encrypted: document `attestation/<name>`. Its id is
 * `<tenant>/<name>`; it signs only text that can never be a transaction.
 *
 * Idempotent by name, across the processes of one store.
 * @throws STORE_CORRUPT where the record is not one, KEY_DECRYPT_FAILED
 */
export async function loadAttestationKey(options: {
  readonly store: Store;
  readonly vault: Vault;
  readonly random: Random;
  readonly name: AttestationName;
}): Promise<AttestationKey> {
  const { store, vault, random, name } = options;
  const cipher = keyCipher(vault);
  const key = attestationDoc(name);
  const contextOf = (publicKey: string): string => attestationContext(vault.tenant, name, publicKey);

  for (let attempt = 0; attempt < 2; attempt += 1) {
    const doc = await readDoc(store, key);
    if (doc !== undefined) {
      const record = parseAttestation(doc.value, key);
      const loaded = openAttestation(vault.tenant, name, cipher.open(record.ciphertext, contextOf(record.publicKey)));
      if (toHex(loaded.publicKey) !== record.publicKey) throw corrupt(key);
      return loaded;
    }
    const seed = generateSeed(random);
    const fresh = createAttestationKey(`${vault.tenant}/${name}`, seed);
    const publicKey = toHex(fresh.publicKey);
    const record: AttestationRecord = { v: 1, publicKey, ciphertext: cipher.seal(seed, contextOf(publicKey)) };
    seed.fill(0);
    const put = await applyStep(store, { commands: [{ kind: 'doc.put', key, value: record as unknown as Json, ifVersion: 0 }] });
    if (put.ok) return fresh;
  }
  throw corrupt(key);
}

/** A stored value as the record of an attestation key. @throws STORE_CORRUPT */
export function parseAttestation(value: Json, key: string): AttestationRecord {
  const record = value as Partial<AttestationRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.v === 1 &&
    typeof record.publicKey === 'string' &&
    typeof record.ciphertext === 'string' &&
    (record.former === undefined || Array.isArray(record.former))
  ) {
    return record as AttestationRecord;
  }
  throw corrupt(key);
}

function corrupt(key: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'The record of an attestation key is not readable.', details: { key } });
}
