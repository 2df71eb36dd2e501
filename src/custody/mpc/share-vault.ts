import { applyStep, type Command, fromHex, type Json, type Random, type Store, toHex } from '../../core/index.ts';
import type { Cipher } from '../keys/cipher.ts';
import { type KeyRecord, type KeySharing, keyContext } from '../keys/key-record.ts';
import { generateTogether } from './dkg.ts';
import { createDkgParty } from './dkg-party.ts';
import { createSigningParty } from './party.ts';
import { readShareRecords, type ShareRecord, shareContext, shareDoc } from './share-record.ts';
import { type PartyFault, signTogether, tooFew } from './signing.ts';
import { freshName, frost, type Group, identifierOf, readGroup, toSuiteGroup, writeGroup } from './suite.ts';

/** What parties that made a key together leave behind. */
export interface SharedKey {
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  /** Of the key's record. */
  readonly ciphertext: string;
  /** Store the shares: they go into the step that stores the key. */
  readonly commands: readonly Command[];
}

/** A key whose shares were read and not yet opened. */
export interface LoadedShares {
  readonly record: KeyRecord;
  readonly group: Group;
  readonly shares: readonly (ShareRecord | undefined)[];
}

/** Keeps shares of keys, each in a record of its own, and lets parties in this process sign with them. Inside the room only. */
export interface ShareVault {
  /** Makes a key without a dealer and seals each party's share. Keeps the process busy for some 0.2 s with three parties, 0.6 s with five. @throws KEY_INVALID */
  generate(keyId: string, sharing: KeySharing): SharedKey;
  /** Reads what signing needs, and opens no share. @throws KEY_DECRYPT_FAILED where too few are there or the group is not the key's */
  load(record: KeyRecord): Promise<LoadedShares>;
  /** Signs with any parties that can; faults go into the log. @throws KEY_DECRYPT_FAILED, SIGNATURE_INVALID */
  sign(loaded: LoadedShares, message: Uint8Array): Promise<Uint8Array>;
  /** Opens each share for a moment and checks it against what the parties know in common. Never throws over a share. */
  inspect(record: KeyRecord): Promise<readonly (PartyFault | undefined)[]>;
}

/** What a share vault stands on. */
export interface ShareVaultOptions {
  readonly store: Store;
  readonly cipher: Cipher;
  readonly random: Random;
  readonly tenant: string;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
}

/** Keeps shares in the store, each sealed under the key of the vault and bound to tenant, key, party, epoch and group. */
export function createShareVault({ store, cipher, random, tenant, announce }: ShareVaultOptions): ShareVault {
  const openShare = (record: KeyRecord, share: ShareRecord): Uint8Array =>
    cipher.open(share.ciphertext, shareContext(tenant, share, record.publicKey));

  function openGroup(record: KeyRecord): Group {
    const group = readGroup(Buffer.from(cipher.open(record.ciphertext, keyContext(tenant, record))).toString());
    const [key] = group.commitments;
    const isKeys = key !== undefined && toHex(key) === record.publicKey;
    if (!isKeys || group.threshold !== record.sharing?.threshold || group.total !== record.sharing.total)
      throw tooFew([], group.threshold, 0);
    return group;
  }

  /** Best effort: a log that cannot be written does not take a signature back. */
  async function tell(keyId: string, faults: readonly PartyFault[]): Promise<void> {
    if (faults.length === 0) return;
    const parties = faults.map(({ party, fault }) => ({ party: `party-${party}`, fault }));
    await applyStep(store, { commands: [announce('shares_left_out', { keyId, parties })] }).catch(() => undefined);
  }

  return Object.freeze({
    generate(keyId: string, sharing: KeySharing): SharedKey {
      const { threshold, total, epoch } = sharing;
      const label = JSON.stringify([tenant, keyId, epoch, threshold, total, freshName(random)]);
      const parties = Array.from({ length: total }, (_, index) => createDkgParty({ number: index + 1, threshold, total, label, random }));
      try {
        const group = generateTogether(parties);
        const publicKey = toHex(group.commitments[0] ?? new Uint8Array(0));
        const facts = { v: 1, keyId, purpose: 'signing', algorithm: 'ed25519', publicKey, mode: 'mpc', sharing } as const;
        const ciphertext = cipher.seal(Buffer.from(writeGroup(group)), keyContext(tenant, facts));
        const commands = parties.map(({ number: party, seal }): Command => {
          const sealed = seal((share) => cipher.seal(share, shareContext(tenant, { keyId, party, epoch }, publicKey)));
          const value: ShareRecord = { v: 1, keyId, party, epoch, ciphertext: sealed };
          return { kind: 'doc.put', key: shareDoc(keyId, party), value: value as unknown as Json, ifVersion: 0 };
        });
        return { publicKey, ciphertext, commands };
      } finally {
        for (const party of parties) party.wipe();
      }
    },
    async load(record: KeyRecord): Promise<LoadedShares> {
      const group = openGroup(record);
      const shares = await readShareRecords(store, record);
      const there = shares.filter((share) => share !== undefined).length;
      if (there < group.threshold) {
        const faults = missing(shares);
        await tell(record.keyId, faults);
        throw tooFew(faults, group.threshold, there);
      }
      return { record, group, shares };
    },
    async sign({ record, group, shares }: LoadedShares, message: Uint8Array): Promise<Uint8Array> {
      const parties = shares.flatMap((share) => {
        if (share === undefined) return [];
        const label = `${tenant}/${record.keyId}/${share.epoch}`;
        return createSigningParty({ number: share.party, label, random, openShare: () => openShare(record, share) });
      });
      const publicKey = fromHex(record.publicKey);
      const { threshold } = group;
      const { signature, faults } = signTogether({
        group: toSuiteGroup(group),
        publicKey,
        threshold,
        message,
        parties,
        missing: missing(shares),
        random,
      });
      await tell(record.keyId, faults);
      return signature;
    },
    async inspect(record: KeyRecord): Promise<readonly (PartyFault | undefined)[]> {
      cipher.checkOpen();
      const shares = await readShareRecords(store, record);
      const group = attempt(() => toSuiteGroup(openGroup(record)));
      return shares.map((share, index) => {
        const party = index + 1;
        if (share === undefined) return { party, fault: 'missing' };
        const signingShare = attempt(() => openShare(record, share));
        if (signingShare === undefined || group === undefined) return { party, fault: 'unreadable' };
        try {
          frost.validateSecret({ identifier: identifierOf(party), signingShare }, group);
          return undefined;
        } catch {
          return { party, fault: 'invalid_share' };
        } finally {
          signingShare.fill(0);
        }
      });
    },
  });
}

function missing(shares: readonly (ShareRecord | undefined)[]): readonly PartyFault[] {
  return shares.flatMap((share, index) => (share === undefined ? [{ party: index + 1, fault: 'missing' as const }] : []));
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
