import type { ChainAdapter, ChainNode, Codec } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { ForkLauncher } from '../../core/fork.ts';
import type { AssetId, ChainId } from '../../core/ids.ts';
import type { Net } from '../../core/net.ts';
import type { Random } from '../../core/random.ts';
import type { AccountTools } from './accounts/account-model.ts';
import { createSmartAccounts } from './accounts/smart-accounts.ts';
import { createSponsor } from './accounts/sponsor.ts';
import { readActivity } from './activity.ts';
import { readAllowance } from './allowance.ts';
import { createEip712Verifier } from './approval-verifier.ts';
import { readBalances } from './balances.ts';
import { readHead } from './block.ts';
import { broadcast } from './broadcast.ts';
import { createRpcClient, type RpcClient } from './client.ts';
import { createEvmCodec } from './codec.ts';
import type { EvmAdapterOptions, EvmChainConfig, EvmChainOptions } from './config.ts';
import { readOptions } from './config.ts';
import { quoteFee } from './fees.ts';
import { inspect } from './inspect.ts';
import { lookUp } from './look-up.ts';
import { createEvmMarket } from './market/evm-market.ts';
import { resolveEnsName } from './names.ts';
import { requote } from './replace.ts';
import { readSequence } from './sequence.ts';
import { finalBlock, readSignatureStatus } from './signatures/index.ts';
import { simulate } from './simulate.ts';
import { createForkClient, type ForkClient } from './simulation/fork-client.ts';
import type { ChainTokens } from './tokens.ts';
import { chainTokens, tokenList } from './tokens.ts';
import { readStatus, settle } from './watch.ts';

/** Tokens of the configuration that every simulation looks at; those a caller names come on top. */
const ALWAYS_WATCHED = 64;

/** The local fork that a chain is configured with. @throws CONFIG_INVALID where nothing can begin one */
function forkOf(
  parts: Omit<Parameters<typeof createForkClient>[0], 'binary' | 'launch' | 'config'> & { readonly config: EvmChainConfig },
  launch: ForkLauncher | undefined,
): ForkClient | undefined {
  const { config } = parts;
  if (config.simulation === undefined) return undefined;
  if (launch !== undefined) return createForkClient({ ...parts, binary: config.simulation.anvil, launch });
  throw new CastellanError('CONFIG_INVALID', {
    message: 'A chain is to be simulated on a local fork, and nothing here can begin one.',
    details: { fields: [`${config.chain}: simulation.anvil`] },
  });
}

function createNode(
  config: EvmChainConfig,
  tokens: ChainTokens,
  codec: Codec,
  clock: Clock,
  client: RpcClient,
  fork: ForkClient | undefined,
): ChainNode {
  const { chain } = config;
  const always = tokens.erc20.slice(0, ALWAYS_WATCHED).map(({ token }) => token.asset);
  const own = (given: ChainId): void => {
    if (given !== chain)
      throw new CastellanError('CHAIN_INVALID', { message: 'The transaction is for another chain.', details: { chain: given } });
  };
  return {
    chain,
    rebroadcastMs: null,
    verifyChain: (signal) => client.verify(signal),
    allowance: (asset, owner, spender, signal) => readAllowance(client, chain, { asset, owner, spender }, signal),
    balances: (account, assets, signal) => readBalances(client, chain, account, assets, signal),
    resolveName: (name, signal) => resolveEnsName(client, chain, config.ensRegistry, name, signal),
    inspect: (accounts, signal) => inspect(client, chain, accounts, signal),
    lookUp: (question, signal) => lookUp(client, chain, question, signal),
    activity: (accounts, cursor, signal) => readActivity(client, tokens, accounts, cursor, signal),
    signatureStatus: (mark, wallet, signal) => readSignatureStatus(client, config, mark, wallet, signal),
    async finalHead(signal) {
      const { number, timestampMs } = await finalBlock(client, config, signal);
      return { number: String(number), timestampMs };
    },
    quote: (action, wallet, options) => quoteFee(client, chain, action, wallet, options),
    async simulate(tx, { watch = [], signal }) {
      own(tx.chain);
      const decoded = codec.decode(tx);
      const watched = [...new Set<AssetId>([...watch, ...always])].filter((asset) => asset.startsWith(`${chain}/`));
      return simulate({ client, fork, tx, decoded, watch: watched, ...(signal === undefined ? {} : { signal }) });
    },
    requote: (stuck, options) => requote(client, chain, stuck, options),
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
    ...(config.market === undefined ? {} : { market: createEvmMarket(client, chain, config.market, clock) }),
    trust: () => ({ configured: client.endpoints, quorum: client.quorum, resting: client.resting() }),
    async close() {
      client.close();
      await fork?.close();
    },
  };
}

