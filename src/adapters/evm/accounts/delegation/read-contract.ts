import { type Abi, decodeFunctionResult, encodeFunctionData } from 'viem';
import { CastellanError } from '../../../../core/errors.ts';
import type { EvmAddress } from '../../address.ts';
import { malformed, readBytes } from '../../answer.ts';
import type { RpcClient } from '../../client.ts';

/** Asks a contract, by the newest block. @throws CHAIN_RESPONSE_INVALID where the answer is none of that function's */
export async function readContract(
  client: RpcClient,
  to: EvmAddress,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
  signal?: AbortSignal,
): Promise<unknown> {
  const data = encodeFunctionData({ abi, functionName, args } as never);
  const answer = readBytes(await client.request('eth_call', [{ to, data }, 'latest'], signal), functionName);
  try {
    return decodeFunctionResult({ abi, functionName, data: answer } as never);
  } catch {
    throw malformed(functionName);
  }
}

/** The addresses of these that hold no code. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function withoutCode(
  client: RpcClient,
  addresses: readonly EvmAddress[],
  signal?: AbortSignal,
): Promise<readonly EvmAddress[]> {
  const codes = await Promise.all(
    addresses.map(async (address) => readBytes(await client.request('eth_getCode', [address, 'latest'], signal), 'code')),
  );
  return addresses.filter((_, index) => codes[index] === '0x');
}

/** The error where an account is not what its plan says. */
export function notAsPlanned(reason: string): CastellanError {
  return new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: `The account on the chain is not the one that was planned (${reason.replaceAll('_', ' ')}).`,
    details: { reason },
  });
}
