import type { ChainAdapter, ChainNode, Codec } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId, ChainId } from '../../core/ids.ts';
import type { Random } from '../../core/random.ts';
import { createEip712Verifier } from './approval-verifier.ts';
import { readHead } from './block.ts';
import { broadcast } from './broadcast.ts';
import { createRpcClient } from './client.ts';
import { createEvmCodec } from './codec.ts';
import type { EvmAdapterOptions, EvmChainConfig, EvmChainOptions, FetchFunction } from './config.ts';
import { readOptions } from './config.ts';
import { quoteFee } from './fees.ts';
import { readSequence } from './sequence.ts';
import { simulate } from './simulate.ts';
import type { ChainTokens } from './tokens.ts';
import { chainTokens, tokenList } from './tokens.ts';
import { readStatus, settle } from './watch.ts';

/** Tokens of the configuration that every simulation looks at; those a caller names come on top. */
const ALWAYS_WATCHED = 64;

function createNode(config: EvmChainConfig, tokens: ChainTokens, codec: Codec, clock: Clock, network?: FetchFunction): ChainNode {
  const { chain } = config;
  const client = createRpcClient(config, clock, network);
  const always = tokens.erc20.slice(0, ALWAYS_WATCHED).map(({ token }) => token.asset);
  const own = (given: ChainId): void => {
    if (given !== chain)
      throw new CastellanError('CHAIN_INVALID', { message: 'The transaction is for another chain.', details: { chain: given } });
  };
  return {
    chain,
    rebroadcastMs: null,
    verifyChain: (signal) => client.verify(signal),
    quote: (action, wallet, options) => quoteFee(client, chain, action, wallet, options),
    async simulate(tx, { watch = [], signal }) {
      own(tx.chain);
      const decoded = codec.decode(tx);
      const watched = [...new Set<AssetId>([...watch, ...always])].filter((asset) => asset.startsWith(`${chain}/`));
      return simulate({ client, tx, decoded, watch: watched, ...(signal === undefined ? {} : { signal }) });
    },
    sequence: (wallet, signal) => readSequence(client, chain, wallet, signal),
    async broadcast(signed, signal) {
      own(signed.chain);
      return broadcast(client, signed, signal);
    },
    async status(signed, signal) {
      own(signed.chain);
      return readStatus(client, config, signed, signal);
    },
    async settle(signed, options) {
      own(signed.chain);
      return settle(client, config, clock, signed, options);
    },
    async head(signal) {
      const { number, timestampMs } = await readHead(client, 'latest', signal);
      return { number: String(number), timestampMs };
    },
    async close() {
      client.close();
    },
  };
}

/**
 * Makes the adapter of the EVM chains.
 * @throws CONFIG_INVALID naming every wrong field at once
 */
export function createEvmAdapter(options: EvmAdapterOptions): ChainAdapter {
  const { chains, clock, fetch: network } = readOptions(options);
  const tokens = new Map(chains.map((config): [ChainId, ChainTokens] => [config.chain, chainTokens(config)]));
  const codec = createEvmCodec(tokens);
  const nodes = new Map<ChainId, ChainNode>();
  for (const config of chains) nodes.set(config.chain, createNode(config, tokens.get(config.chain) as ChainTokens, codec, clock, network));
  return {
    family: 'evm',
    chains: chains.map(({ chain }) => chain),
    codec,
    tokens: [...tokens.values()].flatMap(tokenList),
    verifiers: [createEip712Verifier()],
    node(chain) {
      const node = nodes.get(chain);
      if (node === undefined)
        throw new CastellanError('CHAIN_INVALID', { message: 'This adapter does not serve the chain.', details: { chain } });
      return node;
    },
  };
}

/** Makes an adapter once the manager hands over its host. */
export interface EvmAdapterFactory {
  create(host: { readonly clock: Clock; readonly random: Random }): ChainAdapter;
}

/**
 * One EVM chain, or several, of a manager's configuration.
 *
 * @example
 * ```ts
 * chains: [evm({ chain: 'eip155:1', rpcUrl: 'https://…', confirmations: 3 })]
 * ```
 * @throws CONFIG_INVALID from `create`, naming every wrong field at once
 */
export function evm(options: EvmChainOptions | Omit<EvmAdapterOptions, 'clock'>): EvmAdapterFactory {
  return { create: ({ clock }) => createEvmAdapter('chain' in options ? { chains: [options], clock } : { ...options, clock }) };
}
