import { type Address, getAddress, type Hex, hexToBytes, http, keccak256 } from 'viem';
import {
  type AccountId,
  type AgentSigningPort,
  accountChain,
  accountKey,
  CastellanError,
  evmChainNumber,
  toHex,
} from '../../../core/index.ts';
import { createAskings } from './asked-before.ts';
import { ProviderRpcError, RPC, toRpcError } from './rpc-error.ts';
import { methodKind } from './rpc-methods.ts';
import { readSignatureParams, writeTypedData } from './signature-order.ts';
import { fillTransaction, readTransactionParams } from './transaction-params.ts';

/** Anything that answers JSON-RPC calls: an EIP-1193 provider, or a viem client. */
export interface Upstream {
  /** Answers one call, or rejects with the node's error. */
  request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

/** How a guarded provider is made. */
export interface GuardedProviderOptions {
  /** Of `security.agent(id)`. */
  readonly agent: AgentSigningPort;
  /** The agent's wallets on this chain, as `createWallet` gives them. */
  readonly wallets: readonly { readonly account: AccountId }[];
  /** The node: where reads go, and what was signed. A URL, or what answers calls. */
  readonly upstream: string | Upstream;
  /** How long the node may take, ms; for a URL. Default 10,000. */
  readonly timeoutMs?: number;
}

/** A provider in the form of EIP-1193. Accounts and chain never change, so no event is ever emitted. */
export interface GuardedProvider {
  /** Passes on what reads, and takes through the gate what signs or sends. @throws ProviderRpcError */
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
  /** Takes a listener that is never called. */
  on(event: string, listener: (...args: never[]) => void): GuardedProvider;
  /** Does nothing, for the same reason. */
  removeListener(event: string, listener: (...args: never[]) => void): GuardedProvider;
}

/** Signed transactions that are remembered as our own. */
const MAX_REMEMBERED = 1_024;

/** The node behind a URL, through viem's transport: no retries, bounded in time. */
function upstreamOf({ upstream, timeoutMs = 10_000 }: GuardedProviderOptions): Upstream {
  if (typeof upstream !== 'string') return upstream;
  const { request } = http(upstream, { retryCount: 0, timeout: timeoutMs })({});
  return { request: ({ method, params = [] }) => request({ method, params } as never) };
}

/**
 * An EIP-1193 provider in front of a node: what reads passes through, what signs or sends passes the gate, and everything else
 * is refused. Give it to viem (`custom(provider)`), to ethers (`new BrowserProvider(provider)`) or to any wallet library.
 *
 * A transaction that names no nonce gets the wallet's next one; those of one wallet are built one after the other. Raw
 * transactions are handed on only where this provider signed them. Where a person has to decide, the refusal says so (`data.verdict`
 * `escalated`, `data.approvalId`); the same asked for again after their yes goes out as the request that they saw.
 *
 * Fails closed when the gate says no: 4001 with `data` {code, reason, verdict, rule, decisionId, requestId}; 4100 for an account that
 * is not the agent's; 4200 for a method that is not known; -32602 for parameters that cannot be read.
 *
 * @throws REQUEST_INVALID without a wallet, or for wallets of several chains
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { evm } from 'castellan/evm';
 * import { createGuardedProvider } from 'castellan/wallets';
 * import { createTestClient, getAddress, http } from 'viem';
 *
 * const rpcUrl = 'http://127.0.0.1:8545';
 * const shop = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
 * const security = createSecurityManager({
 *   chains: [evm({ chain: 'eip155:31337', rpcUrl, confirmations: 1 })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'ETH', perTransaction: 1, daily: 5 }, allowedDestinations: [shop] } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * await createTestClient({ mode: 'anvil', transport: http(rpcUrl) }).setBalance({ address: getAddress(wallet.address), value: 10n ** 19n });
 * const provider = createGuardedProvider({ agent: security.agent('a1'), wallets: [wallet], upstream: rpcUrl });
 * const send = (value: string) => provider.request({ method: 'eth_sendTransaction', params: [{ from: wallet.address, to: shop, value }] });
 * console.log(await send('0x6f05b59d3b20000')); // 0x…
 * await send('0x29a2241af62c0000').catch(({ code, data }) => console.log(code, data.reason)); // 4001 per_transaction_limit
 * await security.shutdown();
 * ```
 */
export function createGuardedProvider(options: GuardedProviderOptions): GuardedProvider {
  return openProvider(options, createSignedHere());
}

/** Hashes of transactions that were signed through one door, the newest of them. */
export interface SignedHere {
  add(hash: string): void;
  has(hash: string): boolean;
}

/** Remembers a bounded number of hashes. */
export function createSignedHere(): SignedHere {
  const hashes = new Set<string>();
  return {
    has: (hash) => hashes.has(hash),
    add(hash) {
      hashes.add(hash);
      for (const oldest of hashes) if (hashes.size > MAX_REMEMBERED) hashes.delete(oldest);
    },
  };
}

/** A provider that shares with another door which transactions were signed here. */
export function openProvider(options: GuardedProviderOptions, ours: SignedHere): GuardedProvider {
  const { agent, wallets } = options;
  const [first] = wallets;
  if (first === undefined) throw new CastellanError('REQUEST_INVALID', { message: 'A guarded provider needs a wallet.' });
  const chain = accountChain(first.account);
  if (wallets.some(({ account }) => accountChain(account) !== chain))
    throw new CastellanError('REQUEST_INVALID', { message: 'The wallets of a provider are on one chain.' });
  const chainNumber = evmChainNumber(chain);
  const accounts = new Map(wallets.map(({ account }) => [accountKey(account), account] as const));
  const addresses = [...accounts.keys()].map((key) => getAddress(key));
  const upstream = upstreamOf(options);
  const ask = (method: string, params: readonly unknown[]): Promise<unknown> => upstream.request({ method, params });
  const askings = createAskings();
  const turns = new Map<AccountId, Promise<unknown>>();

  const walletOf = (address: Address): AccountId => {
    const account = accounts.get(address.toLowerCase());
    if (account === undefined) throw new ProviderRpcError(RPC.unauthorized, 'The account is not one of this agent’s.');
    return account;
  };
  /** One after the other for each wallet: between reading a nonce and using it nothing else may take it. */
  const inTurn = <T>(wallet: AccountId, task: () => Promise<T>): Promise<T> => {
    const mine = (turns.get(wallet) ?? Promise.resolve()).then(task, task);
    turns.set(
      wallet,
      mine.catch(() => undefined),
    );
    return mine;
  };

  async function signed(value: unknown): Promise<Hex> {
    const given = readTransactionParams(value, chainNumber);
    const wallet = walletOf(given.from);
    return inTurn(wallet, async () => {
      const sign = async (bytes: Uint8Array, id?: string): Promise<Hex> => {
        const { raw, hash } = await agent.signTransaction({ chain, wallet, bytes, ...(id === undefined ? {} : { id }) });
        ours.add(hash);
        return `0x${toHex(raw)}`;
      };
      return askings.run(`transaction ${writeTypedData(given)}`, async (before, keep) => {
        if (before?.bytes !== undefined) return sign(before.bytes, before.id);
        const built = async (nonce?: number): Promise<Hex> => {
          const bytes = hexToBytes(await fillTransaction(given, chainNumber, nonce, ask));
          keep(bytes);
          return sign(bytes);
        };
        try {
          return await built();
        } catch (error) {
          // What we signed and the node has not seen yet counts in our sequence alone.
          const next = (error as { readonly details?: { readonly reason?: unknown; readonly next?: unknown } }).details;
          if (given.nonce !== undefined || next?.reason !== 'slot_taken' || typeof next.next !== 'number') throw error;
          return built(next.next);
        }
      });
    });
  }

  async function handOn(raw: unknown): Promise<unknown> {
    if (typeof raw !== 'string' || !/^0x(?:[0-9a-fA-F]{2}){1,131072}$/.test(raw))
      throw new ProviderRpcError(RPC.invalidParams, 'A raw transaction is bytes in hex.');
    const hash = keccak256(raw as Hex);
    if (!ours.has(hash))
      throw new ProviderRpcError(RPC.unauthorized, 'The transaction was not signed here: send it as eth_sendTransaction.');
    try {
      return await ask('eth_sendRawTransaction', [raw]);
    } catch (error) {
      // The manager sends what it signed, too: where the node has it already, it is sent.
      if ((await ask('eth_getTransactionByHash', [hash]).catch(() => null)) === null) throw error;
      return hash;
    }
  }

  async function sendTransaction(value: unknown): Promise<unknown> {
    const raw = await signed(value);
    const hash = keccak256(raw);
    // Signed is as good as sent: where the node fails now, the manager sends the same bytes again.
    await ask('eth_sendRawTransaction', [raw]).catch(() => undefined);
    return hash;
  }

  async function own(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method === 'eth_chainId') return `0x${chainNumber.toString(16)}`;
    if (method === 'net_version') return String(chainNumber);
    if (method === 'eth_coinbase') return addresses[0];
    if (method !== 'wallet_switchEthereumChain') return addresses;
    const wanted = (params[0] as { readonly chainId?: unknown } | undefined)?.chainId;
    if (wanted === `0x${chainNumber.toString(16)}`) return null;
    throw new ProviderRpcError(RPC.unrecognizedChain, 'This provider serves one chain.');
  }

