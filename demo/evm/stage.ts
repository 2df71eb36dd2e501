import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evm } from '../../src/adapters/evm/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../../test/fixtures/evm-contracts.ts';
import { createPeople, type People, registeredKeys } from '../people.ts';
import { TRIGGERS } from '../triggers.ts';
import { type AgentName, policies } from './cast.ts';
import { type ChainView, keepMining, viewChain } from './chain.ts';

/** Everything that the scenes play with. */
export interface EvmStage {
  /** The gate. */
  readonly security: SecurityManager;
  readonly wallets: Readonly<Record<AgentName, Wallet>>;
  readonly people: People;
  readonly chain: ChainView;
  /** The token that the agents hold, six decimals. */
  readonly usdc: Deployed;
  /** A contract that takes more than its method names say. */
  readonly pool: Deployed;
  /** Addresses: one that the policies name, one that nobody knows, and the thief's. */
  readonly supplier: string;
  readonly stranger: string;
  readonly thief: string;
  /** What each wallet began with: wei, and base units of the token. */
  readonly funding: { readonly wei: bigint; readonly usdc: bigint };
  /** The file that holds decisions, limits, keys and the log. */
  readonly storePath: string;
  /** Closes the gate and opens it anew over the same file. */
  reopen(): Promise<SecurityManager>;
  /** Stops everything and removes the file. */
  close(): Promise<void>;
}

const CHAIN = 'eip155:31337';
const AGENTS: readonly AgentName[] = ['bookkeeper', 'buyer', 'trader', 'courier'];
const FUNDING = { wei: 5n * 10n ** 18n, usdc: 120n * 10n ** 6n };

/** Starts a chain, deploys the contracts, opens the gate over a fresh file, and gives every agent a funded wallet. */
export async function openEvmStage(): Promise<EvmStage> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-demo-'));
  const storePath = join(folder, 'castellan.sqlite');
  const anvil = await startAnvil();
  const chain = viewChain(anvil);
  const [treasury, supplier, stranger, thief] = (await anvil.rpc('eth_accounts')) as [string, string, string, string];
  const usdc = await deploy(anvil, 'PlainToken', ['USDC', 6], treasury);
  const pool = await deploy(anvil, 'Drainer', [], thief);
  const people = createPeople();
  const claim = pool.data('claimRewards', [usdc.address]).slice(0, 10);
  const encryptionKey = randomBytes(32).toString('hex');
  const open = async (): Promise<SecurityManager> => {
    const security = createSecurityManager({
      store: sqliteStore({ path: storePath }),
      keys: { encryptionKey },
      chains: [
        evm({
          chains: [
            {
              chain: CHAIN,
              rpcUrl: anvil.rpcUrl,
              confirmations: 3,
              pollMs: 40,
              tokens: [{ symbol: 'USDC', address: usdc.address, decimals: 6 }],
            },
          ],
        }),
      ],
      registry: { keys: registeredKeys(people) },
      agents: policies({ supplier, pool: pool.address, claim }),
      emergency: { autoResponseTriggers: TRIGGERS },
    });
    await security.start();
    return security;
  };
  let security = await open();
  const wallets = {} as Record<AgentName, Wallet>;
  for (const agent of AGENTS) {
    const wallet = await security.custody.createWallet('owner', agent);
    wallets[agent] = wallet;
    await chain.fund(treasury, wallet.address, FUNDING.wei);
    await usdc.send('mint', [wallet.address, FUNDING.usdc]);
  }
  const stopMining = keepMining(anvil);
  return {
    get security() {
      return security;
    },
    wallets,
    people,
    chain,
    usdc,
    pool,
    supplier,
    stranger,
    thief,
    storePath,
    funding: FUNDING,
    async reopen() {
      await security.shutdown();
      return (security = await open());
    },
    async close() {
      await stopMining();
      await security.shutdown();
      await anvil.stop();
      await rm(folder, { recursive: true });
    },
  };
}
