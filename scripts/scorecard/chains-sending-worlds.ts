import { Address } from '@ton/core';
import { evm } from '../../src/adapters/evm/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Store } from '../../src/core/index.ts';
import type { SecurityConfig } from '../../src/index.ts';
import { startAnvil, startTonDevChain } from '../../src/testing/index.ts';
import { type Dice, faultyEvm, faultyTon } from './chains-sending-faults.ts';

/** A chain of its own, whose network and whose blocks are in our hands. */
export interface World {
  readonly config: (store: Store) => SecurityConfig;
  readonly fund: (address: string) => Promise<void>;
  /** A payee of its own for each request, so that the chain says how often each was paid. */
  readonly payee: (index: number) => string;
  readonly asset: string;
  readonly amount: string;
  readonly balance: (payee: string) => Promise<bigint>;
  /** The least that one payment leaves with its payee, base units, and more than half of what two leave. */
  readonly paid: bigint;
  /** How many transactions of a wallet the chain has carried out. */
  readonly sent: (wallet: string) => Promise<number>;
  readonly unit: string;
  /** Includes what waits: blocks come by this alone. */
  readonly land: () => Promise<void>;
  /** Begins the faults of the network, and ends them. */
  readonly faults: (on: boolean) => void;
  readonly stop: () => Promise<void>;
}

/** Opens one world; `count` is told of each fault of its network. */
export type OpenWorld = (dice: Dice, count: () => void) => Promise<World>;

const common = (store: Store, unit: string) =>
  ({
    store: { open: () => store },
    keys: { encryptionKey: '6b'.repeat(32) },
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit, perTransaction: 1, daily: 5_000, weekly: 5_000, monthly: 5_000 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000_000 },
      },
    },
    risk: { anomalyThreshold: 100, fraudDetectionEnabled: false },
    allowUnenforced: true,
    emergency: { autoResponseTriggers: [] },
    execution: { reconcileMs: 3_600_000 },
  }) satisfies Partial<SecurityConfig>;

const payeeBytes = (index: number): string => (0x10_000 + index).toString(16).padStart(40, 'ab');

/** A local EVM chain behind a network that fails in six of ten sends. */
export const openEvm: OpenWorld = async (dice, count) => {
  const anvil = await startAnvil({ automine: false });
  let isCalm = true;
  const network = faultyEvm(() => (isCalm ? 1 : dice()), count);
  const chains = [{ chain: 'eip155:31337', rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 500 }];
  return {
    config: (store) => ({ ...common(store, 'ETH'), chains: [evm({ chains, fetch: network })] }),
    fund: async (address) => void (await anvil.rpc('anvil_setBalance', [address, `0x${(10n ** 24n).toString(16)}`])),
    payee: (index) => `0x${payeeBytes(index)}`,
    asset: 'ETH',
    amount: '0.000000000000001',
    paid: 1_000n,
    balance: async (payee) => BigInt((await anvil.rpc('eth_getBalance', [payee, 'latest'])) as string),
    sent: async (wallet) => Number(await anvil.rpc('eth_getTransactionCount', [wallet, 'latest'])),
    unit: 'eip155:31337/slip44:60',
    land: async () => void (await anvil.rpc('evm_mine', [])),
    faults: (on) => {
      isCalm = !on;
    },
    stop: () => anvil.stop(),
  };
};

/** Blocks from a wallet's order to the end of what it set off. */
const TON_HOPS = 3;

/** A local TON chain, which forgets a fifth of the messages and answers a tenth of the questions with an error. */
export const openTon: OpenWorld = async (dice, count) => {
  const chain = await startTonDevChain({ mining: 'manual' });
  let isCalm = true;
  const network = faultyTon(chain, () => (isCalm ? 1 : dice()), count);
  const chains = [{ chain: chain.chain, endpoint: chain.url, pollMs: 10, rebroadcastMs: 100, maxClockSkewMs: 3_600_000 }];
  return {
    config: (store) => ({ ...common(store, 'TON'), chains: [ton({ chains, fetch: network })] }),
    fund: (address) => chain.fund(address, 10n ** 15n),
    payee: (index) => new Address(0, Buffer.from(payeeBytes(index).padStart(64, 'cd'), 'hex')).toString({ bounceable: false }),
    asset: 'TON',
    amount: '0.5',
    paid: 499_000_000n,
    balance: (payee) => chain.balance(payee),
    async sent(wallet) {
      const answer = await fetch(new URL(`getWalletInformation?address=${encodeURIComponent(wallet)}`, chain.url));
      return ((await answer.json()) as { readonly result: { readonly seqno: number } }).result.seqno;
    },
    unit: `${chain.chain}/slip44:607`,
    land: async () => void (await chain.mine(TON_HOPS)),
    faults(on) {
      isCalm = !on;
      // Other dice for each request: the same ones would always fail at the same places.
      chain.setFaults(on ? { errorRate: 0.1, seed: Math.floor(dice() * 2 ** 32) } : {});
    },
    stop: () => chain.close(),
  };
};
