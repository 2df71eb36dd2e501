import { CastellanError } from './errors.ts';
import type { ChainId } from './ids.ts';

/** TON's public network. */
export const TON_MAINNET = 'ton:-239' as ChainId;
/** TON's test network: addresses may carry the test flag there. */
export const TON_TESTNET = 'ton:-3' as ChainId;

/** The families of chains whose accounts and assets have a spelling here. */
export type ChainNamespace = 'eip155' | 'ton';

const EIP155 = /^eip155:[1-9][0-9]{0,15}$/;
const TON = new Map<string, ChainId>([
  ['ton:-239', TON_MAINNET],
  ['ton:-3', TON_TESTNET],
  ['tvm:-239', TON_MAINNET],
  ['tvm:-3', TON_TESTNET],
]);

/**
 * Reads a CAIP-2 chain id into its one spelling: `eip155:<number>` (1 to 2^53 - 1, no leading zero), `ton:-239`,
 * `ton:-3`; the alias `tvm:` becomes `ton:`.
 * @throws CHAIN_INVALID for anything else
 */
export function parseChainId(text: string): ChainId {
  if (typeof text === 'string') {
    if (EIP155.test(text) && Number.isSafeInteger(Number(text.slice(7)))) return text as ChainId;
    const ton = TON.get(text);
    if (ton !== undefined) return ton;
  }
  throw new CastellanError('CHAIN_INVALID', { message: 'A chain id is `eip155:<number>`, `ton:-239` or `ton:-3`.' });
}

/** The family of a chain. */
export function chainNamespace(chain: ChainId): ChainNamespace {
  if (chain.startsWith('eip155:')) return 'eip155';
  if (TON.has(chain)) return 'ton';
  throw new CastellanError('CHAIN_INVALID', { message: 'The chain is of no known family.' });
}

/** The number that EVM transactions carry. @throws CHAIN_INVALID for a chain of another family */
export function evmChainNumber(chain: ChainId): number {
  if (!EIP155.test(chain)) throw new CastellanError('CHAIN_INVALID', { message: 'The chain is no EVM chain.' });
  return Number(chain.slice(7));
}
