import { concat, encodeFunctionData, type Hex, numberToHex, parseAbi } from 'viem';
import { type EvmAddress, hexOf } from '../../address.ts';
import { readAbi } from '../../decode/abi-reader.ts';
import { selectorOf } from '../../decode/abi-signature.ts';
import type { AccountCall } from './admits.ts';

const ABI = parseAbi(['function redeemDelegations(bytes[] contexts, bytes32[] modes, bytes[] executions)']);
const SELECTOR = selectorOf('redeemDelegations(bytes[],bytes32[],bytes[])');
/** ERC-7579: one call, and what fails in it fails the whole. */
const SINGLE: Hex = `0x${'00'.repeat(32)}`;
/** Calls of one redemption. Each checks a delegation anew: about 200,000 gas. */
export const MAX_REDEMPTIONS = 16;
/** Address and value, packed before the calldata. */
const HEAD = 52;

/** A call, and the context that permits it. */
export interface Redemption {
  readonly context: Hex;
  readonly call: AccountCall;
}

/** Calldata of `redeemDelegations`, one delegation and one single call each, all or none. */
export function encodeRedemptions(redemptions: readonly Redemption[]): Hex {
  const executions = redemptions.map(({ call }) => concat([call.to, numberToHex(call.value, { size: 32 }), call.data]));
  const args = [redemptions.map(({ context }) => context), redemptions.map(() => SINGLE), executions] as const;
  return encodeFunctionData({ abi: ABI, functionName: 'redeemDelegations', args });
}

/** Reads such calldata; undefined for other methods, other modes (batches, failures that pass) and any encoding but the canonical one. */
export function readRedemptions(data: Uint8Array): readonly Redemption[] | undefined {
  if (data.length < 4 || hexOf(data, 0, 4) !== SELECTOR) return undefined;
  const values = readAbi(data, 4, [{ list: 'bytes' }, { list: 'bytes32' }, { list: 'bytes' }]);
  if (values === null) return undefined;
  const [contexts, modes, executions] = values as unknown as readonly [readonly Uint8Array[], readonly Hex[], readonly Uint8Array[]];
  const count = contexts.length;
  if (count === 0 || count > MAX_REDEMPTIONS || modes.length !== count || executions.length !== count) return undefined;
  if (modes.some((mode) => mode !== SINGLE) || executions.some((execution) => execution.length < HEAD)) return undefined;
  return executions.map((execution, index) => ({
    context: hexOf(contexts[index] as Uint8Array),
    call: {
      to: hexOf(execution, 0, 20) as EvmAddress,
      value: BigInt(hexOf(execution, 20, HEAD)),
      data: hexOf(execution, HEAD),
    },
  }));
}
