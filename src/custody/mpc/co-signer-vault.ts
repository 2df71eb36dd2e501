import {
  applyStep,
  type Clock,
  type Command,
  type CoSignature,
  fromHex,
  type Json,
  type Random,
  type Store,
  toHex,
} from '../../core/index.ts';
import type { Cipher } from '../keys/cipher.ts';
import { invalidKey } from '../keys/key-config.ts';
import { publicKeyDocs } from '../keys/key-keeper.ts';
import { type KeyRecord, keyContext, keyDoc } from '../keys/key-record.ts';
import type { CoSigner, CoSigners } from '../keys/key-sharing.ts';
import { SIGNERS } from '../signers/signer.ts';
import { chooseCoSigners, readCoSigners, tooFewCoSigners } from './co-signer-records.ts';
import type { ShareFault } from './signing.ts';

/** What parties with a key each leave behind, and the key that sends what they signed. */
export interface CoSignedKey {
  /** Hex: of the sender. */
  readonly publicKey: string;
  readonly coSigners: CoSigners;
  readonly ciphertext: string;
  /** Store the parties' keys: they go into the step that stores the sender's. */
  readonly commands: readonly Command[];
}

/** Keeps the keys of parties that each sign for themselves, sealed apart, and lets them sign. Inside the room only. */
export interface CoSignerVault {
  /** Makes a key for each party and one for the sender. @throws KEY_INVALID */
  generate(facts: Pick<KeyRecord, 'keyId' | 'tags'>, threshold: number, names: readonly string[], keyIds: readonly string[]): CoSignedKey;
  /** Reads whether enough parties can sign, and opens no key. @throws KEY_REVOKED, KEY_DECRYPT_FAILED; KEY_INVALID for a party that the key has not */
  check(record: KeyRecord, names: readonly string[] | undefined): Promise<void>;
  /**
   * Lets as many parties as needed sign, the first that can: the state of their keys is read again, so that a party that was revoked
   * meanwhile does not sign. Faults go into the log. @throws KEY_REVOKED, KEY_DECRYPT_FAILED
   */
  sign(record: KeyRecord, names: readonly string[] | undefined, hash: Uint8Array): Promise<readonly CoSignature[]>;
  /** Opens each party's key for a moment and checks it. Never throws over a party. */
  inspect(record: KeyRecord): Promise<readonly (ShareFault | undefined)[]>;
}

/** What such a vault stands on. */
export interface CoSignerVaultOptions {
  readonly store: Store;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
}

