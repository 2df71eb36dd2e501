import type { LeafPolicy, PolicyTree } from '../policy/permissions.ts';

/**
 * All of these have to agree; the strictest decides. Without any, nothing is allowed.
 *
 * @example
 * ```ts
 * import { policyAnd, policyLeaf, policyOr } from 'castellan';
 *
 * const small = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: 1 } }, 'small');
 * const known = policyLeaf({ allowedDestinations: ['0x000000000000000000000000000000000000dEaD'] }, 'known');
 * const tree = policyAnd([policyOr([small, known], 'who'), policyLeaf({ allowedChains: ['eip155:1'] }, 'where')], 'treasury');
 * console.log(JSON.stringify(tree).includes('"anyOf"')); // true
 * ```
 */
export function policyAnd(allOf: readonly PolicyTree[], label?: string): PolicyTree {
  return { allOf, ...(label === undefined ? {} : { label }) };
}

/**
 * One of these is enough; the first that agrees decides. Without any, nothing is allowed.
 *
 * @example
 * ```ts
 * import { policyLeaf, policyOr } from 'castellan';
 *
 * const small = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: '1' } }, 'small');
 * const asked = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: '5' }, requireApproval: true }, 'asked');
 * console.log(Object.keys(policyOr([small, asked], 'size')).join(' ')); // anyOf label
 * ```
 */
export function policyOr(anyOf: readonly PolicyTree[], label?: string): PolicyTree {
  return { anyOf, ...(label === undefined ? {} : { label }) };
}

/**
 * One policy of a tree. It narrows what stands around the tree, and widens nothing.
 *
 * @param label - what the decision calls it where it decides
 * @example
 * ```ts
 * import { policyLeaf } from 'castellan';
 *
 * console.log(policyLeaf({ allowedChains: ['eip155:1'] }, 'where').label); // where
 * ```
 */
export function policyLeaf(leaf: LeafPolicy, label?: string): PolicyTree {
  return { leaf, ...(label === undefined ? {} : { label }) };
}
