/** Parts of a table, by the top eight bits of a digest. */
export const PARTS = 256;
/** Fewest bits that choose a bucket: with those of the part and the entry they are the whole digest. */
export const MIN_BITS = 8;
/** Most of them: as many as there are between part and entry. */
export const MAX_BITS = 16;

/** The entries of one part, immutable, in buckets. */
export interface KeyPart {
  readonly size: number;
  /** Bits that choose the bucket, behind the top eight; 8 to 16. */
  readonly bits: number;
  /** First entry of each bucket; one more at the end. */
  readonly starts: Uint16Array | Uint32Array;
  /** Two words an entry: the lower half of the digest; the lowest 16 bits of the upper half above the number of the listing. */
  readonly entries: Uint32Array;
}

/** A part without entries. */
export const EMPTY_PART: KeyPart = Object.freeze({
  size: 0,
  bits: MIN_BITS,
  starts: new Uint16Array(2 ** MIN_BITS + 1),
  entries: new Uint32Array(0),
});

/**
 * An immutable set of 64-bit digests, each with the 16-bit number of its listing: 8 bytes an entry, and a fifth of one for buckets.
 *
 * ```
 * digest: part (8 bits) │ bucket (8 to 16 bits, about 6 entries) ┄ 16 bits of the entry │ 32 bits of the entry
 * entry:  lower half (32) │ lowest 16 bits of the upper half │ listing (16)
 * ```
 *
 * Every bit of the digest is compared. Ten million entries answer falsely for one account in 1.8 × 10^12 (2^64 / n), whatever
 * its owner tries, because the digest is keyed.
 */
export class KeyTable {
  readonly parts: readonly KeyPart[];
  readonly size: number;
  /** The parts once more, side by side: each step on the way to an entry is one place in memory less to wait for. */
  readonly #bits: Uint8Array;
  readonly #starts: readonly (Uint16Array | Uint32Array)[];
  readonly #entries: readonly Uint32Array[];

  constructor(parts: readonly KeyPart[]) {
    this.parts = parts;
    this.#bits = Uint8Array.from(parts, ({ bits }) => bits);
    this.#starts = parts.map(({ starts }) => starts);
    this.#entries = parts.map(({ entries }) => entries);
    this.size = parts.reduce((sum, part) => sum + part.size, 0);
  }

  /** Number of the listing under a digest; -1 where there is none. O(1). */
  find(hi: number, lo: number): number {
    const part = hi >>> 24;
    const starts = this.#starts[part] as Uint16Array;
    const entries = this.#entries[part] as Uint32Array;
    const bucket = bucketOf(hi, this.#bits[part] as number);
    const end = 2 * (starts[bucket + 1] as number);
    for (let at = 2 * (starts[bucket] as number); at < end; at += 2) {
      const half = entries[at] as number;
      if (half !== lo) {
        // A bucket is in order.
        if (half > lo) return -1;
        continue;
      }
      const rest = entries[at + 1] as number;
      if (rest >>> 16 === (hi & 0xffff)) return rest & 0xffff;
    }
    return -1;
  }

  /** Bytes that the entries take. */
  get bytes(): number {
    return this.parts.reduce((sum, { size, starts, entries }) => sum + (size === 0 ? 0 : starts.byteLength + entries.byteLength), 0);
  }
}

/** The bucket of a digest in a part with so many bits of them. */
export function bucketOf(hi: number, bits: number): number {
  return ((hi << 8) >>> 16) >>> (16 - bits);
}

/** A table without entries. */
export const EMPTY_TABLE = new KeyTable(Array.from({ length: PARTS }, () => EMPTY_PART));
