import { ed25519, ed25519_FROST } from '@noble/curves/ed25519.js';
import { CastellanError, fromHex, hmacSha512, type Random, toHex } from '../../core/index.ts';

/**
 * FROST(Ed25519, SHA-512) of RFC 9591: its signatures are plain Ed25519 ones. It trusts its callers about channels, sessions
 * and nonces; those are this folder's.
 */
export const frost = ed25519_FROST;

/** What all parties of a key know. `commitments[0]` is the group's public key. */
export interface Group {
  readonly threshold: number;
  readonly total: number;
  /** As many points as the threshold, 32 bytes each. */
  readonly commitments: readonly Uint8Array[];
  /** The public part of each party's share, party 1 first. */
  readonly verifyingShares: readonly Uint8Array[];
}

/** The group as the suite takes it. */
export type SuiteGroup = Parameters<typeof frost.aggregate>[0];

/** Public half of a party's nonces in one session. */
export type NonceCommitment = Parameters<typeof frost.aggregate>[1][number];

/** Names a party within the suite. Parties are numbered from 1. */
export function identifierOf(party: number): string {
  return frost.Identifier.fromNumber(party);
}

/** The group in the suite's form. */
export function toSuiteGroup(group: Group): SuiteGroup {
  return {
    signers: { min: group.threshold, max: group.total },
    commitments: group.commitments.map((point) => Uint8Array.from(point)),
    verifyingShares: Object.fromEntries(group.verifyingShares.map((point, index) => [identifierOf(index + 1), Uint8Array.from(point)])),
  };
}

/** The group as text: no secret in it. */
export function writeGroup({ threshold, total, commitments, verifyingShares }: Group): string {
  return JSON.stringify({ threshold, total, commitments: commitments.map(toHex), verifyingShares: verifyingShares.map(toHex) });
}

/** Reads what {@link writeGroup} wrote. @throws KEY_DECRYPT_FAILED where it is something else */
export function readGroup(text: string): Group {
  try {
    const { threshold, total, commitments, verifyingShares } = JSON.parse(text) as Record<string, unknown>;
    const points = (list: unknown, count: unknown): readonly Uint8Array[] => {
      if (!Array.isArray(list) || list.length !== count) throw new TypeError('a list');
      return list.map((point) => fromHex(point));
    };
    if (typeof threshold !== 'number' || typeof total !== 'number') throw new TypeError('a number');
    return { threshold, total, commitments: points(commitments, threshold), verifyingShares: points(verifyingShares, total) };
  } catch {
    throw new CastellanError('KEY_DECRYPT_FAILED', { message: 'What the parties of a key know in common is not readable.' });
  }
}

/** Tells whether bytes are a point that a party may send: canonical, not the identity, of the prime-order group. */
export function isPoint(bytes: unknown): boolean {
  try {
    if (!(bytes instanceof Uint8Array) || bytes.length !== 32) return false;
    const point = ed25519.Point.fromBytes(bytes);
    point.assertValidity();
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

/**
 * Randomness for the suite, hedged: each draw is HMAC-SHA-512(fresh bytes, purpose ‖ number of the draw). A source that
 * repeats itself, as in a copy of a machine, still gives other nonces for another purpose.
 * @throws KEY_INVALID where the source does not give random bytes
 */
export function hedged(random: Random, purpose: string): (length?: number) => Uint8Array {
  let draws = 0;
  return (length = 32) => {
    const fresh = random.bytes(Math.max(32, length));
    if (!(fresh instanceof Uint8Array) || fresh.length < length || length > 64 || fresh.every((byte) => byte === fresh[0]))
      throw new CastellanError('KEY_INVALID', { message: 'The source of randomness did not give enough random bytes.' });
    draws += 1;
    const mixed = hmacSha512(fresh, `${purpose}/${draws}`);
    fresh.fill(0);
    const bytes = mixed.slice(0, length);
    mixed.fill(0);
    return bytes;
  };
}

/** A name that no run or session had before: 32 hex digits. @throws KEY_INVALID where the source does not give random bytes */
export function freshName(random: Random): string {
  return toHex(hedged(random, 'name')(16));
}
