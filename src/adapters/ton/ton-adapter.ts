import { nativeAssetId, tokenAsset } from '../../core/asset.ts';
import type { ChainAdapter, ChainNode, Codec } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId, ChainId } from '../../core/ids.ts';
import type { Random } from '../../core/random.ts';
import { readActivity } from './activity.ts';
import { readBalances } from './balances.ts';
import { readHead } from './block.ts';
import { broadcast } from './broadcast.ts';
import { createTonClient } from './client.ts';
import { createTonCodec } from './codec.ts';
import type { CodecChain } from './codec-chain.ts';
import type { FetchFunction, TonAdapterOptions, TonChainConfig, TonChainOptions } from './config.ts';
import { readOptions } from './config.ts';
import { inspect } from './inspect.ts';
import { lookUp } from './look-up.ts';
import { createTonMarket } from './market/ton-market.ts';
import { resolveDnsName } from './names.ts';
import { NO_PROTOCOLS, protocolsOf } from './protocols/index.ts';
import { quoteFee } from './quote-fee.ts';
import { readSequence } from './sequence.ts';
import { createEmulator } from './simulation/emulator.ts';
import { simulate } from './simulation/simulate.ts';
import { survey } from './survey.ts';
import { tokenList } from './tokens.ts';
import { readStatus, settle } from './watch.ts';

/** One unit is 10^9 nanoton. */
const NATIVE_DECIMALS = 9;
/** Tokens of the configuration that every simulation looks at; those a caller names come on top. */
const ALWAYS_WATCHED = 64;
/** Messages that are remembered as handed in; each is void after an hour at most. */
const MAX_SENT = 4_096;

/** Resolves a chain's configuration for the codec; a token's identity is its minter, never its symbol. */
function codecChain(config: TonChainConfig): CodecChain {
  const { chain, validForMs, jettonGas, gasPrices } = config;
  return {
    tokens: {
      chain,
      globalId: chain === 'ton:-239' ? -239 : -3,
      native: { asset: nativeAssetId(chain), symbol: config.nativeSymbol, decimals: NATIVE_DECIMALS },
      jettons: config.tokens.map(({ address, symbol, decimals }) => ({
        minter: address,
        token: { asset: tokenAsset(chain, address), symbol, decimals },
      })),
    },
    prices: gasPrices,
    validForMs,
    jettonGas,
    protocols: protocolsOf(chain, config.protocols),
  };
}

function remember(sent: Set<string>, hash: string): void {
  for (const oldest of sent) {
    if (sent.size < MAX_SENT) break;
    sent.delete(oldest);
  }
  sent.add(hash);
}

function createNode(config: TonChainConfig, own: CodecChain, codec: Codec, clock: Clock, network?: FetchFunction): ChainNode {
  const { chain } = config;
  const client = createTonClient(config, clock, network);
  const emulator =
    config.emulator === undefined
      ? undefined
      : createEmulator({ chain, ...config.emulator, timeoutMs: config.timeoutMs, clock, fetch: network });
  const always = own.tokens.jettons.slice(0, ALWAYS_WATCHED).map(({ token }) => token.asset);
  const sent = new Set<string>();
  const check = (given: ChainId): void => {
    if (given !== chain)
      throw new CastellanError('CHAIN_INVALID', { message: 'The transaction is for another chain.', details: { chain: given } });
  };
  return {
    chain,
    rebroadcastMs: config.rebroadcastMs,
    verifyChain: (signal) => client.verify(signal),
    balances: (account, assets, signal) => readBalances(client, account, assets, signal),
    resolveName: (name, signal) => resolveDnsName(client, name, config.dnsRoot, signal),
    inspect: (accounts, signal) => inspect(client, chain, accounts, signal),
    lookUp: (question, signal) => lookUp(client, question, signal),
    activity: (accounts, cursor, signal) => readActivity(client, chain, accounts, cursor, signal),
    survey: (action, wallet, signal) => survey(client, action, wallet, signal, own.protocols),
    quote: (action, wallet, options) => quoteFee(client, own, clock, action, wallet, options),
    async simulate(tx, { watch = [], signal }) {
      check(tx.chain);
      const decoded = codec.decode(tx);
      const watched = [...new Set<AssetId>([...watch, ...always])].filter((asset) => asset.startsWith(`${chain}/`));
      return simulate({ client, clock, tx, decoded, watch: watched, emulator, ...(signal === undefined ? {} : { signal }) });
    },
    sequence: (wallet, signal) => readSequence(client, config, clock, wallet, signal),
    async broadcast(signed, signal) {
      check(signed.chain);
      const result = await broadcast(client, signed, sent, signal);
      if (result.status === 'accepted') remember(sent, result.hash);
      return result;
    },
    async status(signed, signal) {
      check(signed.chain);
      return readStatus(client, config, clock, signed, signal);
    },
    async settle(signed, options) {
      check(signed.chain);
      return settle(client, config, clock, signed, options);
    },
    async head(signal) {
      const { seqno, timestampMs } = await readHead(client, signal);
      return { number: String(seqno), timestampMs };
    },
    ...(config.market === undefined ? {} : { market: createTonMarket(client, config.market, own.protocols ?? NO_PROTOCOLS, clock) }),
    trust: () => ({ configured: client.endpoints, quorum: client.quorum, resting: client.resting() }),
    async close() {
      client.close();
      emulator?.close();
    },
  };
}

