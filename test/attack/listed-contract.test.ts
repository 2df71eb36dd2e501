import { serializeTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent, AgentRequest, Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Bench, BOB, CAROL, CHAIN, FREE, fund, openBench, sentBy, stranger } from '../e2e/bench.ts';
import { bytes } from '../evm/chain-fixture.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { sendRaw } from '../fixtures/send-raw.ts';

const USD = 1_000_000n;
let anvil: Anvil;
let token: Deployed;
let router: Deployed;
let bench: Bench;
const wallets = new Map<string, Wallet>();

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  router = await deploy(anvil, 'Router');
  const limits = { ...FREE.limits, assets: { USD: { perTransaction: 100, daily: 1_000 } } };
  const allowedContracts = [
    {
      address: router.address,
      selectors: [router.data('swap', [token.address, 0n, BOB, BOB]), router.data('touch', [token.address])].map((data) =>
        data.slice(0, 10),
      ),
    },
  ];
  const open = { ...FREE, limits, allowedContracts };
  bench = await openBench(anvil, {
    tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }],
    agents: {
      a1: { ...open, allowedDestinations: [BOB] },
      a2: { ...open, strategies: [{ id: 'small', assets: ['ETH'], maxAmountPerTrade: '0.1' }] },
      a4: { ...FREE, humanApprovalThreshold: { token: 'ETH', amount: '0.05' } },
      a5: { ...FREE, maxSpendPerTx: { token: 'ETH', amount: '0.05' } },
      a3: { ...FREE, requireApprovalAbove: '0.05' },
    },
  });
  wallets.set('a1', bench.wallet);
});
afterAll(async () => {
  await bench.security.shutdown();
  await anvil.stop();
});

/** An agent whose wallet holds dollars, 100 of which the router may take. */
async function armed(id: string): Promise<{ agent: Agent; address: string; account: string }> {
  const wallet = wallets.get(id) ?? (await bench.security.custody.createWallet('owner', id));
  wallets.set(id, wallet);
  await fund(anvil, wallet.address);
  await token.send('mint', [wallet.address, 1_000n * USD]);
  const agent = bench.security.agent(id);
  expect((await agent.execute({ spender: router.address, amount: '100', asset: 'USD' })).status).toBe('success');
  return { agent, address: wallet.address, account: wallet.account };
}
const dollars = async (address: string): Promise<bigint> =>
  BigInt((await anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [address]) }, 'latest'])) as string);
const codes = ({ reasons }: { readonly reasons: readonly { readonly code: string }[] }): readonly string[] =>
  reasons.map(({ code }) => code);
const swap = (first: string, second: string, amount = 90n): AgentRequest => ({
  to: router.address,
  data: router.data('swap', [token.address, amount * USD, first, second]),
  asset: 'USD',
  amount: String(amount),
});

describe('a contract on the list', () => {
  it('pays nobody whom the list of destinations leaves out, be it one or several at once', async () => {
    const { agent } = await armed('a1');
    const [thief, other] = [stranger(), stranger()];
    expect(codes(await agent.execute(swap(thief, thief)))).toContain('destination_not_allowed');
    expect(codes(await agent.execute(swap(thief, other)))).toContain('destination_not_allowed');
    expect(codes(await agent.execute(swap(BOB, other)))).toContain('destination_not_allowed');
    expect(codes(await agent.execute(swap(BOB, BOB)))).not.toContain('destination_not_allowed');
  });

  it('stays within the words and the strategy of the request, by what it really takes', async () => {
    const { agent } = await armed('a2');
    const understated = { ...swap(BOB, CAROL), context: { intent: 'Swap 9 USD' } };
    expect(codes(await agent.execute(understated))).toContain('intent_contradicts_effects');
    const asked = { ...swap(BOB, CAROL), context: { strategy: 'small' } };
    expect(codes(await agent.execute(asked))).toContain('strategy_asset_not_allowed');
  });

  it('that turns between dry run and block takes what it was allowed, and no more', async () => {
    const { agent, address, account } = await armed('a2');
    const held = await dollars(address);
    const nonce = await sentBy(anvil, { address });
    const price = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
    const call = { to: router.address, data: router.data('touch', [token.address]), gas: 200_000n };
    const touching = bytes(serializeTransaction({ type: 'eip1559', chainId: 31337, nonce, ...call, ...price }));
    const { raw } = await agent.signTransaction({ chain: CHAIN as never, wallet: account as never, bytes: touching });
    await router.send('turn');
    await sendRaw(anvil, raw);
    expect(held - (await dollars(address))).toBe(100n * USD);
  });
});

describe('fees', () => {
  it.each([
    ['a3', { verdict: 'escalated', reason: 'approval_required' }],
    ['a4', { verdict: 'escalated', reason: 'approval_required' }],
    ['a5', { verdict: 'denied', reason: 'spend_exceeds_cap' }],
  ])('that reach a bound on amounts are bound by it: %s', async (id, details) => {
    const { account, address } = await bench.security.custody.createWallet('owner', id);
    await fund(anvil, address);
    const gas = 21_000n;
    const price = (5n * 10n ** 17n) / gas;
    const fee = { gas, maxFeePerGas: price, maxPriorityFeePerGas: price };
    const burning = bytes(serializeTransaction({ type: 'eip1559', chainId: 31337, nonce: 0, to: BOB, value: 1n, ...fee }));
    const signing = bench.security.agent(id).signTransaction({ chain: CHAIN as never, wallet: account as never, bytes: burning });
    await expect(signing).rejects.toMatchObject({ details });
  });
});
