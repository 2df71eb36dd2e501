import {
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  type Json,
  type KeyAlgorithm,
  newId,
  type Random,
  readDoc,
  type SecurityEvent,
  type Store,
  storeKey,
  toDoc,
  toHex,
} from '../../core/index.ts';
import { createShareVault } from '../mpc/share-vault.ts';
import { SIGNERS } from '../signers/signer.ts';
import { accountPath, algorithmOfPath } from './derivation.ts';
import { grantKeyAccess } from './key-access.ts';
import {
  checkGenerate,
  checkImport,
  checkKeyId,
  checkTags,
  type DeriveKeyConfig,
  type GenerateKeyConfig,
  invalidKey,
} from './key-config.ts';
import { createKeyKeeper, publicKeyDoc } from './key-keeper.ts';
import { type KeyInfo, type KeyRecord, keyContext, keyDoc, parseKeyRecord, readKeyRecord, toKeyInfo } from './key-record.ts';
import { type ImportKeyConfig, readPhraseKey } from './phrase-key.ts';
import { nextAccountOf, type SeedInfo, seedDoc, withNextAccount } from './seed-record.ts';
import { createSeedVault } from './seed-vault.ts';
import { keyCipher, type Vault, vaultMac } from './vault.ts';

/**
 * Makes, lists and revokes keys. Nothing that it returns, throws or logs holds a secret byte, and none of its methods
 * signs: signing is the custodian's, behind a permit.
 */
export interface KeyManager {
  /** Durable when it resolves. @throws MODE_UNAVAILABLE for shared secp256k1 keys and rotation; KEY_INVALID */
  generateKey(config: GenerateKeyConfig): Promise<KeyInfo>;
  /** The key at a path of a seed. @throws DERIVATION_INVALID, KEY_UNKNOWN, KEY_INVALID where that key exists */
  deriveKey(config: DeriveKeyConfig): Promise<KeyInfo>;
  /** @throws KEY_INVALID where the id is taken */
  createSeed(options?: { readonly id?: string; readonly bits?: 128 | 256 }): Promise<SeedInfo>;
  /** Keeps the one ed25519 key of a phrase that is no seed. @throws KEY_INVALID, which never quotes it */
  importKey(config: ImportKeyConfig): Promise<KeyInfo>;
  /** Keeps the seed of an English BIP-39 phrase. @throws KEY_INVALID, which never quotes it */
  importMnemonic(options: { readonly mnemonic: string; readonly passphrase?: string; readonly id?: string }): Promise<SeedInfo>;
  /** @throws KEY_UNKNOWN */
  getKey(keyId: string): Promise<KeyInfo>;
  listKeys(filter?: { readonly state?: KeyInfo['state']; readonly tag?: string }): Promise<readonly KeyInfo[]>;
  /** Idempotent. From then on no permit for the key is redeemed, in any process. @throws KEY_UNKNOWN */
  revokeKey(keyId: string, reason: string): Promise<KeyInfo>;
}

/** What a key manager stands on. `command` makes an event's log entry, which is stored in the same step as the key. */
export interface KeyManagerOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly command: (event: SecurityEvent) => Command;
  /** `refused`: no key of mode `mpc` is made, as its parties would all be in this process. Default `allowed`. */
  readonly inProcessParties?: 'allowed' | 'refused' | undefined;
}

/** Attempts against concurrent writers before giving up: each loses only to one that won. */
const ATTEMPTS = 32;
const DEFAULT_SEED = 'default';
const DEFAULT_SHARING = { threshold: 2, total: 3, epoch: 1 } as const;
/** Keys read per page of a listing. */
const PAGE = 500;

