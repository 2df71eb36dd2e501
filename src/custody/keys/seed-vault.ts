import {
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  type Json,
  type KeyAlgorithm,
  newId,
  type Random,
  type Store,
} from '../../core/index.ts';
import type { Cipher } from './cipher.ts';
import { deriveSecret, isMnemonic, readMnemonic, toSeed } from './derivation.ts';
import { isPhraseKey } from './phrase-key.ts';
import { readSeedRecord, type SeedInfo, type SeedRecord, seedContext, seedDoc, toSeedInfo } from './seed-record.ts';

/** Keeps seeds encrypted and derives from them, one decryption per use. Inside the room only. */
export interface SeedVault {
  /** Makes a seed of fresh entropy. @throws KEY_INVALID where the id is taken */
  create(options: { readonly id?: string | undefined; readonly bits?: 128 | 256 | undefined }): Promise<SeedInfo>;
  /** Keeps the seed of a BIP-39 phrase. @throws KEY_INVALID */
  importPhrase(options: {
    readonly id?: string | undefined;
    readonly mnemonic: string;
    readonly passphrase?: string | undefined;
  }): Promise<SeedInfo>;
  find(seedId: string): Promise<{ readonly record: SeedRecord; readonly version: number } | undefined>;
  /** The private key of an algorithm at a path; the caller wipes it. @throws KEY_DECRYPT_FAILED, DERIVATION_INVALID */
  derive(record: SeedRecord, algorithm: KeyAlgorithm, path: string): Uint8Array;
}

/** What a seed vault stands on. `announce` makes the log entry that is stored with a new seed. */
export interface SeedVaultOptions {
  readonly store: Store;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
}

/** Keeps seeds in the store, each sealed under the key of the vault. */
export function createSeedVault({ store, cipher, clock, random, tenant, announce }: SeedVaultOptions): SeedVault {
  async function keep(
    id: string | undefined,
    origin: SeedRecord['origin'],
    secret: { readonly entropy: Uint8Array; readonly seed: Uint8Array },
  ): Promise<SeedInfo> {
    try {
      const nowMs = clock.nowMs();
      const seedId = id ?? newId(random, nowMs);
      if ((await readSeedRecord(store, seedId)) !== undefined) throw taken(seedId);
      const record: SeedRecord = {
        v: 1,
        seedId,
        origin,
        createdMs: nowMs,
        nextAccount: 0,
        ciphertext: cipher.seal(secret.seed, seedContext(tenant, seedId, 'seed')),
        entropy: cipher.seal(secret.entropy, seedContext(tenant, seedId, 'entropy')),
      };
      const put: Command = { kind: 'doc.put', key: seedDoc(seedId), value: record as unknown as Json, ifVersion: 0 };
      const result = await applyStep(store, { commands: [put, announce(`seed_${origin}`, { seedId })] });
      if (!result.ok) throw taken(seedId);
      return toSeedInfo(record);
    } finally {
      secret.entropy.fill(0);
      secret.seed.fill(0);
    }
  }

  return {
    async create({ id, bits = 256 }) {
      if (bits !== 128 && bits !== 256) throw new CastellanError('KEY_INVALID', { message: 'A seed has 128 or 256 bits.' });
      const entropy = random.bytes(bits / 8);
      if (!(entropy instanceof Uint8Array) || entropy.length !== bits / 8 || entropy.every((byte) => byte === entropy[0])) {
        throw new CastellanError('KEY_INVALID', { message: 'The source of randomness did not give enough random bytes.' });
      }
      return keep(id, 'generated', { entropy, seed: toSeed(entropy) });
    },
    async importPhrase({ id, mnemonic, passphrase }) {
      if (!isMnemonic(mnemonic) && (await isPhraseKey(mnemonic)))
        throw new CastellanError('KEY_INVALID', { message: 'The phrase is one key and no BIP-39 phrase: import it with importKey.' });
      return keep(id, 'imported', readMnemonic(mnemonic, passphrase));
    },
    find: (seedId) => readSeedRecord(store, seedId),
    derive(record, algorithm, path) {
      const seed = cipher.open(record.ciphertext, seedContext(tenant, record.seedId, 'seed'));
      try {
        return deriveSecret(algorithm, seed, path);
      } finally {
        seed.fill(0);
      }
    },
  };
}

function taken(seedId: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message: 'There is a seed with this id already.', details: { seedId } });
}
