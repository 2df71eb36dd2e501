import { CastellanError } from '../../core/index.ts';
import { type KeyAccess, keyAccess } from '../keys/key-access.ts';
import type { KeyManager } from '../keys/key-manager.ts';
import { type KeyInfo, type KeyRecord, readKeyRecord } from '../keys/key-record.ts';
import type { CoSigners } from '../keys/key-sharing.ts';
import type { ShareFault } from '../mpc/signing.ts';

/** A party of a shared key. */
export interface PartyStatus {
  /** `party-1`, `party-2`, …, or as the key's maker or a coordinator names it. */
  readonly id: string;
  /** Where its share is opened. Parties in this process protect against losing a share, not against whoever owns the host. */
  readonly location: 'in-process';
  /** True where its share, or its own key, opens and is the one that the key was made with. */
  readonly available: boolean;
  readonly fault: ShareFault | null;
}

/** The shares of one key. */
export interface SharesStatus {
  readonly keyId: string;
  /** Parties that sign together. */
  readonly threshold: number;
  readonly total: number;
  readonly available: number;
  /** False where fewer parties than the threshold are available, or the key is revoked. */
  readonly canSign: boolean;
  readonly epoch: number;
  /** Hex: the key of the wallet; where each party has a key, that of the sender, which is none of them. */
  readonly publicKey: string;
  readonly state: KeyInfo['state'];
  readonly parties: readonly PartyStatus[];
}

/** All shared keys that are not revoked, for a health report. */
export interface SharesHealth {
  readonly location: 'none' | 'in-process';
  readonly keys: number;
  /** Ids of keys with a share that is missing, does not open or is wrong; they may still sign. */
  readonly degraded: readonly string[];
  /** Ids of keys that cannot sign any more. */
  readonly lost: readonly string[];
}

/** Watches over keys that no party has as a whole. Signing is the custodian's, behind a permit, as for every key. */
export interface SharesCoordinator {
  /** Where the shares of a key are, and whether they are good. @throws KEY_UNKNOWN; KEY_INVALID for a key that is not shared */
  getSharesStatus(keyId: string): Promise<SharesStatus>;
  /** Opens each share for a moment and checks it: some milliseconds a share. */
  sharesHealth(): Promise<SharesHealth>;
}

/** The shares of one key, each opened for a moment and checked. @throws KEY_UNKNOWN; KEY_INVALID for a key that is not shared */
export async function sharesStatusOf(access: Pick<KeyAccess, 'shares' | 'coSigners' | 'store'>, keyId: string): Promise<SharesStatus> {
  const { shares, store } = access;
  const { record } = await readKeyRecord(store, keyId);
  if (record.coSigners !== undefined) return coSignersStatus(access, record, record.coSigners);
  const { sharing } = record;
  if (sharing === undefined) throw new CastellanError('KEY_INVALID', { message: 'The key is not a shared one.', details: { keyId } });
  const faults = await shares.inspect(record);
  const parties = faults.map((found, index): PartyStatus => {
    const fault = found?.fault ?? null;
    return Object.freeze({ id: `party-${index + 1}`, location: 'in-process', available: fault === null, fault });
  });
  const available = parties.filter((party) => party.available).length;
  const { publicKey, state } = record;
  const canSign = state === 'active' && available >= sharing.threshold;
  return Object.freeze({ keyId, ...sharing, available, canSign, publicKey, state, parties: Object.freeze(parties) });
}

/** The same where each party has a key of its own; the epoch is always the first. */
async function coSignersStatus(
  { coSigners: vault }: Pick<KeyAccess, 'coSigners'>,
  record: KeyRecord,
  { threshold, parties: named }: CoSigners,
): Promise<SharesStatus> {
  const faults = await vault.inspect(record);
  const parties = named.map(({ party: id }, index): PartyStatus => {
    const fault = faults[index] ?? null;
    return Object.freeze({ id, location: 'in-process', available: fault === null, fault });
  });
  const available = parties.filter((party) => party.available).length;
  const { keyId, publicKey, state } = record;
  const canSign = state === 'active' && available >= threshold;
  const counts = { threshold, total: parties.length, epoch: 1, available };
  return Object.freeze({ keyId, ...counts, canSign, publicKey, state, parties: Object.freeze(parties) });
}

/** The coordinator of a key manager's shared keys. @throws CONFIG_INVALID for a key manager that was not made here */
export function createMPCCoordinator({ keys }: { readonly keys: KeyManager }): SharesCoordinator {
  const access = keyAccess(keys);
  const getSharesStatus = (keyId: string): Promise<SharesStatus> => sharesStatusOf(access, keyId);

  return Object.freeze({
    getSharesStatus,
    async sharesHealth(): Promise<SharesHealth> {
      const degraded: string[] = [];
      const lost: string[] = [];
      const shared = await keys.listKeys({ state: 'active', mode: 'mpc' });
      for (const { id } of shared) {
        const { available, total, canSign } = await getSharesStatus(id);
        if (available < total) degraded.push(id);
        if (!canSign) lost.push(id);
      }
      return Object.freeze({ location: shared.length === 0 ? 'none' : 'in-process', keys: shared.length, degraded, lost });
    },
  });
}
