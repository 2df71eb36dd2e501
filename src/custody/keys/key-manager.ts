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
import { isSecp256k1Secret, toSecp256k1PublicKey } from '../signers/secp256k1.ts';
import { COIN_TYPES, KeyDerivationService } from './derivation.ts';
import { grantKeyAccess } from './key-access.ts';
import { KEY_ID, type KeyInfo, type KeyRecord, keyContext, keyDoc, parseKeyRecord, readKeyRecord, toKeyInfo } from './key-record.ts';
import { type SeedInfo, seedDoc } from './seed-record.ts';
import { createSeedVault } from './seed-vault.ts';
import { keyCipher, type Vault, vaultMac } from './vault.ts';

/** How a key is made. Unknown fields are refused. */
export interface GenerateKeyConfig {
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  readonly tags?: readonly string[];
  /** Default: a fresh id. */
  readonly id?: string;
  /** `derived` (default): the next BIP-44 account of the seed, so that the seed is the backup. `random`: of its own randomness. */
  readonly source?: 'derived' | 'random';
  /** Default: the seed `default`, made on first use. */
  readonly seedId?: string;
}

/** Which key to derive: a BIP-44 path of an existing seed. */
export interface DeriveKeyConfig {
  readonly seedId: string;
  readonly path: string;
  readonly id?: string;
  readonly tags?: readonly string[];
}

/**
 * Makes, lists and revokes keys. Nothing that it returns, throws or logs holds a secret byte, and none of its methods
 * signs: signing is the custodian's, behind a permit.
 */
export interface KeyManager {
  /** Durable when it resolves. @throws MODE_UNAVAILABLE for ed25519 and rotation; KEY_INVALID */
  generateKey(config: GenerateKeyConfig): Promise<KeyInfo>;
  /** The key at a path of a seed. @throws DERIVATION_INVALID, KEY_UNKNOWN, KEY_INVALID where that key exists */
  deriveKey(config: DeriveKeyConfig): Promise<KeyInfo>;
  /** @throws KEY_INVALID where the id is taken */
  createSeed(options?: { readonly id?: string; readonly bits?: 128 | 256 }): Promise<SeedInfo>;
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
}

/** Attempts against concurrent writers before giving up: each loses only to one that won. */
const ATTEMPTS = 32;
const DEFAULT_SEED = 'default';
const CONFIG_FIELDS = new Set(['algorithm', 'purpose', 'tags', 'id', 'source', 'seedId']);
/** Keys read per page of a listing. */
const PAGE = 500;

