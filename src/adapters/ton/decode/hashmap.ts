import type { Cell } from '@ton/core';
import { CellReader } from '../cell-reader.ts';
import type { Draft } from '../draft.ts';
import { undecodable } from '../undecodable.ts';

/** Forks may share their cells, so that a few of them could have entries without end. */
const MAX_ENTRIES = 256;

/** One entry; its reader stands behind the label, at the value. */
interface Entry {
  readonly key: number;
  readonly value: CellReader;
}

/** Bits that are needed to write a number up to `most`. */
const widthOf = (most: number): number => Math.ceil(Math.log2(most + 1));

/**
 * The label: the bits that all keys below share.
 *
 * ```
 * hml_short$0 n:Unary s:n*bit │ hml_long$10 n:(#<= left) s:n*bit │ hml_same$11 bit n:(#<= left)
 * ```
 */
function label(reader: CellReader, left: number): { readonly length: number; readonly bits: number } {
  if (!reader.bit()) {
    let length = 0;
    while (reader.bit()) length += 1;
    if (length > left) throw undecodable('dictionary_invalid');
    return { length, bits: length === 0 ? 0 : reader.uint(length) };
  }
  const same = reader.bit();
  const repeated = same && reader.bit();
  const length = reader.uint(widthOf(left));
  if (length > left) throw undecodable('dictionary_invalid');
  if (same) return { length, bits: repeated ? 2 ** length - 1 : 0 };
  return { length, bits: length === 0 ? 0 : reader.uint(length) };
}

/**
 * Reads a `Hashmap n X` that is not empty, in the order of its keys.
 * @param keyBits at most 48
 * @param most entries that are read, at most 256
 * @throws PAYLOAD_UNDECODABLE, also above `most` entries
 */
export function readHashmap(root: Draft | Cell, keyBits: number, most = MAX_ENTRIES): readonly Entry[] {
  const found: Entry[] = [];
  const visit = (cell: Draft | Cell, prefix: number, left: number): void => {
    const reader = new CellReader(cell);
    const { length, bits } = label(reader, left);
    const key = prefix * 2 ** length + bits;
    const below = left - length;
    if (below === 0) {
      if (found.length >= most) throw undecodable('dictionary_invalid');
      found.push({ key, value: reader });
      return;
    }
    const [zero, one] = [reader.draft(), reader.draft()];
    reader.end();
    visit(zero, key * 2, below - 1);
    visit(one, key * 2 + 1, below - 1);
  };
  visit(root, 0, keyBits);
  return found;
}
