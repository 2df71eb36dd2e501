import { encodeFunctionData, parseAbi } from 'viem';
import type { EvmAddress } from '../../address.ts';
import { hexOf } from '../../address.ts';
import { readAbi } from '../../decode/abi-reader.ts';
import { selectorOf } from '../../decode/abi-signature.ts';

/** What a Safe is asked to do: one plain call, for which it refunds nobody. */
export interface SafeCall {
  readonly to: EvmAddress;
  readonly value: bigint;
  readonly data: Uint8Array;
}

/** A call of `execTransaction` that asks for a {@link SafeCall} and nothing else. */
export interface SafeExec extends SafeCall {
  readonly signatures: Uint8Array;
}

const ABI = parseAbi([
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
]);
const NOBODY: EvmAddress = `0x${'0'.repeat(40)}`;
const TYPES = ['address', 'uint256', 'bytes', 'uint8', 'uint256', 'uint256', 'uint256', 'address', 'address', 'bytes'] as const;
const SELECTOR = selectorOf(`execTransaction(${TYPES.join(',')})`);

/** The calldata for a Safe. Without gas of its own the inner call must succeed, or all of it reverts. */
export function writeExec({ to, value, data, signatures }: SafeExec): Uint8Array {
  const args = [to, value, hexOf(data), 0, 0n, 0n, 0n, NOBODY, NOBODY, hexOf(signatures)] as const;
  return new Uint8Array(Buffer.from(encodeFunctionData({ abi: ABI, functionName: 'execTransaction', args }).slice(2), 'hex'));
}

/**
 * Reads such calldata. Null for anything else: another method, an encoding that is not the canonical one, a delegated call
 * (which would run foreign code as the Safe), a gas refund or gas of its own.
 */
export function readExec(calldata: Uint8Array): SafeExec | null {
  if (calldata.length < 4 || hexOf(calldata, 0, 4) !== SELECTOR) return null;
  const values = readAbi(calldata, 4, TYPES);
  if (values === null) return null;
  const [to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, signatures] = values;
  const isPlain = [operation, safeTxGas, baseGas, gasPrice].every((number) => number === 0n);
  if (!isPlain || gasToken !== NOBODY || refundReceiver !== NOBODY) return null;
  return { to: to as EvmAddress, value: value as bigint, data: data as Uint8Array, signatures: signatures as Uint8Array };
}
