import type { ChainFamily } from './address/family.ts';
import { familyOf } from './chain-family.ts';
import { CastellanError } from './errors.ts';
import type { ChainId } from './ids.ts';

/** TON's public network. */
export const TON_MAINNET = 'ton:-239' as ChainId;

/**
 * Reads a CAIP-2 chain id into its one spelling: `eip155:<number>` (1 to 2^53 - 1, no leading zero), `ton:-239`,
 * `ton:-3`, or a chain of a registered family; the alias `tvm:` becomes `ton:`.
 * @throws CHAIN_INVALID for anything else
 * @example
 * ```ts
 * import { parseChainId } from 'castellan/adapter';
 *
 * console.log(parseChainId('tvm:-239')); // ton:-239
 * ```
 */
export function parseChainId(text: string): ChainId {
  const colon = typeof text === 'string' ? text.indexOf(':') : -1;
  const family = colon > 0 ? familyOf(text.slice(0, colon)) : undefined;
  const reference = family?.chainReference(text.slice(colon + 1));
  if (family !== undefined && reference !== undefined) return `${family.namespace}:${reference}` as ChainId;
  throw new CastellanError('CHAIN_INVALID', {
    message: 'A chain id is `eip155:<number>`, `ton:-239`, `ton:-3`, or one of a registered family.',
  });
}

/** The family of a chain, by its namespace: `eip155`, `ton`, … @throws CHAIN_INVALID */
export function chainNamespace(chain: ChainId): string {
  return chainFamily(chain).namespace;
}

/** The family of a chain. @throws CHAIN_INVALID */
export function chainFamily(chain: ChainId): ChainFamily {
  const family = familyOf(chain.slice(0, chain.indexOf(':')));
  if (family?.chainReference(chainReference(chain)) !== undefined) return family;
  throw new CastellanError('CHAIN_INVALID', { message: 'The chain is of no known family.' });
}

/** What follows the namespace. */
export function chainReference(chain: ChainId): string {
  return chain.slice(chain.indexOf(':') + 1);
}

/** The number that EVM transactions carry. @throws CHAIN_INVALID for a chain of another family */
export function evmChainNumber(chain: ChainId): number {
  if (!chain.startsWith('eip155:') || parseChainId(chain) !== chain)
    throw new CastellanError('CHAIN_INVALID', { message: 'The chain is no EVM chain.' });
  return Number(chainReference(chain));
}
