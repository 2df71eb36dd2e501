import { applyStep, CastellanError, type Clock, type Command, fromHex, type Json, type Store } from '../../core/index.ts';
import { checkFields, checkTags, type GenerateKeyConfig, invalidKey } from './key-config.ts';
import { contended, type KeyMaker } from './key-maker.ts';
import { type KeyInfo, type KeyRecord, keyDoc, readKeyRecord, toKeyInfo } from './key-record.ts';
import type { KeyUsage, KeyWallet } from './key-usage.ts';
import { type MigrationPlan, planMigration } from './migration-plan.ts';
import { revokeParties } from './revoke-commands.ts';
import { type RotationCause, type RotationRecord, readRotation, rotationDoc } from './rotation-record.ts';
import { type LeaveBehind, parseLeave, type RotationRemainder, remainderOf } from './rotation-remainder.ts';

/** How the new key is made. Unknown fields are refused. */
export interface RotateKeyOptions {
  /** Where the new key comes from. Default: as the old one, and so the next account of the same seed where it has one. */
  readonly source?: 'derived' | 'random';
  /** Another seed, where the seed itself may be known to somebody. */
  readonly seedId?: string;
}

/** A key, the key that replaces it, and what is to be done. */
export interface RotationResult {
  readonly oldKeyId: string;
  readonly newKeyId: string;
  readonly newKey: KeyInfo;
  readonly migration: MigrationPlan;
}

/** What completing a rotation came to: done, or what still stands against it. */
export interface CompletedRotation {
  readonly completed: boolean;
  readonly oldKeyId: string;
  readonly newKeyId: string;
  /** Empty where it is completed. */
  readonly remaining: readonly RotationRemainder[];
}

/** Replaces keys, one step of the store each. It signs nothing and moves no money. */
export interface KeyRotation {
  rotate(keyId: string, options: RotateKeyOptions, cause: RotationCause): Promise<RotationResult>;
  find(keyId: string): Promise<RotationResult | undefined>;
  complete(keyId: string, options: { readonly leave?: readonly LeaveBehind[] }): Promise<CompletedRotation>;
}

/** What key rotation stands on. Without `usage` no wallets are known, and keys that have some are not completed. */
export interface KeyRotationOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly maker: KeyMaker;
  readonly freshId: () => string;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
  readonly usage: KeyUsage | undefined;
}

const ATTEMPTS = 32;
/** Keys followed from one to its successor: a longer row of unfinished rotations is a fault. */
const MAX_HEIRS = 64;
/** Accounts named in the log of one rotation. */
const MAX_TOLD = 50;
const ROTATE_FIELDS = new Set(['source', 'seedId']);

/** Makes the rotation of a key manager's keys. */
export function createKeyRotation({ store, clock, maker, freshId, announce, usage }: KeyRotationOptions): KeyRotation {
  /** The key to which the money of a replaced key goes now: its successor, or that one's. */
  async function heirOf(rotation: RotationRecord): Promise<KeyRecord> {
    let { record } = await readKeyRecord(store, rotation.newKeyId);
    for (let hop = 0; record.replacedBy !== undefined && hop < MAX_HEIRS; hop += 1) {
      const next = (await readKeyRecord(store, record.replacedBy)).record;
      if (next.state === 'revoked') break;
      record = next;
    }
    return record;
  }

  async function toResult(rotation: RotationRecord, old: KeyRecord, heir: KeyRecord): Promise<RotationResult> {
    const migration = await planMigration(rotation, old, heir, usage);
    const { oldKeyId, newKeyId } = rotation;
    const newKey = toKeyInfo((await readKeyRecord(store, newKeyId)).record);
    return Object.freeze({ oldKeyId, newKeyId, newKey, migration });
  }

  async function rotate(keyId: string, options: RotateKeyOptions, cause: RotationCause): Promise<RotationResult> {
    checkOptions(options);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const { record, version } = await readKeyRecord(store, keyId);
      const { rotation: begun, version: rotationVersion } = await readRotation(store, keyId);
      if (record.state !== 'active') throw revoked(keyId);
      if (record.mode === 'user') throw invalidKey('The key is the user’s own: a new one is theirs to make.');
      if (record.coSignerOf !== undefined) throw invalidKey('The key is a party’s: the key that it signs before is replaced as a whole.');
      if (begun !== undefined) {
        const heir = await heirOf(begun);
        // A successor that was revoked meanwhile is none: the rotation begins again with another.
        if (heir.state === 'active') return toResult(begun, record, heir);
      }
      const wallets = (await usage?.walletsOf(keyId)) ?? [];
      const agent = onlyAgent(keyId, wallets, await usage?.ownerOf(keyId));
      for (const wallet of wallets) checkFollows(record, wallet, usage);
      const newKeyId = freshId();
      const rotation: RotationRecord = { v: 1, oldKeyId: keyId, newKeyId, cause, startedMs: clock.nowMs(), wallets, completedMs: null };
      const told = {
        keyId,
        newKeyId,
        cause,
        wallets: wallets.slice(0, MAX_TOLD).map(({ account }) => account),
        walletCount: wallets.length,
      };
      const made = await maker.attempt(configOf(record, options), { keyId: newKeyId, tags: checkTags(record.tags), replaces: keyId }, [
        put(keyDoc(keyId), { ...record, replacedBy: newKeyId }, version),
        put(rotationDoc(keyId), rotation, rotationVersion),
        ...(agent === undefined || usage === undefined ? [] : usage.claim(newKeyId, agent)),
        announce('key_rotated', told),
      ]);
      if (made !== undefined) {
        const { record: fresh } = await readKeyRecord(store, newKeyId);
        return toResult(rotation, { ...record, replacedBy: newKeyId }, fresh);
      }
    }
    throw contended();
  }

  async function complete(keyId: string, { leave }: { readonly leave?: readonly LeaveBehind[] }): Promise<CompletedRotation> {
    const bounds = parseLeave(leave);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const { record, version } = await readKeyRecord(store, keyId);
      const { rotation, version: rotationVersion } = await readRotation(store, keyId);
      if (rotation === undefined) throw invalidKey('The key is not being replaced: rotate it first.');
      const { newKeyId } = rotation;
      const answer = (remaining: readonly RotationRemainder[]): CompletedRotation =>
        Object.freeze({ completed: remaining.length === 0, oldKeyId: keyId, newKeyId, remaining: Object.freeze(remaining) });
      if (rotation.completedMs !== null) return answer([]);
      if (record.state !== 'active') throw revoked(keyId);
      if ((await heirOf(rotation)).state !== 'active') throw revoked(newKeyId);
      const remaining = await remainderOf(store, rotation, usage, bounds);
      if (remaining.length > 0) return answer(remaining);
      const nowMs = clock.nowMs();
      const reason = `replaced by ${newKeyId}`;
      const left = [...bounds].map(([asset, atMost]) => ({ asset, atMost: atMost.toString() }));
      const result = await applyStep(store, {
        commands: [
          put(keyDoc(keyId), { ...record, state: 'revoked', revokedMs: nowMs, revokedReason: reason }, version),
          put(rotationDoc(keyId), { ...rotation, completedMs: nowMs }, rotationVersion),
          ...(await revokeParties(store, record, { atMs: nowMs, reason }, announce)),
          announce('key_revoked', { keyId, reason }),
          announce('key_rotation_completed', { keyId, newKeyId, leave: left }),
        ],
      });
      if (result.ok) return answer([]);
    }
    throw contended();
  }

  return Object.freeze({
    rotate,
    complete,
    async find(keyId: string) {
      const { record } = await readKeyRecord(store, keyId);
      const { rotation } = await readRotation(store, keyId);
      return rotation === undefined ? undefined : toResult(rotation, record, await heirOf(rotation));
    },
  });
}

