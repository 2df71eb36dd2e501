import { Address } from '@ton/core';
import { memoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { SecurityEvent, Store } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import type { JettonMinter } from '../../test/fixtures/ton-contracts.ts';
import { deployJetton, keysOf, type RawWallet, rawWallet, walletOf } from '../../test/fixtures/ton-deploy.ts';
import { mintBody } from '../../test/fixtures/ton-messages.ts';

/** One agent, its wallet, and the one account that it pays. */
export interface Payer {
  readonly agent: string;
  readonly wallet: Address;
  readonly shop: Address;
}

/** A gate with several agents over a dev chain whose faults can be set. */
export interface SendsScene extends AsyncDisposable {
  readonly chain: TonDevChain;
  readonly operator: RawWallet;
  readonly minter: JettonMinter;
  readonly security: SecurityManager;
  readonly store: Store;
  readonly payers: readonly Payer[];
  /** Everything that was published. */
  readonly events: readonly SecurityEvent[];
}

/** What each wallet starts with: nanoton, and tokens. */
export const PURSE = { coins: 1_000_000_000_000n, tokens: 1_000_000_000n } as const;

/** Opens the scene with so many agents; their wallets have money and are not deployed yet. A block every `blockMs`, or one a hop at once. */
export async function openSendsScene(agents: number, blockMs: number | null = null): Promise<SendsScene> {
  const chain = await startTonDevChain(blockMs === null ? {} : { mining: { intervalMs: blockMs } });
  const operator = await rawWallet(chain, 'operator', 10n * PURSE.coins);
  const minter = await deployJetton(operator, { mint: [[operator.address, 1n]] });
  let store: Store | undefined;
  const memory = memoryStore();
  const shops = Array.from({ length: agents }, (_, index) => walletOf(keysOf(`shop ${index}`).publicKey, chain).address);
  const limits = { perTransaction: 1_000, daily: 1_000_000, weekly: 1_000_000, monthly: 1_000_000 };
  const permissions = (shop: Address) => ({
    capabilities: { transfers: { enabled: true } },
    limits: { unit: 'TON', ...limits, assets: { USD: limits } },
    rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
    allowedDestinations: [shop.toString()],
  });
  const security = createSecurityManager({
    chains: [
      ton({
        chain: chain.chain,
        endpoint: chain.url,
        pollMs: 10,
        rebroadcastMs: 100,
        // Storms move chain time; the host's stays.
        maxClockSkewMs: 3_600_000,
        tokens: [{ symbol: 'USD', address: minter.address.toString(), decimals: 6 }],
      }),
    ],
    store: { open: (host) => (store = memory.open(host)) },
    agents: Object.fromEntries(shops.map((shop, index) => [`a${index}`, permissions(shop)])),
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 20_000, reconcileMs: 500 },
  });
  const events: SecurityEvent[] = [];
  security.onEvent((event) => void events.push(event));
  await security.start();
  const payers: Payer[] = [];
  for (const [index, shop] of shops.entries()) {
    const agent = `a${index}`;
    const wallet = Address.parse((await security.custody.createWallet('owner', agent)).address);
    await chain.fund(wallet.toString(), PURSE.coins);
    await operator.pay({ to: minter.address, value: 100_000_000n, body: mintBody({ to: wallet, amount: PURSE.tokens }) });
    payers.push({ agent, wallet, shop });
  }
  return {
    chain,
    operator,
    minter,
    security,
    store: store as Store,
    payers,
    events,
    async [Symbol.asyncDispose]() {
      await security.shutdown(5_000);
      await chain.close();
    },
  };
}
