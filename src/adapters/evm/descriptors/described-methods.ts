import type { ChainId } from '../../../core/ids.ts';
import { parseSignature } from '../decode/abi-signature.ts';
import { type MethodEntry, methodEntry } from '../decode/method-entry.ts';
import { describedCall } from './described-call.ts';
import type { Descriptor } from './descriptor.ts';

/** The methods that descriptors describe on one chain, by lowercase address. They are of no protocol and of no capability. */
export function describedMethods(chain: ChainId, descriptors: readonly Descriptor[]): ReadonlyMap<string, readonly MethodEntry[]> {
  const methods = new Map<string, readonly MethodEntry[]>();
  for (const { kind, deployments, formats } of descriptors) {
    const here = deployments.filter(({ chainId }) => chain === `eip155:${chainId}`);
    if (kind !== 'calldata' || here.length === 0) continue;
    const entries = formats.map((format) => methodEntry(format.key, describedCall(format, parseSignature(format.key).params)));
    for (const { address } of here) methods.set(address, [...(methods.get(address) ?? []), ...entries]);
  }
  return methods;
}
