import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TEMPLATES } from '../../src/authz/index.ts';
import { type Store, storeKey } from '../../src/core/store.ts';
import { createSecurityManager, type SecurityConfig } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { CAROL, configOf, fund, type Hooks, withHooks } from '../e2e/bench.ts';
import { BOB, FREE, KEYS } from './fixture.ts';
import { memory, OPEN, policiesOn, rule } from './policy-fixture.ts';

describe('with a gate on the same store', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });
  const gate = (store: Store, given: Partial<SecurityConfig> = {}) =>
    createSecurityManager(
      configOf(anvil, {
        keys: KEYS,
        store: { open: () => ({ ...store, close: async () => undefined }) },
        tokens: [{ symbol: 'USDC', address: `0x${'11'.repeat(20)}`, decimals: 6 }],
        ...given,
      }),
    );

  it('a removed agent’s permits are void for good, its wallets stay, and its id is nobody else’s', async () => {
    const store = memory();
    const security = gate(store);
    const policy = policiesOn(store);
    const wallet = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const agent = security.agent('a1');
    const pay = { id: 'p1', to: BOB, amount: '0.1', asset: 'ETH' };
    const { permit } = await agent.authorize(pay);
    expect(permit).toBeDefined();
    const { permissions } = await policy.getAgent('a1');
    const removed = await policy.deleteAgent('a1');
    expect(removed.orphanedWallets).toMatchObject([{ account: wallet.account, agentId: 'a1', userId: 'owner' }]);
    expect(await policy.listOrphanedWallets('owner')).toHaveLength(1);
    expect((await agent.execute({ ...pay, id: 'p2' })).status).toBe('policy_rejected');
    await expect(security.custody.createWallet('mallory', 'a1')).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
    await expect(policy.createAgent('a1', permissions, { userId: 'mallory' })).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
    expect(await policy.createAgent('a1', permissions)).toMatchObject({ wallets: [wallet.account] });
    const [row] = await store.get([storeKey.request('a1', 'p1')]);
    expect(row, 'the same rules again do not make the old permit good').toMatchObject({ state: 'released', permit: null });
    expect(await policy.listOrphanedWallets('owner')).toEqual([]);
    expect((await agent.execute({ ...pay, id: 'p3' })).status).toBe('success');
    await security.shutdown(500);
  });

  it('a removal that was cut short leaves no permit that comes back with the agent', async () => {
    const hooks: Hooks = {};
    const store = memory();
    const security = gate(store);
    await fund(anvil, (await security.custody.createWallet('owner', 'a1')).address);
    const { permit } = await security.agent('a1').authorize({ id: 'p1', to: BOB, amount: '0.1', asset: 'ETH' });
    expect(permit).toBeDefined();
    const { permissions } = await policiesOn(store).getAgent('a1');
    hooks.beforeApply = (commands) => {
      if (commands.some(({ kind }) => kind === 'ledger.expire')) throw new Error('the process is gone');
    };
    await expect(policiesOn(withHooks(store, hooks)).deleteAgent('a1')).rejects.toThrow('the process is gone');
    await policiesOn(store).createAgent('a1', permissions);
    expect((await store.get([storeKey.request('a1', 'p1')]))[0]).toMatchObject({ state: 'released', permit: null });
    await security.shutdown(500);
  });

  it('a change voids what was permitted under the rules before it', async () => {
    const store = memory();
    const security = gate(store);
    const policy = policiesOn(store);
    await fund(anvil, (await security.custody.createWallet('owner', 'a1')).address);
    const pay = { id: 'p1', to: BOB, amount: '0.1', asset: 'ETH' };
    await security.agent('a1').authorize(pay);
    await policy.addRule('a1', rule({ conditions: [{ field: 'amount', operator: 'gt', value: '0.05' }] }));
    const { status, reasons } = await security.agent('a1').execute(pay);
    expect([status, reasons.some(({ code, rule: by }) => code === 'policy_changed' || by === 'r1')]).toEqual(['policy_rejected', true]);
    await security.shutdown(500);
  });

  it('says yes to nothing that the gate denies', async () => {
    const store = memory();
    const agents = {
      free: FREE,
      listed: { ...FREE, allowedDestinations: [BOB] },
      small: { ...FREE, limits: { ...FREE.limits, perTransaction: '0.2', daily: '0.25' } },
      ruled: { ...FREE, rules: [rule({ conditions: [{ field: 'amount', operator: 'gte', value: '0.15' }] })] },
      asks: { ...FREE, requireApprovalAbove: '0.15' },
      poor: { template: 'balanced', limits: FREE.limits, rateLimiting: FREE.rateLimiting },
      slow: { ...FREE, rateLimiting: { cooldownSeconds: 3_600 } },
      novel: { ...FREE, rules: [rule({ conditions: [{ field: 'isNewDestination', operator: 'eq', value: true }] })] },
    };
    const security = gate(store, { agents: agents as never });
    const policy = policiesOn(store);
    let yes = 0;
    for (const id of Object.keys(agents)) {
      await fund(anvil, (await security.custody.createWallet('owner', id)).address);
      if (id === 'slow' || id === 'small') await security.agent(id).execute({ to: BOB, amount: '0.1', asset: 'ETH' });
      for (const destination of [BOB, CAROL])
        for (const amount of ['0.05', '0.15', '0.2', '1', '1.5']) {
          const answer = await policy.checkCapability(id, 'transfer', { amount, token: 'ETH', destination });
          const { decision } = await security.agent(id).dryRun({ to: destination, amount, asset: 'ETH' });
          if (answer.allowed) {
            yes += 1;
            expect(decision.verdict, `${id} ${destination} ${amount}`).toBe('approved');
          } else if (decision.verdict === 'approved') expect([id, amount], 'only what the fee decides').toEqual([]);
        }
    }
    expect(yes).toBeGreaterThan(10);
    const at = await store.logHead();
    expect((await policy.checkCapability('free', 'transfer', { amount: '0.1', token: 'ETH', destination: BOB })).allowed).toBe(true);
    await security.emergency.pauseAgent('free', { reason: 'test' });
    expect(await policy.checkCapability('free', 'transfer', { amount: '0.1', token: 'ETH', destination: BOB })).toMatchObject({
      violatedRule: 'agent_paused',
    });
    await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    expect(await policy.checkCapability('listed', 'transfer', { amount: '0.1', token: 'ETH', destination: BOB })).toMatchObject({
      violatedRule: 'halted',
    });
    expect((await store.logHead()).size - at.size, 'questions leave nothing: the two stops').toBe(2);
    await security.shutdown(500);
  });
});

