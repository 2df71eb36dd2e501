import { BrowserProvider, ContractFactory, JsonRpcProvider, type JsonRpcSigner } from 'ethers';
import {
  type Abi,
  type Address,
  createWalletClient,
  custom,
  encodeDeployData,
  getTypesForEIP712Domain,
  type Hex,
  http,
  stringToHex,
  type TypedDataDomain,
  type WalletClient,
} from 'viem';
import { foundry } from 'viem/chains';
import { openGateway } from '../../src/integrations/gateway/index.ts';
import { createGuardedProvider, guardWalletClient, toGuardedAccount } from '../../src/integrations/wallets/index.ts';
import type { DoorScene } from './scene.ts';

/** A transaction as a caller names it; what is missing is the library's or the door's to fill in. */
export interface Fields {
  readonly to?: Address;
  readonly value?: bigint;
  readonly data?: Hex;
  readonly nonce?: number;
  readonly gas?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
}

export interface Typed {
  readonly domain: TypedDataDomain;
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, unknown>>;
}

export interface Creation {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly args: readonly unknown[];
}

/** One way of an agent's code to its wallet. */
export interface FlowDoor {
  readonly name: string;
  /** The hash under which it is sent. */
  send(fields: Fields): Promise<string>;
  deploy(contract: Creation): Promise<string>;
  signMessage(text: string): Promise<Hex>;
  signTypedData(data: Typed): Promise<Hex>;
  readonly client?: WalletClient;
}

type Request = (method: string, params: readonly unknown[]) => Promise<unknown>;
const hex = (value: bigint | number): Hex => `0x${value.toString(16)}`;

function viemDoor(name: string, client: WalletClient): FlowDoor {
  const account = client.account as NonNullable<WalletClient['account']>;
  return {
    name,
    client,
    send: (fields) => client.sendTransaction({ ...fields, account, chain: foundry } as never),
    deploy: ({ abi, bytecode, args }) => client.deployContract({ abi, bytecode, args: [...args], account, chain: foundry } as never),
    signMessage: (message) => client.signMessage({ account, message }),
    signTypedData: (data) => client.signTypedData({ account, ...data } as never),
  };
}

function ethersDoor(name: string, signerOf: () => Promise<JsonRpcSigner>): FlowDoor {
  return {
    name,
    async send({ gas, ...fields }) {
      return (await signerOf()).sendUncheckedTransaction({ ...fields, ...(gas === undefined ? {} : { gasLimit: gas }) });
    },
    async deploy({ abi, bytecode, args }) {
      const made = await new ContractFactory(abi as never, bytecode, await signerOf()).deploy(...args);
      return made.deploymentTransaction()?.hash as string;
    },
    signMessage: async (text) => (await (await signerOf()).signMessage(text)) as Hex,
    async signTypedData({ domain, types, message }) {
      return (await (await signerOf()).signTypedData(domain as never, types as never, message)) as Hex;
    },
  };
}

/** What cast writes: every field a hex quantity, `input` for data, the address in lowercase. */
function rawDoor(name: string, from: string, request: Request): FlowDoor {
  const send = ({ to, data, ...fields }: Fields): Promise<string> => {
    const quantities = Object.entries(fields).map(([field, value]) => [field, hex(value as bigint)]);
    const order = { from: from.toLowerCase(), ...(to === undefined ? {} : { to }), ...(data === undefined ? {} : { input: data }) };
    return request('eth_sendTransaction', [{ ...order, ...Object.fromEntries(quantities) }]) as Promise<string>;
  };
  return {
    name,
    send,
    deploy: ({ abi, bytecode, args }) => send({ data: encodeDeployData({ abi, bytecode, args: [...args] } as never) }),
    signMessage: (text) => request('personal_sign', [stringToHex(text), from.toLowerCase()]) as Promise<Hex>,
    signTypedData({ types, ...data }) {
      const whole = { ...data, types: { EIP712Domain: getTypesForEIP712Domain(data), ...types } };
      const json = JSON.stringify(whole, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
      return request('eth_signTypedData_v4', [from.toLowerCase(), json]) as Promise<Hex>;
    },
  };
}

/** Every door to one agent's wallet, and what closes those that stay open. */
export async function openFlowDoors({
  security,
  wallet,
  anvil: { rpcUrl },
}: DoorScene): Promise<{ readonly doors: readonly FlowDoor[]; close(): Promise<void> }> {
  const agent = security.agent('a1');
  const account = toGuardedAccount(agent, wallet);
  const provider = createGuardedProvider({ agent, wallets: [wallet], upstream: rpcUrl });
  const gateway = await openGateway({ agents: { a1: { provider, token: `flow-token-${'f'.repeat(32)}` } } });
  const url = gateway.url('a1');
  const node = new JsonRpcProvider(url, 31_337, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 25 });
  const browser = new BrowserProvider(provider, 31_337, { cacheTimeout: -1, pollingInterval: 25 });
  const post: Request = async (method, params) => {
    const body = JSON.stringify({ id: 0, jsonrpc: '2.0', method, params });
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await answer.json()) as { readonly result?: unknown; readonly error?: object };
    if (error !== undefined) throw Object.assign(new Error('refused'), error);
    return result;
  };
  const plain = createWalletClient({ chain: foundry, transport: http(rpcUrl) });
  const doors = [
    viemDoor('toGuardedAccount', createWalletClient({ account, chain: foundry, transport: http(rpcUrl) })),
    viemDoor('guardWalletClient', guardWalletClient(plain, agent, wallet) as never),
    viemDoor(
      'provider, viem',
      createWalletClient({ account: wallet.address as Address, chain: foundry, transport: custom(provider, { retryCount: 0 }) }),
    ),
    ethersDoor('provider, ethers', () => browser.getSigner()),
    ethersDoor('gateway, ethers', () => node.getSigner()),
    rawDoor('gateway, raw JSON-RPC', wallet.address, post),
  ];
  return {
    doors,
    async close() {
      node.destroy();
      browser.destroy();
      await gateway.close();
    },
  };
}

/** The gate's reason, wherever a library has put it. */
function reasonIn(value: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || depth > 8) return undefined;
  const facts = value as Readonly<Record<string, unknown>>;
  if (typeof facts['reason'] === 'string' && typeof facts['verdict'] === 'string') return facts['reason'];
  for (const key of ['data', 'details', 'cause', 'info', 'error']) {
    const found = reasonIn(facts[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a call was refused, or that it was not. */
export async function refusedFor(call: Promise<unknown>): Promise<string> {
  try {
    return `done: ${String(await call)}`;
  } catch (error) {
    return reasonIn(error) ?? `failed: ${String(error)}`;
  }
}
