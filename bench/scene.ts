import { createEvmAdapter } from '../src/adapters/evm/index.ts';
import { systemRandom } from '../src/adapters/host/index.ts';
import { createMemoryStore } from '../src/adapters/store/memory/index.ts';
import {
  type AccountId,
  type Action,
  type BuildContext,
  type ChainAdapter,
  type ChainId,
  type ChainNode,
  type Clock,
  createEventBus,
  type FeeQuote,
  parseAccount,
  type SimulationReport,
  type Store,
  sha256Hex,
} from '../src/core/index.ts';
import { bootHouse, type House } from '../src/manager/boot.ts';
import { type Host, parseConfig } from '../src/manager/config.ts';
import { walletFacts } from '../src/manager/directory.ts';
import { expandTemplate } from '../src/manager/permissions.ts';
import type { ExecuteParts } from '../src/manager/pipeline/execute.ts';
import { wirePipeline } from '../src/manager/wiring.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

const GAS = 21_000n;
const GAS_PRICE = 2_000_000_000n;

/** One agent of the scene, with its wallet and how many of its slots are used up. */
export interface SceneAgent {
  readonly id: string;
  readonly wallet: AccountId;
  readonly keyId: string;
  /** Absent where the chain's bytes are read without it. */
  readonly publicKey?: Uint8Array;
  slot: number;
}

/** The chain that a scene plays on. */
export interface SceneChain {
  readonly chain: ChainId;
  /** The real adapter; what it would ask a network is answered from memory. */
  create(clock: Clock): ChainAdapter;
  /** Address number so many. */
  payee(index: number): string;
  /** What an action with one of the payees may cost at most; a payment where left out. */
  fee(adapter: ChainAdapter, payee: AccountId, action?: Action): FeeQuote;
  /** What building needs to know beside wallet, slot and fee. */
  terms(payee: AccountId, nowMs: number): Pick<BuildContext, 'validUntilMs' | 'facts'>;
  /** One unit of the native asset is so many of the scene's coins; all its amounts are below ten of them. */
  readonly coin: number;
}

/** A plain account on an EVM chain. */
const EVM: SceneChain = {
  chain: 'eip155:31337' as ChainId,
  create: (clock) => createEvmAdapter({ chains: [{ chain: EVM.chain, rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }], clock }),
  payee: (index) => `0x${sha256Hex(`payee ${index}`).slice(0, 40)}`,
  fee: (adapter) => ({
    asset: adapter.codec.nativeAsset(EVM.chain).asset,
    ceiling: GAS * GAS_PRICE,
    params: { gas: String(GAS), maxFeePerGas: String(GAS_PRICE), maxPriorityFeePerGas: '1000000000' },
  }),
  terms: () => ({ validUntilMs: null }),
  coin: 1,
};

/** A real house over a chain that answers at once: everything that a decision goes through, and no network. */
export interface Scene {
  readonly house: House;
  readonly parts: ExecuteParts;
  readonly clock: SkippingClock;
  readonly chain: SceneChain;
  readonly adapter: ChainAdapter;
  readonly agents: readonly SceneAgent[];
  /** Destinations that every policy lists. */
  readonly payees: readonly AccountId[];
  readonly fee: FeeQuote;
  /** A good dry run that shows what the bytes do, made once. */
  readonly simulation: SimulationReport;
  close(): Promise<void>;
}

/** How the scene is set. */
export interface SceneOptions {
  readonly agents: number;
  /** An EVM chain where left out. */
  readonly chain?: SceneChain;
  /** What the configuration says beside chains, clock and keys. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly openStore?: (host: Host) => Store | Promise<Store>;
  /** What every agent may do beside payments to the payees. */
  readonly permissions?: Readonly<Record<string, unknown>>;
}

/** The node's half of the adapter, answering from memory. */
function instantNode(
  chain: ChainId,
  adapter: ChainAdapter,
  slots: ReadonlyMap<AccountId, SceneAgent>,
  fee: FeeQuote,
  simulation: SimulationReport,
): ChainAdapter {
  const node: ChainNode = {
    ...adapter.node(chain),
    verifyChain: async () => undefined,
    quote: async () => fee,
    sequence: async (wallet) => ({ next: slots.get(wallet)?.slot ?? 0, chainTimeMs: null }),
    simulate: async () => simulation,
  };
  return { ...adapter, node: () => node };
}

/** Opens a house with so many agents, each with a wallet, a key and a policy of its own. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const { chain = EVM } = options;
  const clock = createSkippingClock();
  const random = systemRandom();
  const slots = new Map<AccountId, SceneAgent>();
  const payees = Array.from({ length: 32 }, (_, index) => parseAccount(chain.payee(index), chain.chain));
  const simulation: SimulationReport = {
    success: true,
    wouldRevert: false,
    gasEstimate: '21000',
    coverageLevel: 'deep',
    caveats: ['state_may_diverge'],
    effects: [],
    warnings: [],
    errors: [],
    block: { number: '1', hash: `0x${'11'.repeat(32)}`, timestampMs: clock.nowMs() },
  };
  const real = chain.create(clock);
  const fee = chain.fee(real, payees[0] as AccountId);
  const adapter = instantNode(chain.chain, real, slots, fee, simulation);
  const config = parseConfig({
    chains: [{ create: () => adapter }],
    clock,
    random,
    keys: { encryptionKey: 'ab'.repeat(32) },
    authorization: { decisionTimeoutMs: 600_000 },
    ...options.config,
  });
  const bus = createEventBus({ clock });
  const house = await bootHouse(config, { clock, random }, bus, options.openStore ?? ((host) => createMemoryStore({ clock: host.clock })));
  await house.audit.start();
  await house.emergency.start();
  const most = 9_000_000 * chain.coin;
  const windows = { daily: most, weekly: most, monthly: most };
  const permissions = expandTemplate({
    template: 'aggressive',
    limits: { unit: fee.asset, perTransaction: 10 * chain.coin, ...windows },
    rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
    allowedDestinations: payees.map((_, index) => chain.payee(index)),
    ...options.permissions,
  });
  const agents: SceneAgent[] = [];
  for (let index = 0; index < options.agents; index += 1) {
    const id = `agent-${index}`;
    await house.wallets.putAgent(id, 'owner', permissions, async () => undefined);
    const { account, keyId } = await house.wallets.createWallet('owner', id);
    const agent: SceneAgent = { id, wallet: account, keyId, slot: 0, ...(await walletFacts(house.store, account)) };
    slots.set(account, agent);
    agents.push(agent);
  }
  return {
    house,
    parts: wirePipeline(house),
    clock,
    chain,
    adapter,
    agents,
    payees,
    fee,
    simulation,
    async close() {
      await house.emergency.stop();
      await house.audit.stop();
      house.journal.close();
      house.custody.close();
      house.deadlines.close();
      await house.store.close();
      bus.close();
    },
  };
}
