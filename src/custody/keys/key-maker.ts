import {
  applyStep,
  CastellanError,
  type Command,
  isCastellanError,
  type Json,
  type Random,
  readDocs,
  type Store,
  toHex,
} from '../../core/index.ts';
import type { CoSignerVault } from '../mpc/co-signer-vault.ts';
import type { ShareVault } from '../mpc/share-vault.ts';
import { SIGNERS } from '../signers/signer.ts';
import { accountPath } from './bip44-path.ts';
import type { Cipher } from './cipher.ts';
import { checkSharing, type GenerateKeyConfig, invalidKey, partyNames, rotationOf } from './key-config.ts';
import { type KeyKeeper, type NewKey, publicKeyDocs } from './key-keeper.ts';
import { type KeyInfo, keyContext } from './key-record.ts';
import { nextAccountOf, seedDoc, withNextAccount } from './seed-record.ts';
import type { SeedVault } from './seed-vault.ts';

/** How keys are shared where their maker says nothing. */
export interface DefaultSharing {
  readonly threshold: number;
  readonly parties: number;
}

/** What the record of a new key says beside its secret. */
export type NewKeyFacts = Pick<NewKey, 'keyId' | 'algorithm' | 'tags' | 'path' | 'seedId' | 'rotation' | 'replaces'>;

/** Makes keys and keeps them, each in one step of the store. Inside the room only. */
export interface KeyMaker {
  /**
   * Makes a key as a checked configuration says and keeps it in one step with `extra`; undefined where another writer came
   * in between, or a part that was missing was made first: then the same call may succeed.
   * @throws KEY_INVALID, KEY_UNKNOWN, MODE_UNAVAILABLE
   */
  attempt(
    config: GenerateKeyConfig,
    facts: Pick<NewKeyFacts, 'keyId' | 'tags' | 'replaces'>,
    extra: readonly Command[],
  ): Promise<KeyInfo | undefined>;
  /** Seals a private key and keeps it. Wipes `secret`. */
  keep(secret: Uint8Array, facts: NewKeyFacts, extra: readonly Command[]): Promise<KeyInfo | undefined>;
}

/** What a key maker stands on. */
export interface KeyMakerOptions {
  readonly store: Store;
  readonly random: Random;
  readonly tenant: string;
  readonly cipher: Cipher;
  readonly seeds: SeedVault;
  readonly shares: ShareVault;
  readonly coSigners: CoSignerVault;
  readonly freshId: () => string;
  readonly keepKey: KeyKeeper;
  readonly inProcessParties: 'allowed' | 'refused';
  readonly sharing: DefaultSharing;
}

const DEFAULT_SEED = 'default';

