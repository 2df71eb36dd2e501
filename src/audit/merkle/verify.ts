import { constantTimeEqual, nodeHash, sha256Hex } from '../../core/digest.ts';

/** What a proof check came to: the first check that failed, by name. */
export type ProofResult = { readonly ok: true } | { readonly ok: false; readonly reason: ProofFailure };

/** Checks of {@link verifySubtreeInclusion} and {@link verifySubtreeConsistency}, in their order. */
export type ProofFailure =
  | 'sizes_invalid'
  | 'subtree_invalid'
  | 'hash_malformed'
  | 'index_outside'
  | 'proof_not_empty'
  | 'proof_length'
  | 'old_root_mismatch'
  | 'root_mismatch';

/** Claims that `leaf` is at `index` of the subtree `[start, end)`, whose hash is `root`. Hashes are hex. */
export interface SubtreeInclusionClaim {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly leaf: string;
  readonly root: string;
  readonly proof: readonly string[];
}

/** Claims that the subtree `[start, end)` with hash `subtree` lies in the tree of `size` leaves with hash `root`. */
export interface SubtreeConsistencyClaim {
  readonly start: number;
  readonly end: number;
  readonly size: number;
  readonly subtree: string;
  readonly root: string;
  readonly proof: readonly string[];
}

/**
 * Verifies that a leaf is in a tree (RFC 9162 §2.1.3.2). Pure; false claims and malformed ones are refused alike.
 *
 * @param claim - index and size in leaves; leaf, root and proof as 64 hex digits each, the proof from the leaf up
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 * import { verifyInclusion } from 'castellan';
 *
 * const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
 * const leaves = ['one', 'two'].map((entry) => sha256(Buffer.from([0]), Buffer.from(entry)));
 * const [leaf, sibling] = leaves.map((hash) => hash.toString('hex')) as [string, string];
 * const root = sha256(Buffer.from([1]), ...leaves).toString('hex');
 * console.log(verifyInclusion({ index: 0, size: 2, leaf, root, proof: [sibling] })); // { ok: true }
 * console.log(verifyInclusion({ index: 1, size: 2, leaf, root, proof: [sibling] })); // { ok: false, reason: 'root_mismatch' }
 * ```
 */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leaf: string;
  readonly root: string;
  readonly proof: readonly string[];
}): ProofResult {
  return verifySubtreeInclusion({ index: claim.index, start: 0, end: claim.size, leaf: claim.leaf, root: claim.root, proof: claim.proof });
}

/**
 * Verifies that the tree of `newSize` begins with all that the tree of `oldSize` held (RFC 9162 §2.1.4.2). Equal sizes
 * need equal roots and no proof; an empty old tree proves nothing about a larger one and is refused.
 *
 * @param claim - sizes in leaves; roots and proof as 64 hex digits each
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 * import { verifyConsistency } from 'castellan';
 *
 * const sha256 = (...parts: readonly (string | number[])[]): string =>
 *   createHash('sha256').update(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : Buffer.from(part))))).digest('hex');
 * const [first, second] = [sha256([0], [1]), sha256([0], [2])]; // leaves: SHA-256(0x00 ‖ entry)
 * const newRoot = sha256([1], first, second); // nodes: SHA-256(0x01 ‖ left ‖ right)
 * console.log(verifyConsistency({ oldSize: 1, newSize: 2, oldRoot: first, newRoot, proof: [second] })); // { ok: true }
 * console.log(verifyConsistency({ oldSize: 1, newSize: 2, oldRoot: second, newRoot, proof: [second] }).ok); // false
 * ```
 */
