import { CastellanError } from '../../core/index.ts';

/** Bytes of the secret key. */
export const SIP_KEY_BYTES = 16;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012), 64 bits in two halves. Keyed: who does not know the key cannot make two messages
 * that fall together. Allocates nothing.
 *
 * ```
 * message → words of 8 bytes, little-endian; the last holds what is left over, and the length in its top byte
 * ```
 */
export class SipHash {
  /** Upper half of the last digest, unsigned. */
  hi = 0;
  /** Lower half of the last digest, unsigned. */
  lo = 0;
  readonly #key: Int32Array;

  /** @param key - 16 random bytes. @throws CONFIG_INVALID for any other number */
  constructor(key: Uint8Array) {
    if (!(key instanceof Uint8Array) || key.length !== SIP_KEY_BYTES)
      throw new CastellanError('CONFIG_INVALID', { message: 'The key of the screening table is 16 random bytes.' });
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#key = Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
  }

  /** Digests the first `count` words of four bytes each, into `hi` and `lo`. */
  digest(message: Int32Array, count: number): void {
    const key = this.#key;
    const k0l = key[0] as number;
    const k0h = key[1] as number;
    const k1l = key[2] as number;
    const k1h = key[3] as number;
    let v0h = k0h ^ 0x736f6d65;
    let v0l = k0l ^ 0x70736575;
    let v1h = k1h ^ 0x646f7261;
    let v1l = k1l ^ 0x6e646f6d;
    let v2h = k0h ^ 0x6c796765;
    let v2l = k0l ^ 0x6e657261;
    let v3h = k1h ^ 0x74656462;
    let v3l = k1l ^ 0x79746573;
    const last = count >>> 1;
    for (let word = 0; word <= last + 1; word += 1) {
      let mh = 0;
      let ml = 0;
      let rounds = 2;
      if (word <= last) {
        const at = word << 1;
        if (at < count) ml = message[at] as number;
        mh = word === last ? count << 26 : (message[at + 1] as number);
        v3h ^= mh;
        v3l ^= ml;
      } else {
        v2l ^= 0xff;
        rounds = 4;
      }
      for (; rounds > 0; rounds -= 1) {
        let low = (v0l + v1l) | 0;
        v0h = (v0h + v1h + carry(v0l, v1l, low)) | 0;
        v0l = low;
        let high = (v1h << 13) | (v1l >>> 19);
        v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
        v1h = high ^ v0h;
        high = v0h;
        v0h = v0l;
        v0l = high;
        low = (v2l + v3l) | 0;
        v2h = (v2h + v3h + carry(v2l, v3l, low)) | 0;
        v2l = low;
        high = (v3h << 16) | (v3l >>> 16);
        v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
        v3h = high ^ v2h;
        low = (v0l + v3l) | 0;
        v0h = (v0h + v3h + carry(v0l, v3l, low)) | 0;
        v0l = low;
        high = (v3h << 21) | (v3l >>> 11);
        v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
        v3h = high ^ v0h;
        low = (v2l + v1l) | 0;
        v2h = (v2h + v1h + carry(v2l, v1l, low)) | 0;
        v2l = low;
        high = (v1h << 17) | (v1l >>> 15);
        v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
        v1h = high ^ v2h;
        high = v2h;
        v2h = v2l;
        v2l = high;
      }
      v0h ^= mh;
      v0l ^= ml;
    }
    this.hi = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
    this.lo = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
  }
}

/** What a sum of 32 bits carries over. Without a branch: nothing foretells it, and every second guess would be wrong. */
function carry(a: number, b: number, sum: number): number {
  return ((a & b) | ((a | b) & ~sum)) >>> 31;
}
