import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurityManager, LAYERS, type SecurityManager, type Wallet } from '../../src/index.ts';
import { type Place, startEvm, startTon } from './environment.ts';

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('the quick start on %s', (_name, start) => {
  let place: Place;
  let security: SecurityManager;
  let wallet: Wallet;
  beforeAll(async () => {
    place = await start();
    security = createSecurityManager({
      ...place.binding(),
      enabled: true,
      custody: { mode: 'mpc', userOwned: true, platformManaged: true, recoveryEnabled: true },
      risk: { enabled: true, maxRiskScore: 80 },
    });
    wallet = await security.custody.createWallet('user-1', 'agent-1');
    await place.fund(wallet, 1_000);
  });
  afterAll(async () => {
    await security?.shutdown(1_000);
    await place?.close();
  });

  const requestOf = (id: string, strategy?: string) => ({
    id,
    agentId: 'agent-1',
    userId: 'user-1',
    type: 'transfer',
    amount: '100',
    currency: place.currency,
    destination: place.address('destination'),
    timestamp: new Date(),
    context: { intent: 'Send payment to user', ...(strategy === undefined ? {} : { strategy }), confidence: 0.95 },
  });
  const authorize = (id: string, strategy?: string) =>
    security.authorization.authorize(requestOf(id, strategy), {
      agentId: 'agent-1',
      userId: 'user-1',
      sessionId: 'session-1',
      permissions: (wallet as Wallet & { readonly permissions?: unknown }).permissions,
    });

  it('makes an mpc wallet of the user’s, shared by three of whom two sign', () => {
    expect([wallet.mode, wallet.owner, wallet.userId, wallet.agentId, wallet.threshold, wallet.parties?.length]).toEqual([
      'mpc',
      'user',
      'user-1',
      'agent-1',
      2,
      3,
    ]);
  });

  it('a wallet tells the permissions of its agent, which are the conservative ones', () => {
    expect(wallet).toMatchObject({ permissions: { capabilities: { transfers: { enabled: false } } } });
  });

  it('an agent that nobody gave permissions pays nobody, whatever its caller says of permissions', async () => {
    const result = await authorize('tx-001', 'swap');
    expect([result.approved, result.escalated, result.layerResults.map(({ layer }) => layer)]).toEqual([false, false, [...LAYERS]]);
    expect([typeof result.failedLayer, typeof result.denialReason]).toEqual(['string', 'string']);
    expect(await place.balance(place.address('destination'))).toBe(0n);
  });

  it('approves once its owner lets it, and the approved transaction is executed', async () => {
    await security.policy.updateAgent('agent-1', {
      capabilities: { transfers: { enabled: true } },
      limits: { unit: place.currency, perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 },
      requireApproval: false,
      rateLimiting: { cooldownSeconds: 0, maxPerHour: 100 },
      strategies: [{ id: 'swap' }],
    });
    const result = await authorize('tx-002', 'swap');
    expect([result.approved, result.denialReason, result.escalationReason]).toEqual([true, undefined, undefined]);
    expect(typeof result.permit).toBe('string');
    if (result.approved) {
      const executed = await security.execute(requestOf('tx-002', 'swap'));
      expect([executed.status, executed.decision.id]).toEqual(['success', result.decisionId]);
    }
    expect(await place.balance(place.address('destination'))).toBeGreaterThan(99n * place.unit);
  });

  it('a strategy that nobody registered is a person’s to allow', async () => {
    const result = await authorize('tx-003', 'another');
    expect([result.approved, result.escalated, typeof result.escalationReason]).toEqual([false, true, 'string']);
  });
});
