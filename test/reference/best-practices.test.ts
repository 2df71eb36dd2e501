import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createKeyManager,
  createPolicyManager,
  createSecurityManager,
  DEFAULT_TEMPLATES,
  type SecurityConfig,
  SoftwareKeyStorage,
  signApproval,
} from '../../src/index.ts';
import { person, registered } from '../e2e/bench.ts';
import { lastingStore, type Place, startEvm, startTon } from './environment.ts';

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('practices on %s', (_name, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place?.close();
  });
  const managerOf = (given: Partial<SecurityConfig>) => createSecurityManager({ ...place.binding(), ...given });

  it('mpc custody: a wallet that two of three sign for', async () => {
    await using security = managerOf({ custody: { mode: 'mpc' }, mpc: { threshold: 2, totalParties: 3 } });
    const wallet = await security.custody.createWallet('user-1', 'agent-1');
    expect([wallet.mode, wallet.threshold, wallet.parties?.length]).toEqual(['mpc', 2, 3]);
  });

  it('monitoring: what is refused is told, logged, and found again', async () => {
    await using security = managerOf({
      risk: { enabled: true, fraudDetectionEnabled: true },
      emergency: { autoResponseEnabled: true },
      audit: { enabled: true, signEvents: true },
    });
    const seen: string[] = [];
    security.onEvent(({ type }) => seen.push(type));
    const wallet = await security.custody.createWallet('user-1', 'agent-1');
    await place.fund(wallet, 10);
    const to = place.address('payee');
    expect((await security.execute({ agentId: 'agent-1', to, amount: '1', asset: place.currency })).status).toBe('policy_rejected');
    await expect.poll(() => seen).toContain('policy_rejected');
    expect((await security.audit.query({ agents: ['agent-1'], status: 'denied' })).entries).toHaveLength(1);
  });

  it('limits: those of the deployment hold for whoever has none of their own', async () => {
    await using security = managerOf({
      authorization: { defaultLimits: { unit: place.currency, perTransaction: 100, daily: 500, weekly: 2000, monthly: 5000 } },
      agents: { 'agent-1': { capabilities: { transfers: { enabled: true } } } },
    });
    await place.fund(await security.custody.createWallet('owner', 'agent-1'), 1_000);
    const request = { agentId: 'agent-1', destination: place.address('payee'), currency: place.currency };
    const verdicts = [];
    for (const amount of ['1', '100.5']) {
      const { wouldProceed, approvalRequired, blockers } = await security.dryRun({ ...request, id: `limit-${amount}`, amount });
      verdicts.push(wouldProceed || approvalRequired ? 'fits' : blockers[0]?.code);
    }
    expect(verdicts).toEqual(['fits', 'per_transaction_limit']);
  });

  it('escalation: the user is told, decides, and the same request is approved; a claimed yes is none', async () => {
    const anna = person('anna');
    await using security = managerOf({
      registry: { keys: [registered(anna, 'approver', 'owner')] },
      agents: {
        'agent-1': {
          user: 'user-1',
          capabilities: { transfers: { enabled: true } },
          limits: { unit: place.currency, perTransaction: 500, daily: 500 },
          requireApprovalAbove: 100,
        },
      },
      risk: { anomalyThreshold: 100 },
    });
    await place.fund(await security.custody.createWallet('user-1', 'agent-1'), 1_000);
    const told: unknown[] = [];
    const notifyUser = async (userId: string, message: object): Promise<void> => void told.push([userId, message]);
    const waitForUserDecision = async (requestId: string): Promise<{ approved: boolean }> => {
      const [open] = await security.approvals.list({ state: 'pending' });
      if (open === undefined || open.request.requestId !== requestId) return { approved: false };
      const { state } = await security.approvals.answer(signApproval(anna, open.request, 'approve'));
      return { approved: state === 'approved' };
    };
    const request = {
      id: 'tx-001',
      agentId: 'agent-1',
      userId: 'user-1',
      amount: '200',
      currency: place.currency,
      destination: place.address('payee'),
    };
    const context = { agentId: 'agent-1', userId: 'user-1', sessionId: 'session-1' };
    const result = await security.authorization.authorize(request, context);
    expect(result.escalated).toBe(true);
    const claimed = await security.authorization.authorize(request, { ...context, userApproved: true });
    expect([claimed.approved, claimed.escalated], 'nobody has said yes yet').toEqual([false, true]);
    await notifyUser(context.userId, { type: 'approval_required', request, reason: result.escalationReason });
    expect(told).toHaveLength(1);
    const decision = await waitForUserDecision(request.id);
    expect(decision.approved).toBe(true);
    const finalResult = await security.authorization.authorize(request, { ...context, userApproved: true });
    expect([finalResult.approved, finalResult.denialReason]).toEqual([true, undefined]);
  });
});

describe('practices without a chain', () => {
  it('permissions: conservative first, wider later, and still below the template', async () => {
    const policy = createPolicyManager();
    await policy.createAgent('agent-1', DEFAULT_TEMPLATES.conservative);
    await policy.updateAgent('agent-1', { ...DEFAULT_TEMPLATES.balanced, limits: { perTransaction: 200 } });
    const { permissions } = await policy.getAgent('agent-1');
    expect(permissions.capabilities?.governance).toMatchObject({ enabled: true, voteOnly: true });
    expect(permissions.limits?.perTransaction).toBe(200);
  });

  it('keys: a rotation interval stands with the key', async () => {
    const storage = new SoftwareKeyStorage({ encryptionKey: '7a'.repeat(32), storagePath: 'keys' });
    await using keyManager = createKeyManager({ storage, store: () => lastingStore() });
    // Curve and purpose are the deployment's to name.
    const key = await keyManager.generateKey({ algorithm: 'ed25519', purpose: 'signing', autoRotate: true, rotationIntervalDays: 90 });
    expect([key.autoRotate, key.rotationIntervalDays]).toEqual([true, 90]);
  });

  it('retention and triggers are taken as they are written', async () => {
    await using security = createSecurityManager({
      audit: { enabled: true, retentionDays: 365, signEvents: true },
      emergency: {
        autoResponseEnabled: true,
        autoResponseTriggers: [
          { event: 'fraud_detected', threshold: 1, action: 'kill' },
          { event: 'anomaly_detected', threshold: 3, action: 'pause' },
          { event: 'multiple_failures', threshold: 5, action: 'pause' },
        ],
      },
    });
    await security.ready();
    expect((await security.audit.retention()).retentionDays).toBe(365);
    expect(await security.emergency.getActiveEmergencies()).toEqual([]);
  });
});
