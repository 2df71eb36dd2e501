import { bucketOf, EMPTY_PART, type KeyPart } from './key-table.ts';

/** Some entries on their way into a part, in any order. */
export interface KeyBlock {
  readonly keys: Uint32Array;
  readonly listing: Uint16Array | Uint32Array;
  readonly size: number;
  /** True where the first listing is that of all entries. */
  readonly isUniform: boolean;
}

/** Instead of a listing: the account is taken off, whatever else is said of it. */
export const REMOVED = 0xffff_ffff;

const BUCKET_TARGET = 8;
const MAX_BITS = 16;

/**
 * Builds a part from blocks. O(entries). Entries on one digest become one by `merge`, and none where one of them is
 * {@link REMOVED}.
 */
export function buildPart(blocks: readonly KeyBlock[], merge: (a: number, b: number) => number): KeyPart {
  const given = blocks.reduce((sum, { size }) => sum + size, 0);
  if (given === 0) return EMPTY_PART;
  const bits = Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(given / BUCKET_TARGET))));
  const starts = new Uint32Array(2 ** bits + 1);
  for (const { keys, size } of blocks) {
    for (let at = 0; at < size; at += 1) {
      const behind = bucketOf(keys[2 * at] as number, bits) + 1;
      starts[behind] = (starts[behind] as number) + 1;
    }
  }
  for (let bucket = 1; bucket < starts.length; bucket += 1) starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);

  const keys = new Uint32Array(2 * given);
  const listing = new Uint32Array(given);
  const next = starts.slice(0, -1);
  for (const block of blocks) {
    for (let from = 0; from < block.size; from += 1) {
      const hi = block.keys[2 * from] as number;
      const lo = block.keys[2 * from + 1] as number;
      const bucket = bucketOf(hi, bits);
      const first = starts[bucket] as number;
      // By insertion: a bucket is a handful of entries.
      let at = next[bucket] as number;
      next[bucket] = at + 1;
      for (; at > first && isAbove(keys, at - 1, hi, lo); at -= 1) {
        keys[2 * at] = keys[2 * at - 2] as number;
        keys[2 * at + 1] = keys[2 * at - 1] as number;
        listing[at] = listing[at - 1] as number;
      }
      keys[2 * at] = hi;
      keys[2 * at + 1] = lo;
      listing[at] = block.listing[block.isUniform ? 0 : from] as number;
    }
  }
  return packed({ size: given, bits, starts, keys, listing, isUniform: false }, merge);
}

function isAbove(keys: Uint32Array, at: number, hi: number, lo: number): boolean {
  const other = keys[2 * at] as number;
  return other > hi || (other === hi && (keys[2 * at + 1] as number) > lo);
}

/** Joins neighbours on one digest, and lets go of what is removed and of spare room. */
function packed({ bits, starts, keys, listing }: KeyPart, merge: (a: number, b: number) => number): KeyPart {
  let size = 0;
  let most = 0;
  let least = REMOVED;
  for (let bucket = 0; bucket + 1 < starts.length; bucket += 1) {
    const end = starts[bucket + 1] as number;
    let at = starts[bucket] as number;
    starts[bucket] = size;
    while (at < end) {
      const hi = keys[2 * at] as number;
      const lo = keys[2 * at + 1] as number;
      let found = listing[at] as number;
      for (at += 1; at < end && keys[2 * at] === hi && keys[2 * at + 1] === lo; at += 1) {
        const other = listing[at] as number;
        found = found === REMOVED || other === REMOVED ? REMOVED : merge(found, other);
      }
      if (found === REMOVED) continue;
      keys[2 * size] = hi;
      keys[2 * size + 1] = lo;
      listing[size] = found;
      if (found > most) most = found;
      if (found < least) least = found;
      size += 1;
    }
  }
  starts[starts.length - 1] = size;
  if (size === 0) return EMPTY_PART;
  const isUniform = least === most;
  const kept = listing.subarray(0, isUniform ? 1 : size);
  return {
    size,
    bits,
    starts,
    keys: 2 * size === keys.length ? keys : keys.slice(0, 2 * size),
    listing: most <= 0xffff ? new Uint16Array(kept) : new Uint32Array(kept),
    isUniform,
  };
}