/** @throws KEY_INVALID */
function checkOptions(options: RotateKeyOptions): void {
  checkFields(options, ROTATE_FIELDS);
  const { source, seedId } = options;
  if (source !== undefined && source !== 'derived' && source !== 'random')
    throw invalidKey("The source of a key is 'derived' or 'random'.");
  if (source === 'random' && seedId !== undefined) throw invalidKey('A key of its own randomness has no seed.');
}

/** A new key of the same kind. What is shared is shared alike; what had no seed gets none. */
function configOf(record: KeyRecord, options: RotateKeyOptions): GenerateKeyConfig {
  const { algorithm, mode, sharing, coSigners, rotation, seedId } = record;
  const days = rotation === undefined ? {} : { autoRotate: rotation.auto, rotationIntervalDays: rotation.days };
  const base = { algorithm, purpose: 'signing', ...days } as const;
  if (mode === 'mpc') {
    if (options.source !== undefined || options.seedId !== undefined) throw invalidKey('A key of parties has no source and no seed.');
    if (coSigners !== undefined)
      return { ...base, mode, threshold: coSigners.threshold, parties: coSigners.parties.map(({ party }) => party) };
    return { ...base, mode, threshold: sharing?.threshold ?? 0, parties: sharing?.total ?? 0 };
  }
  const source = options.source ?? (options.seedId !== undefined || seedId !== null ? 'derived' : 'random');
  const seed = options.seedId ?? seedId;
  return source === 'random' || seed === null ? { ...base, source } : { ...base, source, seedId: seed };
}

/** The one agent whom a key belongs to. @throws KEY_INVALID where there are several: one new key may not serve them all */
function onlyAgent(keyId: string, wallets: readonly KeyWallet[], owner: string | undefined): string | undefined {
  const agents = new Set(wallets.map(({ agent }) => agent));
  if (owner !== undefined) agents.add(owner);
  const users = new Set(wallets.map(({ user }) => user));
  if (agents.size > 1 || users.size > 1)
    throw new CastellanError('KEY_INVALID', {
      message: 'The key signs for several agents: make each a wallet of its own, sweep, and revoke the key.',
      details: { keyId, agents: [...agents].slice(0, 16) },
    });
  return [...agents][0];
}

/** Where the account is not the key's own, another key does not mean another account. @throws KEY_INVALID, CHAIN_INVALID */
function checkFollows({ keyId, publicKey }: KeyRecord, { account, chain }: KeyWallet, usage: KeyUsage | undefined): void {
  if (usage === undefined || usage.accountOf(fromHex(publicKey), chain) === account) return;
  throw new CastellanError('KEY_INVALID', {
    message: 'The account of a wallet does not follow from the key: its owner is changed there, not by a sweep.',
    details: { keyId, account },
  });
}

function put(key: string, value: object, ifVersion: number): Command {
  return { kind: 'doc.put', key, value: value as unknown as Json, ifVersion };
}

function revoked(keyId: string): CastellanError {
  return new CastellanError('KEY_REVOKED', { message: 'The key is revoked.', details: { keyId } });
}
