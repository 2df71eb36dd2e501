/** Parts of a table, by the top eight bits of a digest. */
export const PARTS = 256;

/** The entries of one part, immutable: buckets by the next bits, in each the digests in order. */
export interface KeyPart {
  readonly size: number;
  /** Bits that choose the bucket, behind the top eight. */
  readonly bits: number;
  /** First entry of each bucket; one more at the end. */
  readonly starts: Uint32Array;
  /** Both halves of each digest, one behind the other. */
  readonly keys: Uint32Array;
  /** Number of the listing of each entry; only one where all have the same. */
  readonly listing: Uint16Array | Uint32Array;
  readonly isUniform: boolean;
}

/** A part without entries. */
export const EMPTY_PART: KeyPart = Object.freeze({
  size: 0,
  bits: 0,
  starts: Uint32Array.of(0, 0),
  keys: new Uint32Array(0),
  listing: new Uint16Array(1),
  isUniform: true,
});

/**
 * An immutable set of 64-bit digests, each with the number of its listing: 8 bytes an entry, half a byte
 * for the buckets, and 2 bytes for the listing where those of a part differ.
 *
 * ```
 * digest: part (8 bits) │ bucket (so many that about 8 entries share one) │ compared in full
 * ```
 *
 * Ten million entries answer falsely for one account in 1.8 × 10^12 (n / 2^64), whatever its owner tries: the digest is keyed.
 */
export class KeyTable {
  readonly parts: readonly KeyPart[];
  readonly size: number;

  constructor(parts: readonly KeyPart[]) {
    this.parts = parts;
    this.size = parts.reduce((sum, part) => sum + part.size, 0);
  }

  /** Number of the listing under a digest; -1 where there is none. O(1). */
  find(hi: number, lo: number): number {
    const { bits, starts, keys, listing, isUniform } = this.parts[hi >>> 24] as KeyPart;
    const bucket = bucketOf(hi, bits);
    const end = starts[bucket + 1] as number;
    for (let at = starts[bucket] as number; at < end; at += 1) {
      if (keys[2 * at] === hi && keys[2 * at + 1] === lo) return listing[isUniform ? 0 : at] as number;
    }
    return -1;
  }

  /** Bytes that the entries take. */
  get bytes(): number {
    const held = ({ starts, keys, listing }: KeyPart): number => starts.byteLength + keys.byteLength + listing.byteLength;
    return this.parts.reduce((sum, part) => sum + (part.size === 0 ? 0 : held(part)), 0);
  }
}

/** The bucket of a digest in a part with so many bits of them. */
export function bucketOf(hi: number, bits: number): number {
  return ((hi << 8) >>> 16) >>> (16 - bits);
}

/** A table without entries. */
export const EMPTY_TABLE = new KeyTable(Array.from({ length: PARTS }, () => EMPTY_PART));
