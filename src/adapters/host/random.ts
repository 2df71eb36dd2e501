import { randomFillSync } from 'node:crypto';
import { CastellanError, type Random } from '../../core/index.ts';

/** Bytes fetched from the system at once: one fetch per 512 ids. */
const POOL_BYTES = 4_096;
/** Longer draws go to the system directly. */
const POOLED_MAX = 64;

/**
 * The system's cryptographic randomness. Small draws come from a pool, and what was drawn is wiped from it.
 * `bytes` throws INTERNAL for a length that is no count.
 */
export function systemRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let next = POOL_BYTES;
  return {
    bytes(length) {
      if (!Number.isSafeInteger(length) || length < 0)
        throw new CastellanError('INTERNAL', { message: 'The number of random bytes is no count.' });
      if (length > POOLED_MAX) return randomFillSync(new Uint8Array(length));
      if (next + length > POOL_BYTES) {
        randomFillSync(pool);
        next = 0;
      }
      const drawn = pool.slice(next, next + length);
      pool.fill(0, next, next + length);
      next += length;
      return drawn;
    },
  };
}
