import type { AssetId } from '../../../core/ids.ts';
import { readAbi } from '../decode/abi-reader.ts';
import type { AbiType } from '../decode/abi-type.ts';
import { allowanceAmount, allowed, type Found } from '../decode/found.ts';
import type { MethodCall } from '../decode/method-entry.ts';
import { asFlag, asInteger } from '../decode/values.ts';

/** Arguments of EIP-2612 `permit` and of the form of DAI, without their selector. */
const EIP2612: readonly AbiType[] = ['address', 'address', 'uint256', 'uint256', 'uint8', 'bytes32', 'bytes32'];
const DAI: readonly AbiType[] = ['address', 'address', 'uint256', 'uint256', 'bool', 'uint8', 'bytes32', 'bytes32'];
/** Forms in which the router fills in owner and spender, itself, by their length: EIP-2612, DAI, Permit2. */
const COMPACT_LENGTHS: readonly number[] = [100, 72, 96];

/**
 * A signed right to a token that travels in the bytes of a swap and is handed in before it; empty is none. In a compact form
 * it is the router's and of any amount.
 *
 * @returns the right, or why it cannot be told
 */
export function permitEffects(call: MethodCall, token: AssetId, permit: Uint8Array): readonly Found[] | string {
  if (permit.length === 0) return [];
  if (COMPACT_LENGTHS.includes(permit.length)) return [allowed(call.frame.sender, call.contract, token, 'unlimited')];
  const plain = readAbi(permit, 0, EIP2612);
  if (plain !== null) return [allowed(call.account(plain[0]), call.account(plain[1]), token, allowanceAmount(asInteger(plain[2])))];
  const dai = readAbi(permit, 0, DAI);
  if (dai !== null) return [allowed(call.account(dai[0]), call.account(dai[1]), token, asFlag(dai[4]) ? 'unlimited' : 0n)];
  return 'it carries a permit of a form that is not known';
}