/** Keeps private keys in the store, each sealed under the vault's key. */
export function createKeyManager(options: KeyManagerOptions): KeyManager {
  const { store, vault, clock, random, command } = options;
  const { tenant } = vault;
  const cipher = keyCipher(vault);
  const announce = (action: string, details: Record<string, Json>): Command => {
    const at = clock.nowMs();
    const severity = action === 'key_revoked' ? 'warning' : 'info';
    return command({ v: 1, id: newId(random, at), tenant, at, agent: null, severity, type: 'key_event', details: { action, ...details } });
  };
  const seeds = createSeedVault({ store, cipher, clock, random, tenant, announce });

  const keepKey = createKeyKeeper({ store, clock, announce });
  const shares = createShareVault({ store, cipher, random, tenant, announce });
  const idOf = (id: string | undefined): string => checkKeyId(id, () => newId(random, clock.nowMs()));

  /** Seals a private key and keeps it. Wipes `secret`. */
  async function keep(
    secret: Uint8Array,
    facts: Pick<KeyRecord, 'keyId' | 'algorithm' | 'tags' | 'path' | 'seedId'>,
    extra: readonly Command[],
  ): Promise<KeyInfo | undefined> {
    try {
      const publicKey = toHex(SIGNERS[facts.algorithm].toPublicKey(secret));
      const base = { v: 1, ...facts, mode: 'software', purpose: 'signing', publicKey } as const;
      return await keepKey({ ...base, ciphertext: cipher.seal(secret, keyContext(tenant, base)) }, extra);
    } finally {
      secret.fill(0);
    }
  }

  async function nextOfSeed(algorithm: KeyAlgorithm, seedId: string, keyId: string, tags: readonly string[]): Promise<KeyInfo> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seed = await seeds.find(seedId);
      if (seed === undefined) {
        if (seedId !== DEFAULT_SEED) throw unknownSeed(seedId);
        await seeds.create({ id: DEFAULT_SEED }).catch(async (error: unknown) => {
          if ((await seeds.find(DEFAULT_SEED)) === undefined) throw error;
        });
        continue;
      }
      const { record, version } = seed;
      const path = accountPath(algorithm, nextAccountOf(record, algorithm));
      const advance: Command = {
        kind: 'doc.put',
        key: seedDoc(seedId),
        value: withNextAccount(record, algorithm) as unknown as Json,
        ifVersion: version,
      };
      const secret = seeds.derive(record, algorithm, path);
      const taken = await readDoc(store, publicKeyDoc(toHex(SIGNERS[algorithm].toPublicKey(secret))));
      if (taken !== undefined) {
        // Somebody derived this account by its path: step over it.
        secret.fill(0);
        await applyStep(store, { commands: [advance] });
        continue;
      }
      const made = await keep(secret, { keyId, algorithm, tags, path, seedId }, [advance]);
      if (made !== undefined) return made;
    }
    throw contended();
  }

  /** A key that its parties make, now; nothing backs it up but the shares themselves. */
  async function shared({ threshold, parties }: GenerateKeyConfig, keyId: string, tags: readonly string[]): Promise<KeyInfo | undefined> {
    if (options.inProcessParties === 'refused')
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Parties in one process are not allowed here.',
        details: { mode: 'mpc', location: 'in-process' },
      });
    const { threshold: t, total, epoch } = DEFAULT_SHARING;
    const sharing = { threshold: threshold ?? t, total: parties ?? total, epoch };
    const { publicKey, ciphertext, commands } = shares.generate(keyId, sharing);
    const base = { v: 1, keyId, algorithm: 'ed25519', mode: 'mpc', sharing, purpose: 'signing', publicKey } as const;
    return keepKey({ ...base, tags, path: null, seedId: null, ciphertext }, commands);
  }

  const manager: KeyManager = Object.freeze({
    async generateKey(config: GenerateKeyConfig): Promise<KeyInfo> {
      checkGenerate(config);
      const { algorithm } = config;
      const keyId = idOf(config.id);
      const tags = checkTags(config.tags);
      if (config.mode === 'mpc') return stored(await shared(config, keyId, tags));
      if (config.source !== 'random') return nextOfSeed(algorithm, config.seedId ?? DEFAULT_SEED, keyId, tags);
      const secret = random.bytes(32);
      if (!SIGNERS[algorithm].isSecret(secret) || secret.every((byte) => byte === secret[0]))
        throw invalidKey('The source of randomness did not give a key.');
      return stored(await keep(secret, { keyId, algorithm, tags, path: null, seedId: null }, []));
    },
    async deriveKey({ seedId, path, id, tags }: DeriveKeyConfig): Promise<KeyInfo> {
      const algorithm = algorithmOfPath(path);
      const seed = await seeds.find(seedId);
      if (seed === undefined) throw unknownSeed(seedId);
      const facts = { keyId: idOf(id), algorithm, tags: checkTags(tags), path, seedId };
      return stored(await keep(seeds.derive(seed.record, algorithm, path), facts, []));
    },
    async importKey(config: ImportKeyConfig): Promise<KeyInfo> {
      checkImport(config);
      const facts = { keyId: idOf(config.id), algorithm: 'ed25519', tags: checkTags(config.tags), path: null, seedId: null } as const;
      return stored(await keep(await readPhraseKey(config), facts, []));
    },
    createSeed: (options: { readonly id?: string; readonly bits?: 128 | 256 } = {}) => seeds.create(options),
    importMnemonic: (options: { readonly mnemonic: string; readonly passphrase?: string; readonly id?: string }) =>
      seeds.importPhrase(options),
    getKey: async (keyId: string) => toKeyInfo((await readKeyRecord(store, keyId)).record),
    async listKeys(filter: { readonly state?: KeyInfo['state']; readonly tag?: string } = {}): Promise<readonly KeyInfo[]> {
      const found: KeyInfo[] = [];
      const prefix = storeKey.doc(keyDoc(''));
      let after: string | undefined;
      for (;;) {
        const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const row of rows) {
          const info = toKeyInfo(parseKeyRecord(toDoc(row.value, row.key).value));
          if ((filter.state === undefined || info.state === filter.state) && (filter.tag === undefined || info.tags.includes(filter.tag)))
            found.push(info);
        }
        after = rows.at(-1)?.key;
        if (rows.length < PAGE || after === undefined) return found;
      }
    },
    async revokeKey(keyId: string, reason: string): Promise<KeyInfo> {
      if (typeof reason !== 'string' || reason.length === 0 || reason.length > 500)
        throw invalidKey('A revocation states its reason in 1 to 500 characters.');
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { record, version } = await readKeyRecord(store, keyId);
        if (record.state === 'revoked') return toKeyInfo(record);
        const revoked: KeyRecord = { ...record, state: 'revoked', revokedMs: clock.nowMs(), revokedReason: reason };
        const put: Command = { kind: 'doc.put', key: keyDoc(keyId), value: revoked as unknown as Json, ifVersion: version };
        const result = await applyStep(store, { commands: [put, announce('key_revoked', { keyId, reason })] });
        if (result.ok) return toKeyInfo(revoked);
      }
      throw contended();
    },
  });

  grantKeyAccess(manager, {
    checkOpen: cipher.checkOpen,
    mac: vaultMac(vault),
    shares,
    store,
    useKey(record, use) {
      const secret = cipher.open(record.ciphertext, keyContext(tenant, record));
      try {
        return use(secret);
      } finally {
        secret.fill(0);
      }
    },
  });
  return manager;
}

function unknownSeed(seedId: string): CastellanError {
  return new CastellanError('KEY_UNKNOWN', { message: 'There is no such seed.', details: { seedId } });
}

/** What was kept; no answer means that another writer came in between. */
function stored(made: KeyInfo | undefined): KeyInfo {
  if (made === undefined) throw contended();
  return made;
}

function contended(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Others changed the same rows each time; try again.', retryable: true });
}
