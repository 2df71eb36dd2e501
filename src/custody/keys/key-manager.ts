import {
  applyStep,
  type Clock,
  type Command,
  type Json,
  newId,
  type Random,
  type SecurityEvent,
  type Store,
  type TimeMs,
} from '../../core/index.ts';
import { createCoSignerVault } from '../mpc/co-signer-vault.ts';
import { createShareVault } from '../mpc/share-vault.ts';
import { algorithmOfPath } from './bip44-path.ts';
import { grantKeyAccess } from './key-access.ts';
import {
  checkGenerate,
  checkImport,
  checkKeyId,
  checkSharing,
  checkTags,
  type DeriveKeyConfig,
  type GenerateKeyInput,
  invalidKey,
  withKeyDefaults,
} from './key-config.ts';
import { type KeyHealth, readKeyHealth } from './key-health.ts';
import { createKeyKeeper } from './key-keeper.ts';
import { checkListOptions, isListed, type ListKeysOptions, scanKeyRecords } from './key-list.ts';
import { contended, createKeyMaker, type DefaultSharing, unknownSeed } from './key-maker.ts';
import { type KeyInfo, type KeyRecord, keyContext, keyDoc, readKeyRecord, toKeyInfo } from './key-record.ts';
import { type CompletedRotation, createKeyRotation, type RotateKeyOptions, type RotationResult } from './key-rotation.ts';
import type { KeyUsage } from './key-usage.ts';
import { type ImportKeyConfig, readPhraseKey } from './phrase-key.ts';
import { revokeParties } from './revoke-commands.ts';
import type { LeaveBehind } from './rotation-remainder.ts';
import { type DueRotation, dueRotations, type RotationRun, runRotations } from './rotation-schedule.ts';
import { grantSeedHandle, type SeedInfo } from './seed-record.ts';
import { createSeedVault } from './seed-vault.ts';
import { keyCipher, type Vault, vaultMac } from './vault.ts';

/**
 * Makes, lists, replaces and revokes keys. Nothing that it returns, throws or logs holds a secret byte, and none of its methods
 * signs: signing is the custodian's, behind a permit.
 */
export interface KeyManager {
  /** Durable when it resolves. @throws MODE_UNAVAILABLE for parties where they may not be in this process; KEY_INVALID */
  generateKey(config: GenerateKeyInput): Promise<KeyInfo>;
  /** The key at a path of a seed. @throws DERIVATION_INVALID, KEY_UNKNOWN, KEY_INVALID where that key exists */
  deriveKey(config: DeriveKeyConfig): Promise<KeyInfo>;
  /** Makes a seed that keys are derived from, and keeps it. @throws KEY_INVALID where the id is taken */
  createSeed(options?: { readonly id?: string; readonly bits?: 128 | 256 }): Promise<SeedInfo>;
  /** Keeps the one ed25519 key of a phrase that is no seed. @throws KEY_INVALID, which never quotes it */
  importKey(config: ImportKeyConfig): Promise<KeyInfo>;
  /** Keeps the seed of an English BIP-39 phrase. @throws KEY_INVALID, which never quotes it */
  importMnemonic(options: { readonly mnemonic: string; readonly passphrase?: string; readonly id?: string }): Promise<SeedInfo>;
  /** What is known of a key; nothing secret. @throws KEY_UNKNOWN */
  getKey(keyId: string): Promise<KeyInfo>;
  /** Keys that fit every given field. @throws KEY_INVALID for an unknown field or value */
  listKeys(options?: ListKeysOptions): Promise<readonly KeyInfo[]>;
  /**
   * Makes the key that replaces another one, and the plan by which its wallets get there. An account follows from its key, so
   * the old key goes on signing until its wallets are empty: what moves money passes the gate like everything else.
   *
   * Durable when it resolves, in one step. Idempotent by the old key, in every process: as long as the new key is not revoked,
   * the same one comes back with the plan of the moment.
   * @throws KEY_UNKNOWN; KEY_REVOKED; KEY_INVALID where the key serves several agents or its accounts do not follow from it
   */
  rotateKey(keyId: string, options?: RotateKeyOptions): Promise<RotationResult>;
  /** The replacement of a key, with its plan of the moment; undefined where the key is not replaced. @throws KEY_UNKNOWN */
  getRotation(keyId: string): Promise<RotationResult | undefined>;
  /**
   * Revokes a replaced key once its wallets are empty and nothing of theirs is under way. `leave` names what may stay.
   *
   * Fails closed where a wallet cannot be looked at. Idempotent. @throws KEY_UNKNOWN; KEY_REVOKED; KEY_INVALID
   */
  completeRotation(keyId: string, options?: { readonly leave?: readonly LeaveBehind[] }): Promise<CompletedRotation>;
  /** Keys whose interval is over at `nowMs`, the longest due first. Default: now. */
  dueRotations(nowMs?: TimeMs): Promise<readonly DueRotation[]>;
  /** Replaces what is due and rotates by itself: for the background work. It moves no money and revokes nothing. */
  runRotations(): Promise<RotationRun>;
  /** Counts, what is due, and whether the vault is open. Never throws. */
  getHealth(): Promise<KeyHealth>;
  /**
   * Idempotent. From then on no permit for the key is redeemed, in any process. With a key whose parties have keys of their own, those
   * are revoked too; with a party's key, that party signs no more. @throws KEY_UNKNOWN
   */
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
  /** How keys of mode `mpc` are shared where their maker does not say. Default 2 of 3. */
  readonly sharing?: DefaultSharing | undefined;
  /** What keys are used for. Without it no wallets are known, and the plan of a rotation is empty. */
  readonly usage?: KeyUsage | undefined;
}