describe('a question that cannot be answered is answered with no', () => {
  it('by word, form, amount and name', async () => {
    const policy = policiesOn();
    await policy.createAgent('a1', {
      ...OPEN,
      allowedContracts: [{ address: CAROL, capability: 'trading' }],
      limits: { unit: 'ETH', perTransaction: 1_000, daily: 5_000 },
    });
    const ask = { amount: 1, token: 'ETH', destination: BOB };
    const yes = (capability: string, context: object) => policy.checkCapability('a1', capability, context as never);
    for (const word of ['transfer', 'transfers', 'send', 'payment']) expect((await yes(word, ask)).allowed, word).toBe(true);
    expect(await yes('trade', { amount: '0.1', token: 'ETH', pair: 'ETH/USDC' })).toMatchObject({ allowed: true, violatedRule: null });
    for (const word of ['constructor', '__proto__', 'toString', '', 'kill', 'Transfer'])
      expect((await yes(word, ask)).allowed, word).toBe(false);
    for (const amount of [
      'abc',
      '-1',
      -1,
      '1e3',
      1e21,
      5e-7,
      '0x10',
      '9'.repeat(90),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '',
      ' 1',
      '01',
      '1.0000000000000000001',
      null,
      [1],
      { valueOf: () => 1 },
    ])
      expect((await yes('transfer', { ...ask, amount })).allowed, String(amount)).toBe(false);
    for (const odd of [
      {},
      { token: 'ETH', destination: BOB },
      { amount: 1, destination: BOB },
      { ...ask, token: 'BTC' },
      { ...ask, destination: 'bob' },
      { ...ask, chain: 'eip155:1' },
      { ...ask, isNewDestination: false },
      { ...ask, permissions: OPEN },
      { ...ask, userApproved: true },
      { ...ask, hour: 9 },
      { ...ask, pair: 'USDC/BTC' },
      JSON.parse('{"amount":1,"token":"ETH","__proto__":{}}'),
      new Map(),
    ])
      expect((await yes('transfer', odd)).allowed, JSON.stringify(odd)).toBe(false);
    expect(await yes('stake', { amount: 1, token: 'ETH' })).toMatchObject({ allowed: false, violatedRule: 'contract_not_allowed' });
    expect(await yes('transfer', { ...ask, amount: 1_001 })).toMatchObject({ violatedRule: 'perTransaction' });
    expect(await policy.checkCapability('nobody', 'transfer', ask as never)).toMatchObject({
      allowed: false,
      violatedRule: 'agent_unknown',
    });
    await policy.addRule('a1', rule({ conditions: [{ field: 'amount', operator: 'gte', value: '5000' }] }));
    await policy.addRule('a1', rule({ id: 'five', conditions: [{ field: 'amount', operator: 'gte', value: '5' }] }));
    for (const amount of ['5', 5, '5.0', '40', '700'])
      expect(await yes('transfer', { ...ask, amount }), String(amount)).toMatchObject({ allowed: false, violatedRule: 'five' });
    await policy.addRule('a1', rule({ id: 'unknown', conditions: [{ field: 'selector', operator: 'eq', value: '0xa9059cbb' }] }));
    expect((await yes('trade', { amount: '0.1', token: 'ETH' })).allowed, 'the method may be the denied one').toBe(false);
    expect(await yes('trade', { amount: '0.1', token: 'ETH', selector: '0xa9059cbb' })).toMatchObject({ violatedRule: 'unknown' });
  });

  it('where the facts leave open what a rule decides by', async () => {
    const policy = policiesOn();
    await policy.createAgent('a1', { ...OPEN, limits: { unit: 'ETH', perTransaction: 100 }, allowedDestinations: [BOB] });
    expect(await policy.checkCapability('a1', 'transfer', { amount: 1, token: 'ETH' })).toMatchObject({
      allowed: false,
      violatedRule: 'destinations',
    });
    await policy.createAgent('a2', DEFAULT_TEMPLATES.conservative);
    expect(await policy.checkCapability('a2', 'nft', { contract: CAROL })).toMatchObject({ allowed: false });
    expect(await policy.checkCapability('a2', 'transfer', { amount: 1, token: 'ETH', destination: BOB })).toMatchObject({
      violatedRule: 'capability.transfers',
    });
  });
});
