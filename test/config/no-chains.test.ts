import { describe, expect, it } from 'vitest';
import { codeOf, open } from './bench.ts';

describe('a manager without chains', () => {
  it('has every room that needs none', async () => {
    await using security = open();
    await security.ready();
    await security.policy.createAgent('agent-1', { capabilities: { transfers: { enabled: true } } });
    expect(await security.policy.checkCapability('agent-1', 'transfer', { amount: '50', token: 'TON' })).toMatchObject({ allowed: true });
    expect(await security.policy.checkCapability('agent-1', 'transfer', { amount: '5000', token: 'TON' })).toMatchObject({
      allowed: false,
    });
    const key = await security.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
    expect(await security.keys.listKeys()).toHaveLength(1);
    await security.keys.revokeKey(key.id, 'test');
    await security.audit.log({ name: 'deploy', source: 'ci' } as never).catch(() => undefined);
    expect((await security.audit.verifyIntegrity()).valid).toBe(true);
    await security.emergency.activateKillSwitch({ reason: 'drill', triggeredBy: 'operator' });
    expect(security.emergency.isKillSwitchActive()).toBe(true);
    await security.emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'over' });
    const address = `0:${'ab'.repeat(32)}`;
    await security.risk.addToBlacklist(address, { reason: 'test', source: 'test', severity: 'high' });
    expect(await security.risk.isBlacklisted(address)).toBe(true);
    expect(await codeOf(() => security.recovery.initiateRecovery('u', { method: 'email' }))).toBe('MODE_UNAVAILABLE');
    await security.start();
  });

  it('makes no wallet, denies every request with its reason, and says why in health', async () => {
    await using security = open({ agents: { a1: { template: 'aggressive' } } });
    for (const options of [{}, { chain: 'ton:-239' }, { chain: 'eip155:1' }])
      expect(await codeOf(() => security.custody.createWallet('owner', 'a1', options))).toBe('CHAIN_INVALID');
    const agent = security.agent('a1');
    const pay = { to: `0:${'ab'.repeat(32)}`, amount: '1', asset: 'TON' };
    for (const [id, request, reason] of [
      ['r1', pay, 'wallet_unknown'],
      ['r2', { ...pay, chain: 'ton:-239' }, 'chain_not_allowed'],
      ['r3', { ...pay, chain: 'nonsense' }, 'request_malformed'],
    ] as const) {
      const result = await agent.execute({ id, ...request });
      expect([result.status, result.reasons[0]?.code, result.decision.reports.length]).toEqual(['policy_rejected', reason, 8]);
    }
    expect((await security.agent('nobody').execute({ id: 'r4', ...pay })).reasons[0]?.code).toBe('agent_unknown');
    const { notes, chains, status } = await security.getHealth();
    expect(notes).toContainEqual(expect.stringContaining('no chains'));
    expect([chains, status]).toEqual([[], 'ok']);
  });
});
