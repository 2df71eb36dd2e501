import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import type { SmartAccount } from '../../src/core/index.ts';
import { createSecurityManager, type ExecutionResult, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { deploySafeContracts } from '../fixtures/safe-contracts.ts';
import { balanceOf, CHAIN, configOf, ETH, fund } from './bench.ts';

const PAYEE = '0x00000000000000000000000000000000000c0ffe';
let anvil: Anvil;
let security: SecurityManager;
let wallet: Wallet;
let sender: string;
beforeAll(async () => {
  anvil = await startAnvil();
  const safe = await deploySafeContracts(anvil);
  const sponsor = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 9 });
  const chain = { chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 };
  const limits = { unit: 'ETH', perTransaction: 5, daily: 50, weekly: 100, monthly: 100 };
  const a1 = { capabilities: { transfers: { enabled: true } }, limits, rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 } };
  security = createSecurityManager({ ...configOf(anvil), agents: { a1 }, chains: [evm({ ...chain, accounts: { sponsor, safe } })] });
  wallet = await security.custody.createWallet('owner', 'a1', { mode: 'mpc' });
  sender = (wallet.smart as SmartAccount).sender.slice(CHAIN.length + 1);
  await fund(anvil, wallet.address);
  await fund(anvil, sender);
});
afterAll(async () => {
  await security.shutdown(2_000);
  await anvil.stop();
});

const pay = (id: string, amount: string): Promise<ExecutionResult> =>
  security.execute({ id, agentId: 'a1', userId: 'owner', type: 'transfer', amount, currency: 'ETH', destination: PAYEE });
const pending = async (): Promise<number> => Number(await anvil.rpc('eth_getTransactionCount', [sender, 'pending']));

describe('a wallet of parties on a chain without shared keys', () => {
  it('pays through the gate, one after the other and several at once', async () => {
    expect(await pay('one', '0.5')).toMatchObject({ status: 'success', receipt: { success: true } });
    const many = await Promise.all(['a', 'b', 'c'].map((id) => pay(id, '0.25')));
    expect(many.map(({ status, reasons }) => [status, ...reasons])).toEqual([['success'], ['success'], ['success']]);
    expect(await balanceOf(anvil, PAYEE)).toBe((ETH * 5n) / 4n);
    expect(await pay('too-much', '5.5')).toMatchObject({ status: 'policy_rejected', reasons: [{ code: 'per_transaction_limit' }] });
  });

  it('is told by health as parties of this process, and its key is not replaced by a sweep', async () => {
    expect((await security.getHealth()).shares).toEqual({ location: 'in-process', keys: 1, degraded: [], lost: [] });
    await expect(security.keys.rotateKey(wallet.keyId)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const [party] = await security.keys.listKeys({ coSignerOf: wallet.keyId });
    await expect(security.custody.createWallet('owner', 'a1', { keyId: party?.id ?? '' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('lets no party sign behind an order that may still fail', async () => {
    await anvil.rpc('evm_setAutomine', [false]);
    const before = await pending();
    const first = pay('first', '0.5');
    while ((await pending()) === before) await new Promise((resolve) => setTimeout(resolve, 10));
    const second = pay('second', '0.5');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await pending()).toBe(before + 1);
    const held = await balanceOf(anvil, PAYEE);
    await fund(anvil, wallet.address, 0n);
    await anvil.rpc('evm_mine', []);
    await anvil.rpc('evm_setAutomine', [true]);
    expect(await first).toMatchObject({ status: 'execution_failed', receipt: { success: false, partial: true } });
    const stopped = await second;
    expect(stopped).toMatchObject({ status: 'simulation_stale' });
    expect(stopped.reasons[0]?.message).toContain('order_out_of_place');
    expect(stopped.txHash).toBeUndefined();
    expect(await pending()).toBe(before + 1);
    expect(await balanceOf(anvil, PAYEE)).toBe(held);
    await fund(anvil, wallet.address);
    expect(await pay('after', '0.25')).toMatchObject({ status: 'success' });
  });

  it('pays without the party that was revoked, and not at all without two', async () => {
    const [a, b] = await security.keys.listKeys({ coSignerOf: wallet.keyId });
    await security.keys.revokeKey(a?.id ?? '', 'lost');
    expect(await pay('without-one', '0.25')).toMatchObject({ status: 'success' });
    expect((await security.getHealth()).shares).toMatchObject({ degraded: [wallet.keyId], lost: [] });
    await security.keys.revokeKey(b?.id ?? '', 'lost too');
    const result = await pay('without-two', '0.25');
    expect(result.status).toBe('execution_failed');
    expect(result.reasons[0]?.code).toBe('key_revoked');
    expect((await security.getHealth()).shares).toMatchObject({ lost: [wallet.keyId] });
  });
});
