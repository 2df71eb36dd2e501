import { namehash } from 'viem/ens';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/index.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';

const CHAIN = 'eip155:31337';
const SHOP = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const THIEF = '0x90f79bf6eb2c4f870365e785982e1f101e93b906';
let anvil: Anvil;
let names: Deployed;
let security: SecurityManager;

beforeAll(async () => {
  anvil = await startAnvil();
  names = await deploy(anvil, 'Names', []);
  await names.send('set', [namehash('shop.eth'), SHOP]);
  security = createSecurityManager({
    chains: [evm({ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 20, ensRegistry: names.address })],
    agents: {
      a1: {
        template: 'balanced',
        limits: { unit: 'ETH', perTransaction: 1, daily: 5 },
        allowedDestinations: [SHOP],
        rateLimiting: { cooldownSeconds: 0 },
      },
    },
  });
  const wallet = await security.custody.createWallet('owner', 'a1');
  await anvil.rpc('anvil_setBalance', [wallet.address, '0x8ac7230489e80000']);
});
afterAll(async () => {
  await security?.shutdown();
  await anvil?.stop();
});
const pay = (to: string) => security.agent('a1').execute({ to, amount: '0.1', asset: 'ETH' });

describe('a payment to a name', () => {
  it('goes to the account that the name stands for now, and the decision shows both', async () => {
    const paid = await pay('shop.eth');
    expect([paid.status, paid.reasons]).toEqual(['success', []]);
    expect(paid.decision.names).toEqual([{ name: 'shop.eth', account: `${CHAIN}:${SHOP}` }]);
    expect(BigInt((await anvil.rpc('eth_getBalance', [SHOP, 'latest'])) as string)).toBe(10_000n * 10n ** 18n + 10n ** 17n);
  });

  it('is judged by that account: a name that changed hands is a stranger', async () => {
    await names.send('set', [namehash('shop.eth'), THIEF]);
    const refused = await pay('shop.eth');
    expect([refused.status, refused.reasons[0]?.code]).toEqual(['policy_rejected', 'destination_not_allowed']);
    await names.send('set', [namehash('shop.eth'), SHOP]);
  });

  it.each([
    ['nobody.eth', 'name_unresolved'],
    ['ѕhop.eth', 'name_misleading'],
    ['sh\u200bop.eth', 'name_misleading'],
    ['shop..eth', 'name_misleading'],
  ])('%j denies with %s', async (name, reason) => {
    const refused = await pay(name);
    expect([refused.status, refused.reasons[0]?.code]).toEqual(['policy_rejected', reason]);
  });

  it('is one in calls, too', async () => {
    const refused = await security.agent('a1').execute({ chain: CHAIN, calls: [{ to: 'nobody.eth', value: '0.1' }] });
    expect(refused.reasons[0]?.code).toBe('name_unresolved');
  });
});
