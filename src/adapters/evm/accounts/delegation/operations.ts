import type { Hex } from 'viem';
import { selectorOf } from '../../decode/abi-signature.ts';

/**
 * Words of `allowedOperations`, and the methods that each stands for. `transfer` is none of a called contract: payments of
 * the coin without data, and `transfer` of the tokens that the limits name.
 */
export const OPERATIONS: Readonly<Record<string, readonly Hex[]>> = {
  transfer: [],
  stake: ['submit(address)', 'stake(uint256)', 'deposit()'].map((signature) => selectorOf(signature) as Hex),
};
