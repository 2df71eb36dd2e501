import { nodeHash, sha256Hex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1). */
export const EMPTY_ROOT: string = sha256Hex('');

/**
 * The right edge of a tree: roots of the largest complete subtrees from left to right, one per set bit of `size`.
 *
 * ```
 * size 7 = 0b111:   [0..4) [4..6) [6..7)
 * ```
 */
export interface Frontier {
  readonly size: number;
  /** Hex hashes, the widest subtree first. */
  readonly nodes: readonly string[];
}

/** A tree that only grows: what is needed to append the next leaf and to say the root, and nothing else. */
export interface CompactRange {
  readonly size: number;
  /** Adds one leaf hash; amortised one node hash a call. */
  append(leaf: string): void;
  /** RFC 6962 tree hash of everything appended; at most one node hash per set bit of the size. */
  root(): string;
  frontier(): Frontier;
}

/**
 * Builds the RFC 6962 tree incrementally, in O(log n) memory.
 *
 * @throws LOG_CORRUPT for a frontier whose nodes do not fit its size
 */
export function createCompactRange(from: Frontier = { size: 0, nodes: [] }): CompactRange {
  if (!Number.isSafeInteger(from.size) || from.size < 0 || from.nodes.length !== bitCount(from.size)) {
    throw new CastellanError('LOG_CORRUPT', {
      message: 'The frontier does not fit its size.',
      details: { size: from.size, nodes: from.nodes.length },
    });
  }
  const nodes = [...from.nodes];
  let size = from.size;
  return {
    get size() {
      return size;
    },
    append(leaf) {
      let node = leaf;
      // Each set low bit is a complete subtree of the same width on our left.
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(nodes.pop() as string, node);
      nodes.push(node);
      size += 1;
    },
    root: () => rootOf(nodes),
    frontier: () => ({ size, nodes: [...nodes] }),
  };
}

/** Tree hash of a frontier: its nodes joined from the right. */
export function frontierRoot(frontier: Frontier): string {
  return rootOf(frontier.nodes);
}

function rootOf(nodes: readonly string[]): string {
  let root: string | undefined;
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index] as string;
    root = root === undefined ? node : nodeHash(node, root);
  }
  return root ?? EMPTY_ROOT;
}

function bitCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
