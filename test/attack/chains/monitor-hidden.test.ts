import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, configOf, FREE, fund, openBench } from '../../e2e/bench.ts';
import { faultyEndpoint } from '../../evm/endpoint-fixture.ts';
import { LOGGER, logData } from '../../evm/logger-contract.ts';
import { type Deployed, deploy } from '../../fixtures/evm-contracts.ts';
import { findings, flood, inOrder, looked, monitored, sendAs, THIEF } from './monitor-scene.ts';

const BAIT = '0x00000000000000000000000000000000000c0de0';
const TOOL = '0x00000000000000000000000000000000000c0de5';
const TRANSFER = 'Transfer(address,address,uint256)';
let anvil: Anvil;
let token: Deployed;

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  await anvil.rpc('anvil_setCode', [BAIT, LOGGER]);
});
afterAll(async () => {
  await anvil.stop();
});

const tokens = () => [{ symbol: 'USD', address: token.address, decimals: 6 }];
/** A wallet with tokens that somebody may take by an allowance of long ago. */
async function robbed(spender: string) {
  const limits = { ...FREE.limits, assets: { USD: { perTransaction: 100, daily: 250 } } };
  const bench = await openBench(anvil, monitored({ tokens: tokens(), agents: { a1: { ...FREE, limits } } }));
  const { security, wallet } = bench;
  await token.send('mint', [wallet.address, 1_000_000_000n]);
  await sendAs(anvil, wallet.address, token.address, token.data('approve', [spender, 2n ** 256n - 1n]));
  const told = findings(security);
  await security.start();
  await looked(security);
  return { ...bench, told, paused: async () => (await security.getHealth()).pausedAgents };
}

describe('what is to hide a drain', () => {
  it('a forged log before it in the same transaction does not', async () => {
    const scene = await robbed(TOOL);
    const { security, wallet, told } = scene;
    const bait = logData(TRANSFER, [wallet.address, BOB], [5n]);
    const pull = token.data('transferFrom', [wallet.address, THIEF, 400_000_000n]);
    await anvil.rpc('anvil_setCode', [
      TOOL,
      inOrder([
        { to: BAIT, data: bait },
        { to: token.address, data: pull },
      ]),
    ]);
    await sendAs(anvil, THIEF, TOOL);
    await looked(security);
    expect(told.map(({ severity, details: { finding, amount } }) => [severity, finding, amount])).toEqual([
      ['warning', 'transfer', '5'],
      ['critical', 'transfer', '400000000'],
    ]);
    expect(await scene.paused()).toEqual(['a1']);
    await security.shutdown(500);
  });

  it('a forged log does not explain coins that are gone', async () => {
    const { security, wallet, told } = await robbed(TOOL);
    await anvil.rpc('anvil_setBalance', [wallet.address, '0x5']);
    await sendAs(anvil, THIEF, BAIT, logData(TRANSFER, [wallet.address, BOB], [5n]));
    await looked(security);
    expect(told.map(({ severity, details: { finding } }) => [severity, finding])).toEqual([
      ['warning', 'transfer'],
      ['critical', 'balance'],
    ]);
    await security.shutdown(500);
  });

  it('a payment that was decided about does not cover transfers to others, however often', async () => {
    const { security, wallet, told } = await robbed(THIEF);
    for (const payment of [
      { amount: '0.01', asset: 'ETH' },
      { amount: '1', asset: 'USD' },
    ]) {
      const paid = await security.agent('a1').execute({ to: BOB, ...payment });
      expect(paid.status, JSON.stringify(paid.reasons)).toBe('success');
    }
    await looked(security);
    expect(told).toEqual([]);
    await token.send('transferFrom', [wallet.address, THIEF, 1_000_000n], { from: THIEF });
    await token.send('transferFrom', [wallet.address, THIEF, 999_999n], { from: THIEF });
    await looked(security);
    expect(told.map(({ severity, details: { amount } }) => [severity, amount])).toEqual([
      ['critical', '1000000'],
      ['critical', '999999'],
    ]);
    await security.shutdown(500);
  });

  it('a block full of logs that name the wallet does not: those of known tokens are told, and the watch goes on', async () => {
    const scene = await robbed(THIEF);
    const { security, wallet, told } = scene;
    await anvil.rpc('anvil_setCode', [TOOL, flood(wallet.address, BOB)]);
    await anvil.rpc('evm_setAutomine', [false]);
    const times = (7_000).toString(16).padStart(64, '0');
    await sendAs(anvil, THIEF, TOOL, `0x${times}`);
    await sendAs(anvil, THIEF, TOOL, `0x${times}`);
    await anvil.rpc('evm_mine', []);
    await sendAs(anvil, THIEF, token.address, token.data('transferFrom', [wallet.address, THIEF, 7n]));
    await anvil.rpc('evm_mine', []);
    await anvil.rpc('evm_setAutomine', [true]);
    await looked(security);
    expect(told.map(({ severity, details: { amount } }) => [severity, amount])).toEqual([['critical', '7']]);
    expect(await scene.paused()).toEqual(['a1']);
    await security.shutdown(500);
  });
});

