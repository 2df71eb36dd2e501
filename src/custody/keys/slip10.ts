import { CastellanError, hmacSha512 } from '../../core/index.ts';

const HARDENED = 0x8000_0000;
const KEY_BYTES = 32;

/**
 * The Ed25519 seed at hardened levels (each from 2^31 on) under a master seed of 16 to 64 bytes: SLIP-10, hardened only.
 * The caller wipes it.
 *
 * ```
 * master = HMAC-SHA-512('ed25519 seed', seed)      key = left 32 bytes, chain code = right 32 bytes
 * child  = HMAC-SHA-512(chain code, 00 ‖ key ‖ level)
 * ```
 * @see https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 * @throws DERIVATION_INVALID for a level that is not hardened, or a seed of another size
 */
export function deriveSlip10(seed: Uint8Array, levels: readonly number[]): Uint8Array {
  if (!(seed instanceof Uint8Array) || seed.length < 16 || seed.length > 64) throw invalid('A master seed has 16 to 64 bytes.', 'seed');
  for (const level of levels) {
    if (!Number.isInteger(level) || level < HARDENED || level > 0xffff_ffff)
      throw invalid('An Ed25519 key has hardened children only.', 'path');
  }
  let node = hmacSha512('ed25519 seed', seed);
  for (const level of levels) {
    const data = new Uint8Array(1 + KEY_BYTES + 4);
    data.set(node.subarray(0, KEY_BYTES), 1);
    new DataView(data.buffer).setUint32(1 + KEY_BYTES, level);
    const child = hmacSha512(node.subarray(KEY_BYTES), data);
    data.fill(0);
    node.fill(0);
    node = child;
  }
  const key = node.slice(0, KEY_BYTES);
  node.fill(0);
  return key;
}

function invalid(message: string, field: string): CastellanError {
  return new CastellanError('DERIVATION_INVALID', { message, details: { field } });
}
