import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import { sendFrom } from '../fixtures/send-raw.ts';
import { CHAIN, type DelegationScene, ETH, NATIVE, other, owner, shop, sponsor, startDelegationScene } from './delegation-fixture.ts';

let scene: DelegationScene;
let security: SecurityManager;
let wallet: Wallet;
let gas: string;

beforeAll(async () => {
  scene = await startDelegationScene();
  const tokens = [{ symbol: 'USD', address: scene.token.address, decimals: 6 }];
  security = createSecurityManager({
    chains: [
      evm({
        ...{ chain: CHAIN, rpcUrl: scene.anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens },
        accounts: { sponsor, delegation: scene.framework.contracts },
      }),
    ],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'ETH', perTransaction: 5, daily: 50, weekly: 100, monthly: 100 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
  });
  wallet = await security.custody.createWallet('owner', 'a1', {
    mode: 'smart-contract',
    owner,
    dailyLimit: '1.5',
    perTransactionLimit: '1',
    allowedDestinations: [shop.address],
  });
  gas = (wallet.smart?.sender ?? '').slice(CHAIN.length + 1);
  for (const address of [wallet.address, gas]) await scene.anvil.rpc('anvil_setBalance', [address, `0x${(10n * ETH).toString(16)}`]);
});
afterAll(async () => {
  await security?.shutdown(1_000);
  await scene?.close();
});

const pay = (id: string, amount: string, to: string = shop.address) =>
  security.execute({ id, agentId: 'a1', wallet: wallet.address, to, amount, asset: 'ETH' });

describe('a gate before a delegation account', () => {
  it('pays from the account, with gas of the sender, and books what left', async () => {
    const before = [await scene.coins(wallet.address), await scene.coins(gas)] as const;
    const result = await pay('one', '0.5');
    expect(result).toMatchObject({ status: 'success', receipt: { success: true } });
    const { receipt, decision } = result;
    if (receipt === undefined || receipt === null || decision === null) throw new Error('no receipt');
    expect(await scene.coins(wallet.address)).toBe(before[0] - ETH / 2n);
    expect(await scene.coins(gas)).toBe(before[1] - receipt.feePaid);
    const outflow = { kind: 'outflow', account: wallet.account, counterparty: shop.wallet, asset: NATIVE, amount: ETH / 2n };
    expect(receipt.effects).toContainEqual(expect.objectContaining(outflow));
    expect(decision.wallet).toBe(wallet.account);
    expect(decision.effects).toContainEqual(expect.objectContaining({ ...outflow, source: 'bytes' }));
  });

  it('sees before it signs what the chain would refuse, and spends nothing on it', async () => {
    const before = await scene.coins(gas);
    expect(await pay('two', '1')).toMatchObject({ status: 'success' });
    // The gate’s own limits allow it; what is left of the period on the chain does not.
    const third = await pay('three', '0.5');
    expect(third.status).not.toBe('success');
    expect(third.reasons.map(({ code }) => code)).toContain('simulation_reverted');
    const elsewhere = await pay('four', '0.1', other.address);
    expect(elsewhere.status).toBe('policy_rejected');
    expect(await pay('five', '1.1')).toMatchObject({ status: 'policy_rejected' });
    expect(await scene.coins(shop.address)).toBeGreaterThan(0n);
    expect(before - (await scene.coins(gas))).toBeLessThan(ETH / 1_000n);
  });

  it('names the sender where it cannot pay the fee', async () => {
    const held = await scene.coins(gas);
    await scene.wait(86_400);
    await scene.anvil.rpc('anvil_setBalance', [gas, '0x0']);
    const poor = await pay('six', '0.1');
    expect(poor.status).not.toBe('success');
    expect(poor.reasons).toContainEqual(
      expect.objectContaining({ code: 'insufficient_funds', facts: { errors: 'sender_insufficient_funds' } }),
    );
    await scene.anvil.rpc('anvil_setBalance', [gas, `0x${held.toString(16)}`]);
    expect(await pay('seven', '0.1')).toMatchObject({ status: 'success' });
  });

  it('stops for good where the sender’s key was used past it', async () => {
    const outside = { from: gas, to: shop.address, value: '0x1' };
    await scene.anvil.rpc('anvil_impersonateAccount', [gas]);
    await sendFrom(scene.anvil, outside);
    const after = await pay('eight', '0.1');
    expect(after.reasons.map(({ code }) => code)).toContain('halted');
  });
});
