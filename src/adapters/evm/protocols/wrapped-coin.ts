import type { ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';

/** The contract that wraps the chain's own coin one to one, where routers of that chain use one. */
const WRAPPED: Readonly<Record<string, EvmAddress>> = {
  'eip155:1': '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2',
  'eip155:10': '0x4200000000000000000000000000000000000006',
  'eip155:137': '0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270',
  'eip155:8453': '0x4200000000000000000000000000000000000006',
  'eip155:42161': '0x82af49447d8a07e3bd95bd0d56f35241523fbab1',
};

/** The wrapped coin of a chain; undefined where none is known. */
export function wrappedCoin(chain: ChainId): EvmAddress | undefined {
  return WRAPPED[chain];
}
