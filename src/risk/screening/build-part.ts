import { bucketOf, EMPTY_PART, type KeyPart, MAX_BITS, MIN_BITS } from './key-table.ts';

/** Some digests on their way into a part, in any order. */
export interface KeyBlock {
  readonly size: number;
  /** Both halves of each digest; the top eight bits do not count, they are those of the part. */
  readonly keys: Uint32Array;
  readonly listing: Uint16Array;
}

/** Instead of a listing: the account is taken off, whatever else is said of it. */
export const REMOVED = 0xffff;

/** Two lines of memory at most, nearly always. */
const BUCKET_TARGET = 8;

/**
 * Builds a part of an older one and blocks. O(entries). Entries on one digest become one by `merge`, and none where one of them
 * is {@link REMOVED}.
 */
export function buildPart(base: KeyPart, added: readonly KeyBlock[], merge: (a: number, b: number) => number): KeyPart {
  const blocks = base.size === 0 ? added : [unpacked(base), ...added];
  const given = blocks.reduce((sum, { size }) => sum + size, 0);
  const bits = Math.min(MAX_BITS, Math.max(MIN_BITS, Math.ceil(Math.log2(given / BUCKET_TARGET))));
  const starts = new Uint32Array(2 ** bits + 1);
  for (const { keys, size } of blocks) {
    for (let at = 0; at < size; at += 1) {
      const behind = bucketOf(keys[2 * at] as number, bits) + 1;
      starts[behind] = (starts[behind] as number) + 1;
    }
  }
  for (let bucket = 1; bucket < starts.length; bucket += 1) starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);

  const entries = new Uint32Array(2 * given);
  const next = starts.slice(0, -1);
  for (const { keys, listing, size } of blocks) {
    for (let from = 0; from < size; from += 1) {
      const hi = keys[2 * from] as number;
      const lo = keys[2 * from + 1] as number;
      const bucket = bucketOf(hi, bits);
      const first = 2 * (starts[bucket] as number);
      // By insertion: a bucket is a handful of entries.
      let at = 2 * (next[bucket] as number);
      next[bucket] = (next[bucket] as number) + 1;
      for (; at > first && isAbove(entries, at - 2, hi & 0xffff, lo); at -= 2) {
        entries[at] = entries[at - 2] as number;
        entries[at + 1] = entries[at - 1] as number;
      }
      entries[at] = lo;
      entries[at + 1] = (hi << 16) | (listing[from] as number);
    }
  }
  return joined(bits, starts, entries, merge);
}

function isAbove(entries: Uint32Array, at: number, tail: number, lo: number): boolean {
  const other = entries[at] as number;
  return other > lo || (other === lo && (entries[at + 1] as number) >>> 16 > tail);
}

/** Joins neighbours on one digest, and lets go of what is removed and of spare room. */
function joined(bits: number, starts: Uint32Array, entries: Uint32Array, merge: (a: number, b: number) => number): KeyPart {
  let size = 0;
  for (let bucket = 0; bucket + 1 < starts.length; bucket += 1) {
    const end = starts[bucket + 1] as number;
    let at = starts[bucket] as number;
    starts[bucket] = size;
    while (at < end) {
      const lo = entries[2 * at] as number;
      const rest = entries[2 * at + 1] as number;
      let listing = rest & 0xffff;
      for (at += 1; at < end && entries[2 * at] === lo && (entries[2 * at + 1] as number) >>> 16 === rest >>> 16; at += 1) {
        const other = (entries[2 * at + 1] as number) & 0xffff;
        listing = listing === REMOVED || other === REMOVED ? REMOVED : merge(listing, other);
      }
      if (listing === REMOVED) continue;
      entries[2 * size] = lo;
      entries[2 * size + 1] = (rest & 0xffff_0000) | listing;
      size += 1;
    }
  }
  starts[starts.length - 1] = size;
  if (size === 0) return EMPTY_PART;
  return {
    size,
    bits,
    // Half the size where it can be: what is looked at first for every account stays near the processor.
    starts: size <= 0xffff ? new Uint16Array(starts) : starts,
    entries: 2 * size === entries.length ? entries : entries.slice(0, 2 * size),
  };
}

/** The digests of a part again: between them, bucket and entry hold every bit. */
function unpacked({ size, bits, starts, entries }: KeyPart): KeyBlock {
  const keys = new Uint32Array(2 * size);
  const listing = new Uint16Array(size);
  for (let bucket = 0; bucket + 1 < starts.length; bucket += 1) {
    const above = (bucket >>> (bits - MIN_BITS)) << 16;
    for (let at = starts[bucket] as number; at < (starts[bucket + 1] as number); at += 1) {
      const rest = entries[2 * at + 1] as number;
      keys[2 * at] = above | (rest >>> 16);
      keys[2 * at + 1] = entries[2 * at] as number;
      listing[at] = rest & 0xffff;
    }
  }
  return { size, keys, listing };
}
