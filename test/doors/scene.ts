import type { Hex } from 'viem';
import { type EvmChainOptions, evm } from '../../src/adapters/evm/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/index.ts';

export const CHAIN = 'eip155:31337';
export const SHOP = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const STRANGER = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
export const ETHER = 10n ** 18n;

/** A manager over an anvil of its own, with the agent `a1` and its funded wallet. */
export interface DoorScene extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly security: SecurityManager;
  readonly wallet: Awaited<ReturnType<SecurityManager['custody']['createWallet']>>;
  /** Another process over the same store looks at everything that is open. */
  settle(): Promise<void>;
  nonce(address?: string): Promise<number>;
  balance(address: string): Promise<bigint>;
  /** Waits until the transaction is in a block: a node answers before it has made one. */
  receipt(hash: unknown): Promise<unknown>;
}

/** What a scene is opened with beside the permissions. */
export interface Surroundings {
  /** A chain that runs already; it is stopped with the scene all the same. */
  readonly anvil?: Anvil;
  readonly chain?: Partial<EvmChainOptions>;
  readonly config?: Partial<SecurityConfig>;
}

/** Opens it. `permissions` go into the agent's own. */
export async function openDoorScene(
  permissions: NonNullable<SecurityConfig['agents']>[string] = {},
  { anvil: given, chain = {}, config = {} }: Surroundings = {},
): Promise<DoorScene> {
  const anvil = given ?? (await startAnvil());
  const whole: SecurityConfig = {
    risk: { anomalyThreshold: 100 },
    ...config,
    chains: [evm({ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 20, ...chain })],
    agents: {
      a1: {
        template: 'balanced',
        limits: { unit: 'ETH', perTransaction: 1, daily: 50 },
        allowedDestinations: [SHOP],
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
        ...permissions,
      },
    },
  };
  const security = createSecurityManager(whole);
  const wallet = await security.custody.createWallet('owner', 'a1');
  await anvil.rpc('anvil_setBalance', [wallet.address, `0x${(100n * ETHER).toString(16)}`]);
  return {
    anvil,
    security,
    wallet,
    async settle() {
      const next = createSecurityManager(whole);
      await next.start();
      await next.shutdown(2_000);
    },
    nonce: async (address = wallet.address) => Number((await anvil.rpc('eth_getTransactionCount', [address, 'latest'])) as Hex),
    balance: async (address) => BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as Hex),
    async receipt(hash) {
      for (let look = 0; look < 200; look += 1) {
        const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
        if (receipt !== null) return receipt;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return null;
    },
    async [Symbol.asyncDispose]() {
      await security.shutdown();
      await anvil.stop();
    },
  };
}

/** What a rejected call said: its code, and the reason behind it. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly code: unknown; readonly reason: unknown }> {
  try {
    await call;
  } catch (error) {
    const { code, data } = error as { readonly code?: unknown; readonly data?: { readonly reason?: unknown } };
    return { code, reason: data?.reason };
  }
  throw new Error('nothing was refused');
}