/** Attempts against concurrent writers before giving up: each loses only to one that won. */
const ATTEMPTS = 32;
/** Acts after which somebody has something to do. */
const NOTABLE = new Set(['key_revoked', 'key_rotated']);

/** Keeps private keys in the store, each sealed under the vault's key. @throws KEY_INVALID for a sharing that no key can have */
export function createKeyManager(options: KeyManagerOptions): KeyManager {
  const { store, vault, clock, random, command, usage, inProcessParties = 'allowed', sharing = { threshold: 2, parties: 3 } } = options;
  checkSharing(sharing.threshold, sharing.parties);
  const { tenant } = vault;
  const cipher = keyCipher(vault);
  const announce = (action: string, details: Record<string, Json>): Command => {
    const at = clock.nowMs();
    const severity = NOTABLE.has(action) ? 'warning' : 'info';
    return command({ v: 1, id: newId(random, at), tenant, at, agent: null, severity, type: 'key_event', details: { action, ...details } });
  };
  const seeds = createSeedVault({ store, cipher, clock, random, tenant, announce });
  const keepKey = createKeyKeeper({ store, clock, announce });
  const shares = createShareVault({ store, cipher, random, tenant, announce });
  const coSigners = createCoSignerVault({ store, cipher, clock, random, tenant, announce });
  const freshId = (): string => newId(random, clock.nowMs());
  const making = { store, random, tenant, cipher, seeds, shares, coSigners, freshId };
  const maker = createKeyMaker({ ...making, keepKey, inProcessParties, sharing });
  const rotation = createKeyRotation({ store, clock, maker, freshId, announce, usage });

  const manager: KeyManager = Object.freeze({
    async generateKey(input: GenerateKeyInput): Promise<KeyInfo> {
      const config = withKeyDefaults(input);
      checkGenerate(config);
      const facts = { keyId: checkKeyId(config.id, freshId), tags: checkTags(config.tags) };
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const made = await maker.attempt(config, facts, []);
        if (made !== undefined) return made;
      }
      throw contended();
    },
    async deriveKey({ seedId, path, id, tags }: DeriveKeyConfig): Promise<KeyInfo> {
      const algorithm = algorithmOfPath(path);
      const seed = await seeds.find(seedId);
      if (seed === undefined) throw unknownSeed(seedId);
      const facts = { keyId: checkKeyId(id, freshId), algorithm, tags: checkTags(tags), path, seedId };
      return stored(await maker.keep(seeds.derive(seed.record, algorithm, path), facts, []));
    },
    async importKey(config: ImportKeyConfig): Promise<KeyInfo> {
      checkImport(config);
      const facts = { keyId: checkKeyId(config.id, freshId), tags: checkTags(config.tags), path: null, seedId: null };
      return stored(await maker.keep(await readPhraseKey(config), { ...facts, algorithm: 'ed25519' }, []));
    },
    createSeed: async (options: { readonly id?: string; readonly bits?: 128 | 256 } = {}) =>
      grantSeedHandle(await seeds.create(options), manager),
    importMnemonic: async (options: { readonly mnemonic: string; readonly passphrase?: string; readonly id?: string }) =>
      grantSeedHandle(await seeds.importPhrase(options), manager),
    getKey: async (keyId: string) => toKeyInfo((await readKeyRecord(store, keyId)).record),
    async listKeys(options: ListKeysOptions = {}): Promise<readonly KeyInfo[]> {
      checkListOptions(options);
      const found: KeyInfo[] = [];
      for await (const record of scanKeyRecords(store)) {
        const info = toKeyInfo(record);
        if (isListed(info, options)) found.push(info);
      }
      return found;
    },
    rotateKey: async (keyId: string, options: RotateKeyOptions = {}) => rotation.rotate(keyId, options, 'requested'),
    getRotation: (keyId: string) => rotation.find(keyId),
    completeRotation: async (keyId: string, options: { readonly leave?: readonly LeaveBehind[] } = {}) => rotation.complete(keyId, options),
    dueRotations: async (nowMs: TimeMs = clock.nowMs()) => dueRotations(store, nowMs),
    runRotations: () => runRotations({ store, clock, rotation }),
    getHealth: () => readKeyHealth({ store, clock, checkOpen: cipher.checkOpen }),
    async revokeKey(keyId: string, reason: string): Promise<KeyInfo> {
      if (typeof reason !== 'string' || reason.length === 0 || reason.length > 500)
        throw invalidKey('A revocation states its reason in 1 to 500 characters.');
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { record, version } = await readKeyRecord(store, keyId);
        if (record.state === 'revoked') return toKeyInfo(record);
        const atMs = clock.nowMs();
        const revoked: KeyRecord = { ...record, state: 'revoked', revokedMs: atMs, revokedReason: reason };
        const parties = await revokeParties(store, record, { atMs, reason }, announce);
        const put: Command = { kind: 'doc.put', key: keyDoc(keyId), value: revoked as unknown as Json, ifVersion: version };
        const result = await applyStep(store, { commands: [put, ...parties, announce('key_revoked', { keyId, reason })] });
        if (result.ok) return toKeyInfo(revoked);
      }
      throw contended();
    },
  });

  grantKeyAccess(manager, {
    checkOpen: cipher.checkOpen,
    mac: vaultMac(vault),
    shares,
    coSigners,
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

/** What was kept; no answer means that another writer came in between. */
function stored(made: KeyInfo | undefined): KeyInfo {
  if (made === undefined) throw contended();
  return made;
}
