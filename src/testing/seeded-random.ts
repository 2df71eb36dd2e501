import { type Random, sha256 } from '../core/index.ts';

/**
 * Randomness that repeats for the same seed: SHA-256 in counter mode. For tests and simulations only.
 *
 * @param seed - the same one gives the same bytes
 * @example
 * ```ts
 * import { createSeededRandom } from 'castellan/testing';
 *
 * console.log(Buffer.from(createSeededRandom(7).bytes(4)).equals(createSeededRandom(7).bytes(4))); // true
 * ```
 */
export function createSeededRandom(seed: string | number): Random {
  let block = new Uint8Array(0);
  let used = 0;
  let counter = 0;
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let index = 0; index < length; index += 1) {
        if (used === block.length) {
          block = new Uint8Array(sha256(`${seed}/${counter}`));
          counter += 1;
          used = 0;
        }
        out[index] = block[used] as number;
        used += 1;
      }
      return out;
    },
  };
}