export function verifyConsistency(claim: {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: string;
  readonly newRoot: string;
  readonly proof: readonly string[];
}): ProofResult {
  if (!isSize(claim.oldSize) || !isSize(claim.newSize) || claim.oldSize > claim.newSize) return failed('sizes_invalid');
  if (claim.oldSize === 0 && claim.newSize !== 0) return failed('sizes_invalid');
  if (claim.oldSize === 0) {
    if (claim.proof.length !== 0) return failed('proof_not_empty');
    return isHash(claim.oldRoot) && constantTimeEqual(claim.oldRoot, claim.newRoot) ? PASSED : failed('root_mismatch');
  }
  return verifySubtreeConsistency({
    start: 0,
    end: claim.oldSize,
    size: claim.newSize,
    subtree: claim.oldRoot,
    root: claim.newRoot,
    proof: claim.proof,
  });
}

/** Verifies that a leaf is in a subtree (draft-ietf-plants-merkle-tree-certs, “Subtree Inclusion Proofs”). */
export function verifySubtreeInclusion(claim: SubtreeInclusionClaim): ProofResult {
  const { index, start, end, proof } = claim;
  if (!isSize(index) || !isSize(start) || !isSize(end)) return failed('sizes_invalid');
  if (start >= end || !isSubtree(start, end)) return failed('subtree_invalid');
  if (index < start || index >= end) return failed('index_outside');
  if (!isHash(claim.leaf) || !isHash(claim.root) || !proof.every(isHash)) return failed('hash_malformed');

  let position = index - start;
  let last = end - start - 1;
  let hash = claim.leaf;
  for (const sibling of proof) {
    if (last === 0) return failed('proof_length');
    if (isOdd(position) || position === last) {
      hash = nodeHash(sibling, hash);
      // A right edge without sibling is carried up unhashed.
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)];
    } else hash = nodeHash(hash, sibling);
    [position, last] = [half(position), half(last)];
  }
  if (last !== 0) return failed('proof_length');
  return constantTimeEqual(hash, claim.root) ? PASSED : failed('root_mismatch');
}

/** Verifies that a subtree is part of a tree (draft-ietf-plants-merkle-tree-certs, “Subtree Consistency Proofs”). */
export function verifySubtreeConsistency(claim: SubtreeConsistencyClaim): ProofResult {
  const { start, end, size, proof } = claim;
  if (!isSize(start) || !isSize(end) || !isSize(size) || start > end || end > size) return failed('sizes_invalid');
  // Nothing at all is part of every tree, whatever its root.
  if (start === end) {
    if (proof.length !== 0) return failed('proof_not_empty');
    return constantTimeEqual(claim.subtree, sha256Hex('')) ? PASSED : failed('old_root_mismatch');
  }
  if (!isHash(claim.subtree) || !isHash(claim.root) || !proof.every(isHash)) return failed('hash_malformed');
  if (!isSubtree(start, end)) return failed('subtree_invalid');

  let first = start;
  let last = end - 1;
  let top = size - 1;
  const climb = (): void => {
    [first, last, top] = [half(first), half(last), half(top)];
  };
  // Walk up to the widest node that both trees share on the subtree's right edge.
  if (last === top) while (first !== last) climb();
  else while (first !== last && isOdd(last)) climb();

  const rest = [...proof];
  const seed = first === last ? claim.subtree : rest.shift();
  if (seed === undefined) return failed('proof_length');
  let oldHash = seed;
  let newHash = seed;
  for (const sibling of rest) {
    if (top === 0) return failed('proof_length');
    if (isOdd(last) || last === top) {
      if (first < last) oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (!isOdd(last) && last !== 0) climb();
    } else newHash = nodeHash(newHash, sibling);
    climb();
  }
  if (top !== 0) return failed('proof_length');
  if (!constantTimeEqual(oldHash, claim.subtree)) return failed('old_root_mismatch');
  return constantTimeEqual(newHash, claim.root) ? PASSED : failed('root_mismatch');
}

const PASSED: ProofResult = { ok: true };
const HASH = /^[0-9a-f]{64}$/;

function failed(reason: ProofFailure): ProofResult {
  return { ok: false, reason };
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `start` is a multiple of the least power of two that holds the width: then the range is a node of every larger tree. */
function isSubtree(start: number, end: number): boolean {
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}

// Sizes exceed 32 bits, so bits are taken arithmetically.
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
