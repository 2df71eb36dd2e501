import { CastellanError } from '../../core/errors.ts';
import { createCompactRange, type Frontier } from './compact-range.ts';

/** Leaf hashes (hex) of `[start, end)`, all of them and in order; may come in any number of pieces. */
export type LeafReader = (start: number, end: number) => AsyncIterable<string>;

/** RFC 6962 hash of the leaves `[start, end)`. */
export type SubtreeReader = (start: number, end: number) => Promise<string>;

/**
 * Reads subtree hashes from leaves, and takes those that a known frontier holds without reading: with the frontier at
 * `index` (or of the old tree) a proof costs only the leaves to the right of it.
 *
 * @throws LOG_CORRUPT where the reader gives fewer or more leaves than asked
 */
export function createSubtreeReader(leaves: LeafReader, known?: Frontier): SubtreeReader {
  const nodes = new Map<string, string>();
  let start = 0;
  for (const [position, width] of subtreeWidths(known?.size ?? 0).entries()) {
    nodes.set(`${start}-${start + width}`, known?.nodes[position] as string);
    start += width;
  }
  return async (from, to) => {
    const hit = nodes.get(`${from}-${to}`);
    if (hit !== undefined) return hit;
    const range = createCompactRange();
    for await (const leaf of leaves(from, to)) range.append(leaf);
    if (range.size !== to - from)
      throw new CastellanError('LOG_CORRUPT', {
        message: 'The log does not hold the leaves of a proof.',
        details: { from, to, read: range.size },
      });
    return range.root();
  };
}

/** Audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1), from the leaf up. */
export async function inclusionProof(index: number, size: number, subtree: SubtreeReader): Promise<readonly string[]> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) throw outside(index, size);
  const path: string[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      path.push(await subtree(middle, end));
      end = middle;
    } else {
      path.push(await subtree(start, middle));
      start = middle;
    }
  }
  return path.reverse();
}

/** Proof that the tree of `newSize` extends the tree of `oldSize` (RFC 6962 §2.1.2), from the bottom up. */
export async function consistencyProof(oldSize: number, newSize: number, subtree: SubtreeReader): Promise<readonly string[]> {
  if (!Number.isSafeInteger(newSize) || !Number.isSafeInteger(oldSize) || oldSize < 1 || oldSize > newSize) throw outside(oldSize, newSize);
  const path: string[] = [];
  let start = 0;
  let end = newSize;
  // Invariant: start < oldSize <= end, and [start, end) is the subtree still to be explained.
  while (end !== oldSize) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      path.push(await subtree(middle, end));
      end = middle;
    } else {
      path.push(await subtree(start, middle));
      start = middle;
    }
  }
  // The verifier knows the old root itself; any smaller subtree it must be told.
  if (start !== 0) path.push(await subtree(start, end));
  return path.reverse();
}

/** The largest power of two below `width`. */
function splitOf(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

/** Widths of a frontier's subtrees, from the left. */
function subtreeWidths(size: number): readonly number[] {
  const widths: number[] = [];
  let width = 1;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) widths.push(width);
    width *= 2;
  }
  return widths.reverse();
}

function outside(index: number, size: number): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: 'The position lies outside the tree.', details: { index, size } });
}