describe('a block that is larger than an answer may be', () => {
  it('is read one transaction at a time', async () => {
    await using node = await faultyEndpoint(async ({ id, method, params }) => {
      const block = await anvil.rpc(method, params);
      if (method !== 'eth_getBlockByNumber' || params[1] !== true) return block;
      const filled = { ...(block as object), extraData: `0x${'00'.repeat(5 * 1024 * 1024)}` };
      return (block as { readonly transactions: readonly unknown[] }).transactions.length === 0
        ? block
        : { body: JSON.stringify({ jsonrpc: '2.0', id, result: filled }) };
    });
    await using bench = await openBench({ ...anvil, rpcUrl: node.rpcUrl }, monitored());
    const { security, wallet } = bench;
    const told = findings(security);
    await security.start();
    await looked(security);
    const hash = await sendAs(anvil, wallet.address, THIEF, '0x', 7n);
    await looked(security);
    expect(told.map(({ severity, details: { finding, txHash } }) => [severity, finding, txHash])).toEqual([
      ['critical', 'transaction', hash],
    ]);
  });
});

describe('a process that was away', () => {
  it('finds a drain of then at a node that has forgotten the state of old blocks', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const given = monitored({
      store: { open: () => ({ ...store, close: async () => undefined }) },
      keys: { encryptionKey: '5a'.repeat(32) },
    });
    const first = createSecurityManager(configOf(anvil, given));
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    await first.start();
    await looked(first);
    expect((await first.agent('a1').execute({ id: 'p1', to: BOB, amount: '0.01', asset: 'ETH' })).status).toBe('success');
    await first.shutdown(2_000);
    await anvil.rpc('anvil_mine', ['0x64']);
    await sendAs(anvil, wallet.address, THIEF, '0x', 7n);
    await anvil.rpc('anvil_mine', ['0xc8']);
    await using pruned = await faultyEndpoint(async ({ id, method, params }) => {
      const at = params[1] as { readonly blockHash?: string } | undefined;
      if ((method === 'eth_getCode' || method === 'eth_getBalance') && at?.blockHash !== undefined) {
        const block = (await anvil.rpc('eth_getBlockByHash', [at.blockHash, false])) as { readonly number: string };
        const head = Number(await anvil.rpc('eth_blockNumber'));
        const error = { code: -32_000, message: 'missing trie node (path )' };
        if (head - Number(block.number) >= 128) return { body: JSON.stringify({ jsonrpc: '2.0', id, error }) };
      }
      return anvil.rpc(method, params);
    });
    const again = createSecurityManager(configOf({ rpcUrl: pruned.rpcUrl }, given));
    const told = findings(again);
    await again.start();
    await looked(again);
    expect(told.map(({ severity, details: { finding, amount } }) => [severity, finding, amount])).toEqual([
      ['critical', 'transaction', '7'],
    ]);
    await again.shutdown(500);
  });
});