/** Keeps private keys in the store, each sealed under the vault's key. */
export function createKeyManager({ store, vault, clock, random, command }: KeyManagerOptions): KeyManager {
  const { tenant } = vault;
  const cipher = keyCipher(vault);
  const paths = new KeyDerivationService();
  const announce = (action: string, details: Record<string, Json>): Command => {
    const at = clock.nowMs();
    const severity = action === 'key_revoked' ? 'warning' : 'info';
    return command({ v: 1, id: newId(random, at), tenant, at, agent: null, severity, type: 'key_event', details: { action, ...details } });
  };
  const seeds = createSeedVault({ store, cipher, clock, random, tenant, announce });

  /** Stores a key unless its id or the key itself is known already; `extra` goes with it. Wipes `secret`. */
  async function keep(
    secret: Uint8Array,
    facts: Pick<KeyRecord, 'keyId' | 'tags' | 'path' | 'seedId'>,
    extra: readonly Command[],
  ): Promise<KeyInfo | undefined> {
    try {
      const publicKey = toHex(toSecp256k1PublicKey(secret));
      const base = { v: 1, ...facts, algorithm: 'secp256k1', purpose: 'signing', publicKey } as const;
      const ciphertext = cipher.seal(secret, keyContext(tenant, base));
      const record: KeyRecord = { ...base, state: 'active', createdMs: clock.nowMs(), revokedMs: null, revokedReason: null, ciphertext };
      const index = `key-public/${publicKey}`;
      const known = await readDoc(store, index);
      if (known !== undefined)
        throw new CastellanError('KEY_INVALID', { message: 'This very key exists already.', details: { publicKey } });
      if ((await readDoc(store, keyDoc(facts.keyId))) !== undefined) {
        throw new CastellanError('KEY_INVALID', { message: 'There is a key with this id already.', details: { keyId: facts.keyId } });
      }
      const result = await applyStep(store, {
        commands: [
          { kind: 'doc.put', key: keyDoc(facts.keyId), value: record as unknown as Json, ifVersion: 0 },
          { kind: 'doc.put', key: index, value: { keyId: facts.keyId }, ifVersion: 0 },
          ...extra,
          announce('key_created', { keyId: facts.keyId, publicKey, path: facts.path, seedId: facts.seedId }),
        ],
      });
      return result.ok ? toKeyInfo(record) : undefined;
    } finally {
      secret.fill(0);
    }
  }

  async function nextOfSeed(seedId: string, keyId: string, tags: readonly string[]): Promise<KeyInfo> {
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
      const path = paths.getPath({ purpose: 44, coinType: COIN_TYPES.ether, account: record.nextAccount, change: 0, index: 0 });
      const advance: Command = {
        kind: 'doc.put',
        key: seedDoc(seedId),
        value: { ...record, nextAccount: record.nextAccount + 1 } as unknown as Json,
        ifVersion: version,
      };
      const secret = seeds.derive(record, path);
      const taken = await readDoc(store, `key-public/${toHex(toSecp256k1PublicKey(secret))}`);
      if (taken !== undefined) {
        // Somebody derived this account by its path: step over it.
        secret.fill(0);
        await applyStep(store, { commands: [advance] });
        continue;
      }
      const made = await keep(secret, { keyId, tags, path, seedId }, [advance]);
      if (made !== undefined) return made;
    }
    throw contended();
  }

  const manager: KeyManager = Object.freeze({
    async generateKey(config: GenerateKeyConfig): Promise<KeyInfo> {
      const { keyId, tags } = checkConfig(config);
      if (config.source !== 'random') return nextOfSeed(config.seedId ?? DEFAULT_SEED, keyId, tags);
      const secret = random.bytes(32);
      if (!isSecp256k1Secret(secret) || secret.every((byte) => byte === secret[0]))
        throw invalid('The source of randomness did not give a key.');
      const made = await keep(secret, { keyId, tags, path: null, seedId: null }, []);
      if (made === undefined) throw contended();
      return made;
    },
    async deriveKey({ seedId, path, id, tags }: DeriveKeyConfig): Promise<KeyInfo> {
      if (paths.parsePath(path).coinType !== COIN_TYPES.ether)
        throw new CastellanError('DERIVATION_INVALID', { message: 'secp256k1 keys are derived under coin type 60.' });
      const seed = await seeds.find(seedId);
      if (seed === undefined) throw unknownSeed(seedId);
      const facts = { keyId: checkId(id), tags: checkTags(tags), path, seedId };
      const made = await keep(seeds.derive(seed.record, path), facts, []);
      if (made === undefined) throw contended();
      return made;
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
        throw invalid('A revocation states its reason in 1 to 500 characters.');
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

  function checkConfig(config: GenerateKeyConfig): { readonly keyId: string; readonly tags: readonly string[] } {
    if (typeof config !== 'object' || config === null) throw invalid('A key is made from a configuration.');
    const strange = Object.keys(config).find((field) => !CONFIG_FIELDS.has(field));
    if (strange === 'autoRotate' || strange === 'rotationIntervalDays')
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Key rotation is not available in this version.',
        details: { field: strange },
      });
    if (strange !== undefined) throw invalid(`The configuration has an unknown field: ${strange.slice(0, 64)}.`);
    if (config.algorithm !== 'secp256k1')
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Wallet keys of this version are secp256k1.',
        details: { algorithm: String(config.algorithm).slice(0, 64) },
      });
    if (config.purpose !== 'signing') throw invalid("The purpose of a wallet key is 'signing'.");
    if (config.source !== undefined && config.source !== 'derived' && config.source !== 'random')
      throw invalid("The source of a key is 'derived' or 'random'.");
    if (config.source === 'random' && config.seedId !== undefined) throw invalid('A key of its own randomness has no seed.');
    return { keyId: checkId(config.id), tags: checkTags(config.tags) };
  }

  function checkId(id: string | undefined): string {
    if (id === undefined) return newId(random, clock.nowMs());
    if (typeof id !== 'string' || !KEY_ID.test(id)) throw invalid('A key id is 1 to 64 of A-Z a-z 0-9 _ . -');
    return id;
  }
}

function checkTags(tags: readonly string[] = []): readonly string[] {
  if (!Array.isArray(tags) || tags.length > 16 || !tags.every((tag) => typeof tag === 'string' && tag.length > 0 && tag.length <= 64))
    throw invalid('Tags are at most 16 texts of 1 to 64 characters.');
  return [...tags];
}

function unknownSeed(seedId: string): CastellanError {
  return new CastellanError('KEY_UNKNOWN', { message: 'There is no such seed.', details: { seedId } });
}

function contended(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Others changed the same rows each time; try again.', retryable: true });
}

function invalid(message: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message });
}
