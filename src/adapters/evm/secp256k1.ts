import { secp256k1 } from '@noble/curves/secp256k1.js';

/** Order of the group (SEC 2, 2.4.1). */
export const CURVE_ORDER = secp256k1.Point.CURVE().n;

/** A public key in SEC 1 form (33 bytes compressed, 65 uncompressed) as x‖y, 64 bytes; null where it is no point of the curve. */
export function readPublicKey(publicKey: Uint8Array): Uint8Array | null {
  try {
    return secp256k1.Point.fromBytes(publicKey).toBytes(false).slice(1);
  } catch {
    return null;
  }
}

/**
 * The public key (x‖y, 64 bytes) whose signature over `hash` is (r, s) with this y parity; null where there is none.
 *
 * Works on public values alone: a signature that we hold is checked here before it leaves, and no key ever comes near.
 * High s, and r or s outside 1 … n − 1, have none. So has r + n, which a recovery id of 2 or 3 would stand for.
 */
export function recoverPublicKey(hash: Uint8Array, r: bigint, s: bigint, odd: boolean): Uint8Array | null {
  if (r <= 0n || r >= CURVE_ORDER || s <= 0n || s > CURVE_ORDER / 2n) return null;
  try {
    const signature = new secp256k1.Signature(r, s, odd ? 1 : 0);
    return signature.recoverPublicKey(hash).toBytes(false).slice(1);
  } catch {
    return null;
  }
}
