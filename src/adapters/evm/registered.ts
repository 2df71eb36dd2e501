import type { ChainId } from '../../core/ids.ts';
import { type MethodEntry, type MethodTable, methodTable } from './decode/method-entry.ts';
import { STANDARD_METHODS } from './decode/standard-methods.ts';
import { type Descriptor, describedMethods } from './descriptors/index.ts';
import { type Deployment, protocolMethods } from './protocols/index.ts';

/** What a configuration says of contracts: deployments of protocols, and descriptors. */
export interface Registered {
  readonly protocols: readonly Deployment[];
  readonly descriptors: readonly Descriptor[];
}

/** A configuration that says nothing. */
export const NONE_REGISTERED: Registered = Object.freeze({ protocols: [], descriptors: [] });

/**
 * The methods of each registered contract of a chain. A descriptor adds methods that nobody here knows; what a protocol or a
 * standard reads, it cannot read in another way.
 */
export function* deploymentTables(chain: ChainId, { protocols, descriptors }: Registered): Iterable<readonly [string, MethodTable]> {
  const byAddress = new Map<string, readonly MethodEntry[]>(protocolMethods(chain, protocols));
  for (const [address, described] of describedMethods(chain, descriptors)) {
    const known = byAddress.get(address) ?? [];
    const taken = new Set(known.map(({ signature }) => signature.selector));
    const added = described.filter(({ signature }) => !taken.has(signature.selector) && !STANDARD_METHODS.has(signature.selector));
    byAddress.set(address, [...known, ...added]);
  }
  for (const [address, entries] of byAddress) yield [address, methodTable(entries)];
}
