import { encodeAbiParameters, getAddress, type Hex, keccak256 } from 'viem';
import { evm } from '../../../src/adapters/evm/index.ts';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/index.ts';
import { CHAIN, fund, hookedStore } from '../../e2e/bench.ts';
import { type Deployed, deploy } from '../../fixtures/evm-contracts.ts';
import type { Template } from './drain.ts';

export const SHOP = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const THIEF = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
/** Begins and ends like the shop. */
export const LOOKALIKE = getAddress('0x7099797011111111111111111111111111dc79c8');
export const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
export const MULTI_SEND = '0x9641d764fc13c8B624c04430C7356C1C7C8102e2';
export const SEAPORT = getAddress('0x0000000000000068f116a894984e2db1123eb395');
const at = (tail: string): Hex => getAddress(`0x${tail.padStart(40, '0')}`);
/** Contracts of the shop's that the policy lists: a safe, one with owner and batches, a delegate for accounts. */
export const SAFE = at('5afe');
export const HUB = at('40b');
export const DELEGATE = at('de1e');
/** Code of the thief's. */
export const SWEEPER = at('bad');
export const USD = 1_000_000n;

/** The templates as they are, and the lists that an owner has to write. No list is what saves the wallet. */
const LISTS = {
  limits: { unit: 'ETH', perTransaction: 1, daily: 50, weekly: 100, monthly: 100, assets: { USD: { perTransaction: 100, daily: 10_000 } } },
  allowedDestinations: [SHOP],
  capabilities: { approvals: { enabled: true, spenders: [SHOP] } },
  allowedProtocols: ['uniswap-v2'],
  allowedDelegates: [DELEGATE],
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 100_000 },
};

/** Whom an order robs, and of what. */
export interface Victim {
  readonly me: Hex;
  readonly usd: Deployed;
  readonly art: Hex;
  /** Number of the collectible that it owns. */
  readonly item: bigint;
  readonly router: Deployed;
}

/** Who may be robbed: a wallet with coins, tokens and a collectible, once under each template. */
export interface EvmWorld extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly security: SecurityManager;
  readonly wallets: Readonly<Record<Template, Wallet>>;
  victim(id: Template): Victim;
  /** Permits redeemed so far, without which no key signs. */
  redeemed(): number;
  /** Lets more than an hour go by: so many refusals are a burst, and look like probing. */
  rest(): void;
  /** What each wallet has, and how often it signed a transaction that the chain took. */
  holdings(): Promise<readonly string[]>;
}

/** Opens it over a chain of its own. */
export async function openEvmWorld(): Promise<EvmWorld> {
  const anvil = await startAnvil();
  const [usd, art, router] = [
    await deploy(anvil, 'PermitToken', ['USD']),
    await deploy(anvil, 'Collectible'),
    await deploy(anvil, 'PoolRouter'),
  ];
  // Stands for contracts that do nothing here: the bytes alone say what a call would be.
  for (const address of [PERMIT2, MULTI_SEND, SEAPORT, SAFE, HUB, DELEGATE, SWEEPER]) await anvil.rpc('anvil_setCode', [address, '0x00']);
  const tokens = [{ symbol: 'USD', address: usd.address, decimals: 6 }];
  const chain = { chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens, delegates: [DELEGATE] };
  const listed = [usd.address, art.address, PERMIT2, SEAPORT, SAFE, HUB].map((address) => ({ address }));
  const permissions = { ...LISTS, allowedContracts: listed };
  let redeemed = 0;
  const beforeApply = (commands: readonly { readonly kind: string }[]): void => {
    redeemed += commands.filter(({ kind }) => kind === 'permit.redeem').length;
  };
  const real = systemClock();
  let offsetMs = 0;
  const clock = { ...real, nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() + offsetMs };
  const security = createSecurityManager({
    clock,
    store: hookedStore({ beforeApply }, { clock }).factory,
    chains: [evm({ ...chain, protocols: [{ protocol: 'uniswap-v2', address: router.address }] })],
    agents: { balanced: { template: 'balanced', ...permissions }, aggressive: { template: 'aggressive', ...permissions } },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
  });
  const wallets = {
    balanced: await security.custody.createWallet('owner', 'balanced'),
    aggressive: await security.custody.createWallet('owner', 'aggressive'),
  };
  for (const [index, { address }] of Object.values(wallets).entries()) {
    await fund(anvil, address);
    await usd.send('mint', [address, 1_000n * USD]);
    await art.send('mint', [address, BigInt(index + 1)]);
    await allow(anvil, usd, address, router.address);
  }
  return {
    anvil,
    security,
    wallets,
    victim: (id) => ({ usd, art: art.address, router, me: getAddress(wallets[id].address), item: id === 'balanced' ? 1n : 2n }),
    redeemed: () => redeemed,
    rest: () => void (offsetMs += 3_720_000),
    async holdings() {
      const of = async ({ address }: Wallet): Promise<readonly unknown[]> => [
        await anvil.rpc('eth_getBalance', [address, 'latest']),
        await anvil.rpc('eth_getTransactionCount', [address, 'latest']),
        await anvil.rpc('eth_call', [{ to: usd.address, data: usd.data('balanceOf', [address]) }, 'latest']),
      ];
      return (await Promise.all(Object.values(wallets).map(of))).flat().map(String);
    },
    async [Symbol.asyncDispose]() {
      await security.shutdown(2_000);
      await anvil.stop();
    },
  };
}

/** `allowance[owner][spender]` of PermitToken, as if given long ago. */
async function allow(anvil: Anvil, token: Deployed, owner: string, spender: Hex): Promise<void> {
  const types = [{ type: 'address' }, { type: 'bytes32' }] as const;
  const inner = keccak256(encodeAbiParameters(types, [owner as Hex, `0x${'0'.repeat(63)}2`]));
  await anvil.rpc('anvil_setStorageAt', [
    token.address,
    keccak256(encodeAbiParameters(types, [spender, inner])),
    `0x${(100n * USD).toString(16).padStart(64, '0')}`,
  ]);
}