/**
 * Makes the adapter of the EVM chains.
 *
 * @param options - chains and clock; `confirmations` in blocks
 * @throws CONFIG_INVALID naming every wrong field at once
 * @example
 * ```ts
 * import { createEvmAdapter } from 'castellan/evm';
 * import { createManualClock } from 'castellan/testing';
 *
 * const chains = [{ chain: 'eip155:1', rpcUrl: 'https://rpc.acme.example', confirmations: 3 }];
 * console.log(createEvmAdapter({ chains, clock: createManualClock() }).chains); // [ 'eip155:1' ]
 * ```
 */
export function createEvmAdapter(options: EvmAdapterOptions): ChainAdapter {
  const { chains, clock, fetch: custom, net, fork, accounts, protocols, descriptors } = readOptions(options);
  const tokens = new Map(chains.map((config): [ChainId, ChainTokens] => [config.chain, chainTokens(config)]));
  const codec = createEvmCodec(tokens, { protocols, descriptors });
  const nodes = new Map<ChainId, ChainNode>();
  const tools = new Map<ChainId, AccountTools>();
  for (const config of chains) {
    const { chain } = config;
    const client = createRpcClient(config, clock, custom, net);
    const local = forkOf({ config, client, clock, net }, fork);
    nodes.set(chain, createNode(config, tokens.get(chain) as ChainTokens, codec, clock, client, local));
    tools.set(chain, { chain, client, config: accounts, send: createSponsor({ client, config, clock, sponsor: accounts.sponsor }) });
  }
  return {
    family: 'evm',
    chains: chains.map(({ chain }) => chain),
    codec,
    tokens: [...tokens.values()].flatMap(tokenList),
    verifiers: [createEip712Verifier()],
    accounts: createSmartAccounts(tools),
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
  /** Makes the adapter; the manager calls this with its own clock. @throws CONFIG_INVALID naming every wrong field at once */
  create(host: { readonly clock: Clock; readonly random: Random; readonly fork?: ForkLauncher; readonly net?: Net }): ChainAdapter;
}

/**
 * One EVM chain, or several, of a manager's configuration. `accounts` is for wallets that are contracts.
 *
 * @param options - one chain, or `{ chains }`; `confirmations` in blocks
 * @throws CONFIG_INVALID from `create`, naming every wrong field at once
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { evm } from 'castellan/evm';
 *
 * const chains = [evm({ chain: 'eip155:31337', rpcUrl: 'http://127.0.0.1:8545', confirmations: 1 })];
 * const security = createSecurityManager({ chains, agents: { a1: { template: 'conservative', limits: { unit: 'ETH', daily: 1 } } } });
 * const { chain } = await security.custody.createWallet('owner', 'a1');
 * console.log(chain); // eip155:31337
 * await security.shutdown();
 * ```
 */
export function evm(
  options: (EvmChainOptions & Pick<EvmAdapterOptions, 'accounts' | 'protocols' | 'descriptors'>) | Omit<EvmAdapterOptions, 'clock'>,
): EvmAdapterFactory {
  const read = (): Omit<EvmAdapterOptions, 'clock'> => {
    if (!('chain' in options)) return options;
    const { accounts, protocols, descriptors, ...chain } = options;
    return {
      chains: [chain],
      ...(accounts === undefined ? {} : { accounts }),
      ...(protocols === undefined ? {} : { protocols }),
      ...(descriptors === undefined ? {} : { descriptors }),
    };
  };
  return {
    create: ({ clock, fork, net }) =>
      createEvmAdapter({ ...read(), clock, ...(fork === undefined ? {} : { fork }), ...(net === undefined ? {} : { net }) }),
  };
}
