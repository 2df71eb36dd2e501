import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurityManager, DEFAULT_TEMPLATES, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Place, refusal, startEvm, startTon } from './environment.ts';

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('the rooms of one manager on %s', (_name, start) => {
  let place: Place;
  let security: SecurityManager;
  let wallet: Wallet;
  beforeAll(async () => {
    place = await start();
    security = createSecurityManager({ ...place.binding(), risk: { anomalyThreshold: 100 } });
    await security.policy.createAgent('agent-1', {
      ...DEFAULT_TEMPLATES.aggressive,
      limits: { unit: place.currency, perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 },
      rateLimiting: { cooldownSeconds: 0, maxPerHour: 100 },
    });
    wallet = await security.custody.createWallet('owner', 'agent-1');
    await place.fund(wallet, 1_000);
  });
  afterAll(async () => {
    await security?.shutdown(1_000);
    await place?.close();
  });
  const requestOf = (id: string, amount: string, name = 'payee') => ({
    id,
    agentId: 'agent-1',
    type: 'transfer',
    amount,
    currency: place.currency,
    destination: place.address(name),
    timestamp: new Date(),
  });
  const codeOf = async (id: string, amount: string, name?: string): Promise<string> => {
    const { status, reasons } = await security.execute(requestOf(id, amount, name));
    return reasons[0]?.code ?? status;
  };

  it('policy: a rule decides what is paid, and so does its removal', async () => {
    const { policy } = security;
    const conditions = [
      { field: 'amount', operator: 'gt', value: 50 },
      { field: 'isNewDestination', operator: 'eq', value: true },
    ];
    await policy.addRule('agent-1', { id: 'new-dest-limit', conditions, action: 'deny', priority: 100 });
    expect(await codeOf('ruled', '51')).toBe('policy_rule_denied');
    expect(await codeOf('small', '1')).toBe('success');
    await policy.removeRule('agent-1', 'new-dest-limit');
    expect(await codeOf('unruled', '51', 'another')).toBe('success');
    const can = await policy.checkCapability('agent-1', 'transfer', {
      amount: 1001,
      token: place.currency,
      destination: place.address('payee'),
    });
    expect(can).toMatchObject({ allowed: false, violatedRule: expect.any(String) });
  });

  it('risk: who is listed is not paid, by whatever agent', async () => {
    const { risk } = security;
    await risk.addToBlacklist(place.address('thief'), { reason: 'Known scam address', source: 'community_report', severity: 'high' });
    expect(await codeOf('listed', '1', 'thief')).toBe('address_blacklisted');
    expect((await risk.assessTransaction(requestOf('asked', '1', 'thief'))).isBlocked).toBe(true);
    await risk.removeFromBlacklist(place.address('thief'));
    expect(await codeOf('unlisted', '1', 'thief')).toBe('success');
  });

  it('risk: questions are answered from the agent’s own past, or from a history that is handed in', async () => {
    const { risk } = security;
    const history = Array.from({ length: 30 }, (_, day) => ({
      amount: ['9.37', '10.41', '11.83'][day % 3] ?? '',
      currency: place.currency,
      destination: place.address('payee'),
      timestamp: new Date(Date.now() - (day + 1) * 86_400_000),
    }));
    expect(await risk.detectAnomalies(requestOf('usual', '10.1'), history)).toMatchObject({ isAnomaly: false });
    expect((await risk.checkFraudPatterns(requestOf('new', '900.37', 'stranger'), history)).matchedPatterns.map(({ id }) => id)).toContain(
      'new_dest_large',
    );
    expect((await risk.assessTransaction(requestOf('own', '1'))).breakdown).toHaveProperty('aggregate');
  });

  it('keys: a wallet’s key is replaced by a plan, and what is not empty is not given up', async () => {
    const { keys } = security;
    const rotationResult = await keys.rotateKey(wallet.keyId);
    expect(rotationResult.migration.moves).toMatchObject([{ agentId: 'agent-1', chain: wallet.chain }]);
    expect(await codeOf('with-the-old-one', '1')).toBe('success');
    await keys.revokeKey(rotationResult.newKeyId, 'compromised');
    expect((await keys.listKeys({ state: 'revoked' })).map(({ id }) => id)).toEqual([rotationResult.newKeyId]);
    expect((await keys.getKey(wallet.keyId)).state).toBe('active');
    await keys.revokeKey(wallet.keyId, 'compromised');
    expect(await codeOf('with-none', '1')).not.toBe('success');
  });

  it('everything stands in one log that verifies', async () => {
    const { audit } = security;
    expect((await audit.query({ agents: ['agent-1'], status: 'denied' })).entries.length).toBeGreaterThanOrEqual(2);
    const { valid, invalidEntries } = await audit.verifyIntegrity();
    expect([valid, invalidEntries]).toEqual([true, []]);
    expect(await refusal(() => security.custody.getWallet(place.address('payee')))).toBe('WALLET_UNKNOWN');
    expect((await security.getHealth()).chains).toMatchObject([{ chain: wallet.chain, reachable: true }]);
  });
});
