import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Address } from '@ton/core';
import { evm } from '../../src/adapters/evm/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type FetchFunction, ton } from '../../src/adapters/ton/index.ts';
import { type ChainId, createFixedPrices, createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import {
  drainingExtension,
  fakeJettonWallet,
  type JettonMinter,
  jettonMinter,
  type TonFixture,
} from '../../test/fixtures/ton-contracts.ts';
import { deployJetton, deployTon, keysOf, type RawWallet, rawWallet, walletOf } from '../../test/fixtures/ton-deploy.ts';
import { type ChainView, keepMining, viewChain } from '../evm/chain.ts';
import { createPeople, type People, registeredKeys } from '../people.ts';
import { TRIGGERS } from '../triggers.ts';
import { type AgentName, policies } from './cast.ts';
import { type TonView, viewTon } from './chain.ts';

/** Everything that the scenes play with. */
export interface TonStage {
  /** The gate, with both chains behind it. */
  readonly security: SecurityManager;
  /** On TON. */
  readonly wallets: Readonly<Record<AgentName, Wallet>>;
  readonly people: People;
  readonly devChain: TonDevChain;
  readonly chain: TonView;
  /** The token that clerk and explorer hold, six decimals. */
  readonly usdt: JettonMinter;
  /** Friendly addresses: a shop that everybody pays, and the thief's. */
  readonly shop: string;
  readonly thief: string;
  /** Claims to be the explorer's own token account. */
  readonly fake: TonFixture;
  /** Sends the explorer's whole balance to the thief once it is installed. */
  readonly extension: TonFixture;
  /** Somebody with a wallet and no gate. */
  readonly operator: RawWallet;
  /** The other chain, for the agent that has a wallet on either. */
  readonly evm: { readonly chain: ChainView; readonly wallet: Wallet; readonly supplier: string };
  /** What the wallets had when the curtain rose: nanoton each, base units of the token, wei. */
  readonly funding: { readonly nanoton: Readonly<Record<AgentName, bigint>>; readonly usdt: bigint; readonly wei: bigint };
  /** The file that holds decisions, limits, keys and the log. */
  readonly storePath: string;
  /** How often the gate has handed a message in so far. */
  handedIn(): number;
  /** Stops everything and removes the file. */
  close(): Promise<void>;
}

export const EVM_CHAIN = 'eip155:31337';
export const TON_CHAIN = 'ton:-3' as ChainId;
/** In US dollars: what limits in dollars reckon with. */
export const PRICES = { ETH: 2_500, TON: 5 } as const;
const AGENTS: readonly AgentName[] = ['clerk', 'explorer', 'treasurer', 'traveller'];
const TON = 1_000_000_000n;
const FUNDING = { usdt: 500n * 10n ** 6n, wei: 10n ** 18n };
const COINS: Readonly<Record<AgentName, bigint>> = { clerk: 50n * TON, explorer: 50n * TON, treasurer: 3n * TON, traveller: 50n * TON };
/** Between two blocks, ms. */
const BLOCK_MS = 40;

/** The network, with an eye on what goes out. */
function watchNetwork(): { readonly fetch: FetchFunction; handedIn(): number } {
  let sent = 0;
  return {
    fetch(input, init) {
      if (String(init?.body).includes('"sendBoc"')) sent += 1;
      return fetch(input, init);
    },
    handedIn: () => sent,
  };
}

/** The gate over a fresh file, with both chains. */
function createGate(options: {
  readonly anvil: Anvil;
  readonly devChain: TonDevChain;
  readonly usdt: JettonMinter;
  readonly people: People;
  readonly storePath: string;
  readonly fetch: FetchFunction;
  readonly shop: string;
  readonly supplier: string;
}): SecurityManager {
  const { anvil, devChain, usdt, people, storePath, shop, supplier } = options;
  const tokens = [{ symbol: 'USDT', address: usdt.address.toString(), decimals: 6 }];
  return createSecurityManager({
    store: sqliteStore({ path: storePath }),
    keys: { encryptionKey: randomBytes(32).toString('hex') },
    chains: [
      evm({ chain: EVM_CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 40 }),
      ton({ chains: [{ chain: TON_CHAIN, endpoint: devChain.url, tokens, pollMs: 40, rebroadcastMs: 500 }], fetch: options.fetch }),
    ],
    price: createFixedPrices('USD', {
      [`${EVM_CHAIN}/slip44:60`]: { price: String(PRICES.ETH), decimals: 18 },
      [`${TON_CHAIN}/slip44:607`]: { price: String(PRICES.TON), decimals: 9 },
    }),
    registry: { keys: registeredKeys(people) },
    agents: policies({ shop, supplier }),
    emergency: { autoResponseTriggers: TRIGGERS },
  });
}

/** Starts both chains, opens the gate, gives every agent a funded wallet, and sets the traps. */
export async function openTonStage(): Promise<TonStage> {
  const folder = await mkdtemp(join(tmpdir(), 'castellan-demo-'));
  const storePath = join(folder, 'castellan.sqlite');
  const [anvil, devChain] = await Promise.all([startAnvil(), startTonDevChain({ mining: { intervalMs: BLOCK_MS } })]);
  const people = createPeople();
  const network = watchNetwork();
  const content = 'https://jetton.example/usdt';
  const admin = walletOf(keysOf('operator').publicKey, devChain).address;
  const usdt = await jettonMinter({ admin, content });
  const [treasury, supplier] = (await anvil.rpc('eth_accounts')) as [string, string];
  const chain = viewTon(devChain, usdt);

  const operator = await rawWallet(devChain, 'operator', 1_000n * TON);
  const keeper = await rawWallet(devChain, 'shop', TON);
  await keeper.pay({ to: operator.address, value: TON / 100n });
  const shop = keeper.address.toString();
  const thief = walletOf(keysOf('thief').publicKey, devChain).address;

  const security = createGate({ anvil, devChain, usdt, people, storePath, fetch: network.fetch, shop, supplier });
  await security.start();
  const wallets = {} as Record<AgentName, Wallet>;
  for (const agent of AGENTS) {
    const mode = agent === 'treasurer' ? 'mpc' : 'software';
    const wallet = await security.custody.createWallet('owner', agent, { chain: TON_CHAIN, mode });
    wallets[agent] = wallet;
    await devChain.fund(wallet.address, COINS[agent]);
  }
  const evmWallet = await security.custody.createWallet('owner', 'traveller', { chain: EVM_CHAIN });
  const evmView = viewChain(anvil);
  await evmView.fund(treasury, evmWallet.address, FUNDING.wei);

  const [clerk, explorer] = [Address.parse(wallets.clerk.address), Address.parse(wallets.explorer.address)];
  await deployJetton(operator, {
    content,
    mint: [
      [clerk, FUNDING.usdt],
      [explorer, FUNDING.usdt],
    ],
  });
  const fake = await fakeJettonWallet({ victim: explorer, minter: usdt, balance: FUNDING.usdt });
  const extension = await drainingExtension(explorer, thief);
  await deployTon(operator, [fake, extension]);
  const nanoton = { ...COINS };
  // The extension has passed on to the explorer what came with its deployment.
  for (const agent of AGENTS) nanoton[agent] = await devChain.balance(wallets[agent].address);
  const stopMining = keepMining(anvil);
  return {
    security,
    wallets,
    people,
    devChain,
    chain,
    usdt,
    shop,
    thief: thief.toString({ bounceable: false }),
    fake,
    extension,
    operator,
    evm: { chain: evmView, wallet: evmWallet, supplier },
    funding: { ...FUNDING, nanoton },
    storePath,
    handedIn: network.handedIn,
    async close() {
      await stopMining();
      await security.shutdown();
      await Promise.all([anvil.stop(), devChain.close()]);
      await rm(folder, { recursive: true });
    },
  };
}
