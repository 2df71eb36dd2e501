import { createHash } from 'node:crypto';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Store } from '../../src/core/store.ts';
import { isCastellanError, type SecurityConfig, type VerificationMessage, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { type DelegationScene, ETH, sponsor, startDelegationScene } from '../evm/delegation-fixture.ts';
import { deploySafeContracts, type SafeDeployment } from '../fixtures/safe-contracts.ts';
import { sendRaw } from '../fixtures/send-raw.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

/** What the snippets leave out, and nothing else: where the chains are, what keeps the state, and what it is sealed with. */
export interface Binding {
  readonly chains: NonNullable<SecurityConfig['chains']>;
  readonly store: { open(): Store };
  readonly keys: { readonly encryptionKey: string };
}

/** One chain as a snippet meets it: whom it pays, and in what. */
export interface Place {
  readonly name: 'TON' | 'EVM';
  readonly currency: 'TON' | 'ETH';
  /** Coins of the account, in base units. */
  readonly unit: bigint;
  binding(): Binding;
  /** An account that is somebody’s, by a name. */
  address(name: string): string;
  /** Pays into a wallet, and into the account that pays its fees where that is another one. */
  fund(wallet: Pick<Wallet, 'address' | 'smart'>, coins: number): Promise<void>;
  balance(address: string): Promise<bigint>;
  /** Sends signed bytes, as whoever was handed them does. */
  send(raw: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const CHAIN = 'eip155:31337';
const SECRET = { encryptionKey: '6b'.repeat(32) };

/** A store that outlives whoever opens it, as a database does. */
export function lastingStore(): Binding['store'] {
  const store = createMemoryStore({ clock: systemClock() });
  return { open: () => ({ ...store, close: async () => undefined }) };
}

/** A bounceable main-network address in base64url, of nobody, by a name. */
export function tonAddress(name: string): string {
  const hash = createHash('sha256').update(name).digest();
  const body = Buffer.concat([Buffer.from([0x11, 0]), hash]);
  let crc = 0;
  for (const byte of [...body, 0, 0])
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = crc & 0x8000;
      crc = ((crc << 1) | ((byte >> bit) & 1)) & 0xffff;
      if (top !== 0) crc ^= 0x1021;
    }
  return Buffer.concat([body, Buffer.from([crc >> 8, crc & 255])]).toString('base64url');
}

/** A TON dev chain. */
export async function startTon(): Promise<Place & { readonly chain: TonDevChain }> {
  const chain = await startTonDevChain();
  return {
    chain,
    name: 'TON',
    currency: 'TON',
    unit: 1_000_000_000n,
    binding: () => ({
      chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
      store: lastingStore(),
      keys: SECRET,
    }),
    address: (name) => walletOf(keysOf(name).publicKey, chain).address.toString(),
    fund: ({ address }, coins) => chain.fund(address, BigInt(coins) * 1_000_000_000n),
    balance: (address) => chain.balance(address),
    async send(raw) {
      const answer = await fetch(chain.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'sendBoc', params: { boc: Buffer.from(raw).toString('base64') } }),
      });
      const { ok } = (await answer.json()) as { ok?: boolean };
      if (ok !== true) throw new Error('The chain did not take the bytes.');
    },
    close: () => chain.close(),
  };
}

/** Anvil, with the contracts that smart-contract and mpc wallets are made of. */
export async function startEvm(): Promise<Place & { readonly scene: DelegationScene; readonly safe: SafeDeployment }> {
  const scene = await startDelegationScene();
  const safe = await deploySafeContracts(scene.anvil);
  const { anvil, framework } = scene;
  const accounts = { sponsor, safe, delegation: framework.contracts };
  return {
    scene,
    safe,
    name: 'EVM',
    currency: 'ETH',
    unit: ETH,
    binding: () => ({
      chains: [evm({ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, accounts })],
      store: lastingStore(),
      keys: SECRET,
    }),
    address: (name) => `0x${createHash('sha256').update(name).digest('hex').slice(0, 40)}`,
    async fund({ address, smart }, coins) {
      const sender = smart === null ? [] : [smart.sender.slice(CHAIN.length + 1)];
      for (const paid of [address, ...sender]) await anvil.rpc('anvil_setBalance', [paid, `0x${(BigInt(coins) * ETH).toString(16)}`]);
    },
    balance: async (address) => BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string),
    send: async (raw) => void (await sendRaw(anvil, raw)),
    close: () => scene.close(),
  };
}

/** Brings codes to a person who reads them here. */
export function mailbox(...steps: readonly string[]) {
  const messages: VerificationMessage[] = [];
  return {
    provider: { steps, send: async (message: VerificationMessage) => void messages.push(message) },
    codeOf: (step: string): string => messages.findLast((message) => message.step === step)?.code ?? '',
  };
}

/** The code of what is thrown, with its reason. */
export async function refusal(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isCastellanError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
