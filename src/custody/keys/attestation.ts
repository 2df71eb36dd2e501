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
  toHex,
} from '../../core/index.ts';
import { keyCipher, type Vault } from './vault.ts';

/** The two attestation keys of a manager: `gate` shows decisions to other processes, `log` signs checkpoints. */
export type AttestationName = 'gate' | 'log';

interface AttestationRecord {
  readonly v: 1;
  readonly publicKey: string;
  readonly ciphertext: string;
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
  const key = `attestation/${name}`;
  const contextOf = (publicKey: string): string => canonicalize(['attestation', 1, vault.tenant, name, publicKey]);
  const toKey = (seed: Uint8Array): AttestationKey => {
    try {
      return createAttestationKey(`${vault.tenant}/${name}`, seed);
    } finally {
      seed.fill(0);
    }
  };

  for (let attempt = 0; attempt < 2; attempt += 1) {
    const doc = await readDoc(store, key);
    if (doc !== undefined) {
      const record = parseRecord(doc.value, key);
      const loaded = toKey(cipher.open(record.ciphertext, contextOf(record.publicKey)));
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

function parseRecord(value: Json, key: string): AttestationRecord {
  const record = value as Partial<AttestationRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.v === 1 &&
    typeof record.publicKey === 'string' &&
    typeof record.ciphertext === 'string'
  ) {
    return record as AttestationRecord;
  }
  throw corrupt(key);
}

function corrupt(key: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'The record of an attestation key is not readable.', details: { key } });
}