/** Keeps each party's key in a record of its own, sealed and bound to tenant, key, public key, group and name. */
export function createCoSignerVault({ store, cipher, clock, random, tenant, announce }: CoSignerVaultOptions): CoSignerVault {
  const { isSecret, toPublicKey, sign } = SIGNERS.secp256k1;

  /** A fresh key; `keep` seals it. */
  function fresh<T>(keep: (publicKey: string, secret: Uint8Array) => T): T {
    const secret = random.bytes(32);
    try {
      if (!isSecret(secret) || secret.every((byte) => byte === secret[0])) throw invalidKey('The source of randomness did not give a key.');
      return keep(toHex(toPublicKey(secret)), secret);
    } finally {
      secret.fill(0);
    }
  }

  function partyKey(
    group: string,
    party: string,
    keyId: string,
    tags: readonly string[],
  ): { readonly coSigner: CoSigner; readonly record: KeyRecord } {
    return fresh((publicKey, secret) => {
      const facts = { v: 1, keyId, algorithm: 'secp256k1', purpose: 'signing', mode: 'mpc', publicKey } as const;
      const bare = { ...facts, coSignerOf: { keyId: group, party } };
      const ciphertext = cipher.seal(secret, keyContext(tenant, bare));
      const life = { state: 'active', createdMs: clock.nowMs(), revokedMs: null, revokedReason: null } as const;
      return { coSigner: { party, keyId, publicKey }, record: { ...bare, ...life, tags, path: null, seedId: null, ciphertext } };
    });
  }

  /** Opens a party's key and uses it; undefined where it does not open or is not the one of its public key. */
  function use<T>(record: KeyRecord, run: (secret: Uint8Array) => T): T | undefined {
    let secret: Uint8Array | undefined;
    try {
      secret = cipher.open(record.ciphertext, keyContext(tenant, record));
      return isSecret(secret) && toHex(toPublicKey(secret)) === record.publicKey ? run(secret) : undefined;
    } catch {
      return undefined;
    } finally {
      secret?.fill(0);
    }
  }

  /** Best effort: a log that cannot be written does not take a signature back. */
  async function tell(keyId: string, faults: readonly { readonly party: string; readonly fault: ShareFault }[]): Promise<void> {
    if (faults.length === 0) return;
    const parties = faults.map(({ party, fault }) => ({ party, fault }));
    await applyStep(store, { commands: [announce('shares_left_out', { keyId, parties })] }).catch(() => undefined);
  }

  return Object.freeze({
    generate({ keyId, tags }, threshold, names, keyIds) {
      const made = names.map((party, index) => partyKey(keyId, party, keyIds[index] ?? '', tags));
      const coSigners: CoSigners = { threshold, parties: made.map(({ coSigner }) => coSigner) };
      return fresh((publicKey, secret) => {
        if (new Set([publicKey, ...made.map(({ coSigner }) => coSigner.publicKey)]).size !== made.length + 1)
          throw invalidKey('The source of randomness repeats itself.');
        const facts = { v: 1, keyId, algorithm: 'secp256k1', purpose: 'signing', mode: 'mpc', publicKey, coSigners } as const;
        const commands = made.flatMap(({ coSigner, record }): readonly Command[] => [
          { kind: 'doc.put', key: keyDoc(coSigner.keyId), value: record as unknown as Json, ifVersion: 0 },
          ...publicKeyDocs('secp256k1', coSigner.publicKey).map(
            (index): Command => ({ kind: 'doc.put', key: index, value: { keyId: coSigner.keyId }, ifVersion: 0 }),
          ),
          announce('key_created', {
            keyId: coSigner.keyId,
            publicKey: coSigner.publicKey,
            mode: 'mpc',
            coSignerOf: keyId,
            party: coSigner.party,
          }),
        ]);
        return { publicKey, coSigners, ciphertext: cipher.seal(secret, keyContext(tenant, facts)), commands };
      });
    },
    async check(record, names) {
      const { threshold, wanted } = chooseCoSigners(record, names);
      const found = await readCoSigners(store, record, wanted);
      const faults = found.filter(({ fault }) => fault !== undefined);
      if (found.length - faults.length < threshold) throw tooFewCoSigners(found, threshold);
    },
    async sign(record, names, hash) {
      const { threshold, wanted } = chooseCoSigners(record, names);
      const signatures: CoSignature[] = [];
      const tried: { readonly party: string; readonly fault?: ShareFault | undefined }[] = [];
      for (const { party, record: own, fault } of await readCoSigners(store, record, wanted)) {
        if (signatures.length === threshold) break;
        const signature = own === undefined || fault !== undefined ? undefined : use(own, (secret) => sign(hash, secret));
        if (own !== undefined && signature !== undefined) signatures.push({ publicKey: fromHex(own.publicKey), signature });
        tried.push({ party, fault: signature === undefined ? (fault ?? 'unreadable') : undefined });
      }
      await tell(
        record.keyId,
        tried.flatMap(({ party, fault }) => (fault === undefined ? [] : [{ party, fault }])),
      );
      if (signatures.length < threshold) throw tooFewCoSigners(tried, threshold);
      return signatures;
    },
    async inspect(record) {
      cipher.checkOpen();
      const { wanted } = chooseCoSigners(record, undefined);
      const found = await readCoSigners(store, record, wanted);
      return found.map(({ record: own, fault }) => {
        if (fault !== undefined || own === undefined) return fault ?? 'missing';
        return use(own, () => true) === true ? undefined : 'unreadable';
      });
    },
  } satisfies CoSignerVault);
}
