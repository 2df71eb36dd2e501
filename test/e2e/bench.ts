import { evm } from '../../src/adapters/evm/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { Clock } from '../../src/core/clock.ts';
import { toHex } from '../../src/core/digest.ts';
import { createAttestationKey } from '../../src/core/signature.ts';
import type { AttestationKey } from '../../src/core/signer.ts';
import type { Store } from '../../src/core/store.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager, type Wallet } from '../../src/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';

export const CHAIN = 'eip155:31337';
export const ETH = 10n ** 18n;
/** Second account of the local chain. */
export const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const CAROL = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC';

/** An agent that may pay up to 1 ETH at a time, as fast as it likes. */
export const FREE = {
  template: 'aggressive',
  limits: { unit: 'ETH', perTransaction: 1, daily: 50, weekly: 100, monthly: 100 },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
};

/** The same, but each payment above 0.05 ETH is a person's to allow. */
export const ASKS = { ...FREE, requireApprovalAbove: '0.05' };

export type Given = Partial<SecurityConfig> & { readonly tokens?: readonly { symbol: string; address: string; decimals: number }[] };

/** A configuration for the local chain. */
export function configOf(anvil: Pick<Anvil, 'rpcUrl'>, { tokens = [], ...given }: Given = {}): SecurityConfig {
  return {
    chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens }] })],
    agents: { a1: FREE },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
    ...given,
  };
}

/** The chain by the runtime's `fetch` of the moment, so that a test can take it away. */
export const byFetch = (anvil: Pick<Anvil, 'rpcUrl'>): Given => {
  const chains = [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }];
  return { chains: [evm({ chains, fetch: (input, init) => globalThis.fetch(input, init) })] };
};

/** A person with a key. */
export function person(id: string, seed = id): AttestationKey {
  const bytes = new Uint8Array(32);
  bytes.set(new TextEncoder().encode(seed).slice(0, 32));
  return createAttestationKey(id, bytes);
}

/** How the registry names a person. */
export const registered = (key: AttestationKey, ...roles: ('owner' | 'operator' | 'approver' | 'guardian')[]) => ({
  id: key.id,
  scheme: 'ed25519' as const,
  key: toHex(key.publicKey),
  roles,
});

/** A manager with a funded wallet of `a1`. */
export interface Bench extends AsyncDisposable {
  readonly security: SecurityManager;
  readonly wallet: Wallet;
}

export async function fund(anvil: Anvil, address: string, eth = 20n): Promise<void> {
  await anvil.rpc('anvil_setBalance', [address, `0x${(eth * ETH).toString(16)}`]);
}

export async function openBench(anvil: Anvil, given: Given = {}): Promise<Bench> {
  const security = createSecurityManager(configOf(anvil, given));
  const wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address);
  return { security, wallet, [Symbol.asyncDispose]: async () => void (await security.shutdown(2_000)) };
}

/** Transactions that the chain has of an account. */
export async function sentBy(anvil: Anvil, { address }: Pick<Wallet, 'address'>): Promise<number> {
  return Number(await anvil.rpc('eth_getTransactionCount', [address, 'latest']));
}

export async function balanceOf(anvil: Anvil, address: string): Promise<bigint> {
  return BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string);
}

/** A fresh account that nobody paid before. */
export function stranger(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return `0x${toHex(bytes)}`;
}

/** What a test does to a store's calls; throwing is the store being away. */
export interface Hooks {
  beforeApply?: (commands: readonly { readonly kind: string }[]) => void | Promise<void>;
  afterApply?: (commands: readonly { readonly kind: string }[]) => void | Promise<void>;
  beforeGet?: (keys: readonly string[]) => void | Promise<void>;
}

/** `store` with the hooks around it. */
export function withHooks(store: Store, hooks: Hooks): Store {
  return {
    ...store,
    async apply(steps) {
      const commands = steps.flatMap((step) => step.commands);
      await hooks.beforeApply?.(commands);
      const results = await store.apply(steps);
      await hooks.afterApply?.(commands);
      return results;
    },
    async get(keys) {
      await hooks.beforeGet?.(keys);
      return store.get(keys);
    },
  };
}

/** A memory store behind hooks, and the store itself, which outlives the managers over it. */
export function hookedStore(hooks: Hooks, host: { readonly clock: Clock }): { readonly store: Store; readonly factory: { open(): Store } } {
  const store = createMemoryStore(host);
  return { store, factory: { open: () => withHooks({ ...store, close: async () => undefined }, hooks) } };
}
