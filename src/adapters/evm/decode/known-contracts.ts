import type { AssetId } from '../../../core/ids.ts';
import type { KnownContracts, MethodTable } from './method-entry.ts';
import { PERMIT2_ADDRESS, PERMIT2_METHODS } from './permit2.ts';

/**
 * The contracts of one chain: its listed tokens, the deployments of registered protocols, and Permit2, which is the same on every
 * chain: what it reads nobody can register to be read in another way.
 */
export function knownContracts(
  tokens: ReadonlyMap<string, AssetId>,
  deployments: Iterable<readonly [address: string, methods: MethodTable]> = [],
  delegates: ReadonlySet<string> = new Set(),
): KnownContracts {
  const all = new Map<string, MethodTable>(deployments);
  all.set(PERMIT2_ADDRESS, new Map([...(all.get(PERMIT2_ADDRESS) ?? []), ...PERMIT2_METHODS]));
  return { tokens, delegates, deployments: all };
}
