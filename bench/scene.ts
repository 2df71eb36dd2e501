import { createEvmAdapter } from '../src/adapters/evm/index.ts';
import { systemRandom } from '../src/adapters/host/index.ts';
import { createMemoryStore } from '../src/adapters/store/memory/index.ts';
import {
  type AccountId,
  type ChainAdapter,
  type ChainId,
  type ChainNode,
  createEventBus,
  type FeeQuote,
  parseAccount,
  type SimulationReport,
  type Store,
  sha256Hex,
} from '../src/core/index.ts';
import { bootHouse, type House } from '../src/manager/boot.ts';
import { type Host, parseConfig } from '../src/manager/config.ts';
import { expandTemplate } from '../src/manager/permissions.ts';
import type { ExecuteParts } from '../src/manager/pipeline/execute.ts';
import { wirePipeline } from '../src/manager/wiring.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

export const CHAIN = 'eip155:31337' as ChainId;
const GAS = 21_000n;
const GAS_PRICE = 2_000_000_000n;

/** One agent of the scene, with its wallet and how many of its slots are used up. */
export interface SceneAgent {
  readonly id: string;
  readonly wallet: AccountId;
  readonly keyId: string;
  slot: number;
}

/** A real house over a chain that answers at once: everything that a decision goes through, and no network. */
export interface Scene {
  readonly house: House;
  readonly parts: ExecuteParts;
  readonly clock: SkippingClock;
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
  readonly openStore?: (host: Host) => Store | Promise<Store>;
}

/** The node's half of the adapter, answering from memory. */
function instantNode(
  adapter: ChainAdapter,
  slots: ReadonlyMap<AccountId, SceneAgent>,
  fee: FeeQuote,
  simulation: SimulationReport,
): ChainAdapter {
  const node: ChainNode = {
    ...adapter.node(CHAIN),
    verifyChain: async () => undefined,
    quote: async () => fee,
    sequence: async (wallet) => ({ next: slots.get(wallet)?.slot ?? 0, chainTimeMs: null }),
    simulate: async () => simulation,
  };
  return { ...adapter, node: () => node };
}

/** Opens a house with so many agents, each with a wallet, a key and a policy of its own. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const clock = createSkippingClock();
  const random = systemRandom();
  const slots = new Map<AccountId, SceneAgent>();
  const payees = Array.from({ length: 32 }, (_, index) => parseAccount(`0x${sha256Hex(`payee ${index}`).slice(0, 40)}`, CHAIN));
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
  const evm = createEvmAdapter({ chains: [{ chain: CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }], clock });
  const asset = evm.codec.nativeAsset(CHAIN).asset;
  const fee: FeeQuote = {
    asset,
    ceiling: GAS * GAS_PRICE,
    params: { gas: String(GAS), maxFeePerGas: String(GAS_PRICE), maxPriorityFeePerGas: '1000000000' },
  };
  const adapter = instantNode(evm, slots, fee, simulation);
  const config = parseConfig({
    chains: [{ create: () => adapter }],
    clock,
    random,
    keys: { encryptionKey: 'ab'.repeat(32) },
    authorization: { decisionTimeoutMs: 600_000 },
  });
  const bus = createEventBus({ clock });
  const house = await bootHouse(config, { clock, random }, bus, options.openStore ?? ((host) => createMemoryStore({ clock: host.clock })));
  await house.audit.start();
  await house.emergency.start();
  const permissions = expandTemplate({
    template: 'aggressive',
    limits: { unit: asset, perTransaction: 10, daily: 9_000_000, weekly: 9_000_000, monthly: 9_000_000 },
    rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
    allowedDestinations: payees.map((payee) => payee.slice(payee.lastIndexOf(':') + 1)),
  });
  const agents: SceneAgent[] = [];
  for (let index = 0; index < options.agents; index += 1) {
    const id = `agent-${index}`;
    await house.wallets.putAgent(id, 'owner', permissions, async () => undefined);
    const { account, keyId } = await house.wallets.createWallet('owner', id);
    const agent: SceneAgent = { id, wallet: account, keyId, slot: 0 };
    slots.set(account, agent);
    agents.push(agent);
  }
  return {
    house,
    parts: wirePipeline(house),
    clock,
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
