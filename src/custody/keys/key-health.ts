import type { Clock, KeyAlgorithm, Store, StoreInfo } from '../../core/index.ts';
import { scanKeyRecords } from './key-list.ts';
import { type KeyInfo, type KeyMode, toKeyInfo } from './key-record.ts';

/** How many keys there are, and of which kind. */
export interface KeyCounts {
  readonly total: number;
  readonly byState: Readonly<Record<KeyInfo['state'], number>>;
  /** Of keys that are not revoked. */
  readonly byAlgorithm: Readonly<Record<KeyAlgorithm, number>>;
  /** Of keys that are not revoked. */
  readonly byMode: Readonly<Record<KeyMode, number>>;
}

/** How a key manager stands. */
export interface KeyHealth {
  /** `attention`: a key is due or a rotation is not completed. `unavailable`: no key can be used from here. */
  readonly status: 'ok' | 'attention' | 'unavailable';
  /** Where keys are: sealed in a store, or in a device. */
  readonly storage: {
    readonly kind: 'software' | 'hsm';
    readonly store: string | null;
    readonly durability: StoreInfo['durability'] | null;
  };
  readonly vaultOpen: boolean;
  /** Null where they cannot be read. */
  readonly keys: KeyCounts | null;
  /** Ids of keys whose interval is over. */
  readonly dueRotations: readonly string[];
  /** Ids of keys that are replaced and not yet revoked: their wallets may hold money still. */
  readonly openRotations: readonly string[];
}

/** Reads how a key manager stands; what cannot be read is told as such, and nothing is thrown. */
export async function readKeyHealth(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly checkOpen: () => void;
}): Promise<KeyHealth> {
  const { store, clock } = options;
  const { kind, durability } = store.info;
  const vaultOpen = isOpen(options.checkOpen);
  const byState = { active: 0, revoked: 0 };
  const byAlgorithm = { secp256k1: 0, ed25519: 0 };
  const byMode = { software: 0, mpc: 0, user: 0 };
  const due: string[] = [];
  const open: string[] = [];
  let keys: KeyCounts | null = null;
  try {
    for await (const record of scanKeyRecords(store)) {
      const { id, state, algorithm, mode, rotationDueAtMs, replacedBy, coSignerOf } = toKeyInfo(record);
      // A party's key is part of another one, as a share is.
      if (coSignerOf !== undefined) continue;
      byState[state] += 1;
      if (state === 'revoked') continue;
      byAlgorithm[algorithm] += 1;
      byMode[mode] += 1;
      if (rotationDueAtMs !== null && rotationDueAtMs <= clock.nowMs()) due.push(id);
      if (replacedBy !== null) open.push(id);
    }
    keys = { total: byState.active + byState.revoked, byState, byAlgorithm, byMode };
  } catch {
    // Stands in the answer as null.
  }
  const isUnavailable = keys === null || !vaultOpen;
  return Object.freeze({
    status: isUnavailable ? 'unavailable' : due.length + open.length > 0 ? 'attention' : 'ok',
    storage: Object.freeze({ kind: 'software', store: kind, durability } as const),
    vaultOpen,
    keys,
    dueRotations: keys === null ? [] : due,
    openRotations: keys === null ? [] : open,
  });
}

function isOpen(checkOpen: () => void): boolean {
  try {
    checkOpen();
    return true;
  } catch {
    return false;
  }
}