/**
 * Makes the adapter of the TON chains.
 *
 * @param options - chains and clock
 * @throws CONFIG_INVALID naming every wrong field at once
 * @example
 * ```ts
 * import { createManualClock } from 'castellan/testing';
 * import { createTonAdapter } from 'castellan/ton';
 *
 * const chains = [{ chain: 'ton:-239', endpoint: 'https://ton.acme.example/api/v2/jsonRPC' }];
 * console.log(createTonAdapter({ chains, clock: createManualClock() }).chains); // [ 'ton:-239' ]
 * ```
 */
export function createTonAdapter(options: TonAdapterOptions): ChainAdapter {
  const { chains, clock, fetch: network } = readOptions(options);
  const own = new Map(chains.map((config): [ChainId, CodecChain] => [config.chain, codecChain(config)]));
  const codec = createTonCodec(own);
  const nodes = new Map<ChainId, ChainNode>();
  for (const config of chains) nodes.set(config.chain, createNode(config, own.get(config.chain) as CodecChain, codec, clock, network));
  return {
    family: 'ton',
    chains: chains.map(({ chain }) => chain),
    codec,
    tokens: [...own.values()].flatMap(({ tokens }) => tokenList(tokens)),
    node(chain) {
      const node = nodes.get(chain);
      if (node === undefined)
        throw new CastellanError('CHAIN_INVALID', { message: 'This adapter does not serve the chain.', details: { chain } });
      return node;
    },
  };
}

/** Makes an adapter once the manager hands over its host. */
export interface TonAdapterFactory {
  /** Makes the adapter; the manager calls this with its own clock. @throws CONFIG_INVALID naming every wrong field at once */
  create(host: { readonly clock: Clock; readonly random: Random }): ChainAdapter;
}

/**
 * One TON chain, or both, of a manager's configuration.
 *
 * Simulation needs the optional package `@ton/sandbox`; without it every transaction is denied as `simulation_unavailable`.
 *
 * @param options - one chain, or `{ chains }`
 * @throws CONFIG_INVALID from `create`, naming every wrong field at once
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 *
 * const chain = await startTonDevChain();
 * const security = createSecurityManager({ chains: [ton({ chain: 'ton:-3', endpoint: chain.url })], agents: { a1: { template: 'balanced' } } });
 * console.log((await security.custody.createWallet('owner', 'a1')).chain); // ton:-3
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function ton(options: TonChainOptions | Omit<TonAdapterOptions, 'clock'>): TonAdapterFactory {
  return { create: ({ clock }) => createTonAdapter('chain' in options ? { chains: [options], clock } : { ...options, clock }) };
}
