import type { KeyAlgorithm } from '../../core/index.ts';

/** Ids of keys and seeds: 1 to 64 of `A-Z a-z 0-9 _ . -`. */
export const KEY_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** How a key is shared: any `threshold` of `total` parties sign; the epoch counts sets of shares of the one key. */
export interface KeySharing {
  readonly threshold: number;
  readonly total: number;
  readonly epoch: number;
}

/** A party of a key whose parties each sign with a key of their own. */
export interface CoSigner {
  /** The party's name. */
  readonly party: string;
  readonly keyId: string;
  /** Hex, compressed. */
  readonly publicKey: string;
}

/**
 * Who signs before the key itself does: any `threshold` of these. The account on the chain asks for their signatures; the key
 * only sends what they signed, and pays the fee.
 */
export interface CoSigners {
  readonly threshold: number;
  readonly parties: readonly CoSigner[];
}

/** Of a party's own key: the key that it signs before, and the party's name. It signs for nothing else. */
export interface CoSignerOf {
  readonly keyId: string;
  readonly party: string;
}

/** Tells whether parties may share a key so: 2 to 5 of them, and any two signing groups have a party in common. */
export function isSharing(threshold: unknown, total: unknown): boolean {
  if (!Number.isSafeInteger(threshold) || !Number.isSafeInteger(total)) return false;
  const [t, n] = [threshold as number, total as number];
  return t >= 2 && t <= n && n <= 5 && 2 * t > n;
}

/** Tells whether something names a party: 1 to 64 of `A-Z a-z 0-9 _ . -`. */
export function isPartyName(name: unknown): name is string {
  return typeof name === 'string' && KEY_ID.test(name);
}

/** The same, frozen in depth. */
export function frozenCoSigners({ threshold, parties }: CoSigners): CoSigners {
  return Object.freeze({ threshold, parties: Object.freeze(parties.map((party) => Object.freeze({ ...party }))) });
}

/** Tells whether the parties of a key of mode `mpc` can be read: shares of one ed25519 key, or a secp256k1 key each. */
export function isSharingReadable(record: {
  readonly algorithm?: KeyAlgorithm;
  readonly sharing?: unknown;
  readonly coSigners?: unknown;
  readonly coSignerOf?: unknown;
}): boolean {
  const { algorithm, coSigners, coSignerOf } = record;
  const sharing = record.sharing as Partial<KeySharing> | null | undefined;
  if (algorithm === 'secp256k1') return sharing === undefined && areCoSignersReadable(coSigners, coSignerOf);
  if (coSigners !== undefined || coSignerOf !== undefined || typeof sharing !== 'object' || sharing === null) return false;
  return isSharing(sharing.threshold, sharing.total) && Number.isSafeInteger(sharing.epoch) && (sharing.epoch ?? 0) >= 1;
}

function areCoSignersReadable(coSigners: unknown, coSignerOf: unknown): boolean {
  if ((coSigners === undefined) === (coSignerOf === undefined)) return false;
  const { keyId, party } = (coSignerOf ?? {}) as Partial<CoSignerOf>;
  if (coSigners === undefined) return isPartyName(party) && isPartyName(keyId);
  const { threshold, parties } = (coSigners ?? {}) as Partial<CoSigners>;
  if (!Array.isArray(parties) || !isSharing(threshold, parties.length)) return false;
  const isReadable = (found: Partial<CoSigner> | null): boolean =>
    isPartyName(found?.party) &&
    isPartyName(found.keyId) &&
    typeof found.publicKey === 'string' &&
    /^0[23][0-9a-f]{64}$/.test(found.publicKey);
  const isEachOnce = (field: keyof CoSigner): boolean => new Set(parties.map((found) => found[field])).size === parties.length;
  return parties.every(isReadable) && isEachOnce('party') && isEachOnce('keyId') && isEachOnce('publicKey');
}
