import { z } from 'zod';
import { accountChain, parseAccount } from '../../../core/account.ts';
import { parseChainId } from '../../../core/chain-id.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { ChainId } from '../../../core/ids.ts';
import { addressOf, type EvmAddress } from '../address.ts';
import type { Deployment } from './protocol.ts';
import { PROTOCOLS } from './registry.ts';

/** A contract that the deployment knows to be one of a protocol. */
export interface EvmProtocolOption {
  /** A protocol's name, e.g. `uniswap-v2`. */
  readonly protocol: string;
  /** CAIP-2; may be left out where the adapter serves one chain alone. */
  readonly chain?: string;
  readonly address: string;
  /** The token that it works with: the asset of an `erc4626` vault, the wrapped coin of a router. */
  readonly asset?: string;
}

/** Registered deployments as they are configured. */
export const protocolsSchema = z
  .array(z.strictObject({ protocol: z.string(), chain: z.string().optional(), address: z.string(), asset: z.string().optional() }))
  .max(4_096)
  .default([]);

/** Reads registered deployments; `issue` is told of each that names no protocol, no chain of `chains`, or no address. */
export function readDeployments(
  given: z.output<typeof protocolsSchema>,
  chains: readonly ChainId[],
  issue: (index: number, message: string) => void,
): readonly Deployment[] {
  return given.flatMap(({ protocol, chain: text, address, asset }, index): readonly Deployment[] => {
    const refuse = (message: string): readonly Deployment[] => {
      issue(index, message);
      return [];
    };
    const known = PROTOCOLS.get(protocol);
    if (known === undefined) return refuse(`${protocol.slice(0, 64)} is none of ${[...PROTOCOLS.keys()].join(', ')}.`);
    if (known.needsAsset !== undefined && asset === undefined) return refuse(`Name \`asset\`, ${known.needsAsset}.`);
    try {
      const chain = text === undefined ? chains[0] : parseChainId(text);
      if (chain === undefined || !chains.includes(chain) || (text === undefined && chains.length > 1))
        return refuse('Name one of the configured chains.');
      const read = (spelling: string): EvmAddress => {
        const account = parseAccount(spelling, chain);
        return addressOf(account, accountChain(account));
      };
      return [{ protocol, chain, address: read(address), ...(asset === undefined ? {} : { asset: read(asset) }) }];
    } catch (error) {
      return refuse(isCastellanError(error) ? error.shortMessage : 'The deployment is not readable.');
    }
  });
}