/** Makes the maker of a key manager. */
export function createKeyMaker({
  store,
  random,
  tenant,
  cipher,
  seeds,
  shares,
  coSigners: vault,
  freshId,
  keepKey,
  inProcessParties,
  sharing: usual,
}: KeyMakerOptions): KeyMaker {
  async function keep(secret: Uint8Array, facts: NewKeyFacts, extra: readonly Command[]): Promise<KeyInfo | undefined> {
    try {
      const publicKey = toHex(SIGNERS[facts.algorithm].toPublicKey(secret));
      const base = { v: 1, ...facts, mode: 'software', purpose: 'signing', publicKey } as const;
      return await keepKey({ ...base, ciphertext: cipher.seal(secret, keyContext(tenant, base)) }, extra);
    } finally {
      secret.fill(0);
    }
  }

  /** The next account of a seed; the seed `default` is made where it is missing. */
  async function nextOfSeed(
    seedId: string,
    facts: Omit<NewKeyFacts, 'path' | 'seedId'>,
    extra: readonly Command[],
  ): Promise<KeyInfo | undefined> {
    const { algorithm } = facts;
    const seed = await seeds.find(seedId);
    if (seed === undefined) {
      if (seedId !== DEFAULT_SEED) throw unknownSeed(seedId);
      await seeds.create({ id: DEFAULT_SEED }).catch(async (error: unknown) => {
        if ((await seeds.find(DEFAULT_SEED)) === undefined) throw error;
      });
      return undefined;
    }
    const { record, version } = seed;
    const path = accountPath(algorithm, nextAccountOf(record, algorithm));
    const value = withNextAccount(record, algorithm) as unknown as Json;
    const advance: Command = { kind: 'doc.put', key: seedDoc(seedId), value, ifVersion: version };
    const secret = seeds.derive(record, algorithm, path);
    const taken = await readDocs(store, publicKeyDocs(algorithm, toHex(SIGNERS[algorithm].toPublicKey(secret))));
    if (taken.every((doc) => doc === undefined)) {
      // Whoever took this very account after that look changed the seed as well: the next attempt sees it.
      return keep(secret, { ...facts, path, seedId }, [advance, ...extra]).catch((error: unknown) => {
        if (isCastellanError(error) && error.code === 'KEY_INVALID' && error.details['publicKey'] !== undefined) return undefined;
        throw error;
      });
    }
    // Somebody derived this account by its path: step over it.
    secret.fill(0);
    await applyStep(store, { commands: [advance] });
    return undefined;
  }

  /** A key that its parties make, now; nothing backs it up but the shares themselves. */
  async function shared(
    config: GenerateKeyConfig,
    facts: Omit<NewKeyFacts, 'path' | 'seedId'>,
    extra: readonly Command[],
  ): Promise<KeyInfo | undefined> {
    if (inProcessParties === 'refused')
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Parties in one process are not allowed here.',
        details: { mode: 'mpc', location: 'in-process' },
      });
    const names = partyNames(config.parties ?? usual.parties);
    const sharing = { threshold: config.threshold ?? usual.threshold, total: names.length, epoch: 1 };
    checkSharing(sharing.threshold, sharing.total);
    if (config.algorithm === 'secp256k1') {
      const made = vault.generate(facts, sharing.threshold, names, names.map(freshId));
      const { publicKey, coSigners, ciphertext, commands } = made;
      const base = { v: 1, ...facts, mode: 'mpc', coSigners, purpose: 'signing', publicKey, path: null, seedId: null } as const;
      return keepKey({ ...base, ciphertext }, [...commands, ...extra]);
    }
    const { publicKey, ciphertext, commands } = shares.generate(facts.keyId, sharing);
    const base = { v: 1, ...facts, mode: 'mpc', sharing, purpose: 'signing', publicKey, path: null, seedId: null } as const;
    return keepKey({ ...base, ciphertext }, [...commands, ...extra]);
  }

  return Object.freeze({
    keep,
    async attempt(config: GenerateKeyConfig, given: Pick<NewKeyFacts, 'keyId' | 'tags' | 'replaces'>, extra: readonly Command[]) {
      const { algorithm, mode, source, seedId } = config;
      const rotation = rotationOf(config);
      const facts = { ...given, algorithm, ...(rotation === undefined ? {} : { rotation }) };
      if (mode === 'mpc') return shared(config, facts, extra);
      if (source !== 'random') return nextOfSeed(seedId ?? DEFAULT_SEED, facts, extra);
      const secret = random.bytes(32);
      if (!SIGNERS[algorithm].isSecret(secret) || secret.every((byte) => byte === secret[0]))
        throw invalidKey('The source of randomness did not give a key.');
      return keep(secret, { ...facts, path: null, seedId: null }, extra);
    },
  });
}

/** There is no such seed. */
export function unknownSeed(seedId: string): CastellanError {
  return new CastellanError('KEY_UNKNOWN', { message: 'There is no such seed.', details: { seedId: String(seedId).slice(0, 64) } });
}

/** Others were faster each time. */
export function contended(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Others changed the same rows each time; try again.', retryable: true });
}