  async function answer(method: string, params: readonly unknown[]): Promise<unknown> {
    const kind = methodKind(method);
    if (kind === 'own') return own(method, params);
    if (kind === 'sign') {
      const { address, order } = readSignatureParams(method, params);
      const wallet = walletOf(address as Address);
      const said = order.kind === 'message' ? toHex(order.bytes) : order.kind === 'typed_data' ? order.json : '';
      return askings.run(`${order.kind} ${wallet} ${said}`, async (before) => {
        const { signature } = await agent.signOrder({ chain, wallet, order, ...(before === undefined ? {} : { id: before.id }) });
        return `0x${toHex(signature)}`;
      });
    }
    if (method === 'eth_sendRawTransaction') return handOn(params[0]);
    return method === 'eth_sendTransaction' ? sendTransaction(params[0]) : signed(params[0]);
  }

  const provider: GuardedProvider = Object.freeze({
    async request({ method, params = [] }: { readonly method: string; readonly params?: unknown }) {
      if (typeof method !== 'string') throw new ProviderRpcError(RPC.invalidRequest, 'A call names its method.');
      if (!Array.isArray(params)) throw new ProviderRpcError(RPC.invalidParams, 'Parameters are a list.');
      const kind = methodKind(method);
      if (kind === undefined) throw new ProviderRpcError(RPC.unsupportedMethod, `The method ${method.slice(0, 60)} is not supported.`);
      // What the node says of a question is its own: code and data go through as they are.
      if (kind === 'read') return ask(method, params as readonly unknown[]);
      return answer(method, params as readonly unknown[]).catch((error: unknown) => {
        throw toRpcError(error);
      });
    },
    on: () => provider,
    removeListener: () => provider,
  });
  return provider;
}
