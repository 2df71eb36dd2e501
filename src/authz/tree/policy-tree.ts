import type { Permissions } from '../policy/permissions.ts';

/** Custom rules as people write them. */
type Rules = NonNullable<Permissions['rules']>;

/** What a leaf says: fields of permissions that make rules, or the rules themselves. What it leaves out is as around the tree. */
export type LeafPolicy = Partial<Omit<Permissions, 'policy' | 'template' | 'temporalRules'>> | Rules;

/** Policies joined: all of them have to agree, or one of them is enough. An empty list agrees to nothing. */
export type PolicyTree =
  | { readonly allOf: readonly PolicyTree[]; readonly label?: string | undefined }
  | { readonly anyOf: readonly PolicyTree[]; readonly label?: string | undefined }
  | { readonly leaf: LeafPolicy; readonly label?: string | undefined };

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

/** One of these is enough; the first that agrees decides. Without any, nothing is allowed. See {@link policyAnd}. */
export function policyOr(anyOf: readonly PolicyTree[], label?: string): PolicyTree {
  return { anyOf, ...(label === undefined ? {} : { label }) };
}

/** One policy of a tree. It narrows what stands around the tree, and widens nothing. See {@link policyAnd}. */
export function policyLeaf(leaf: LeafPolicy, label?: string): PolicyTree {
  return { leaf, ...(label === undefined ? {} : { label }) };
}
