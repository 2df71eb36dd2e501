import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmergencyController, createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Binding, type Place, startTon } from './environment.ts';

describe('the emergency controller, beside a manager on the same store', () => {
  let place: Place;
  let binding: Binding;
  let security: SecurityManager;
  beforeAll(async () => {
    place = await startTon();
    binding = place.binding();
    security = createSecurityManager({
      ...binding,
      agents: {
        'agent-1': {
          capabilities: { transfers: { enabled: true } },
          limits: { unit: 'TON', perTransaction: 5, daily: 50 },
          rateLimiting: { cooldownSeconds: 0, maxPerHour: 100 },
        },
      },
      risk: { anomalyThreshold: 100 },
    });
    await place.fund(await security.custody.createWallet('owner', 'agent-1'), 100);
  });
  afterAll(async () => {
    await security?.shutdown(1_000);
    await place?.close();
  });
  const controllerOf = () =>
    createEmergencyController({
      store: binding.store,
      killSwitchEnabled: true,
      autoResponseEnabled: true,
      autoResponseTriggers: [
        { event: 'multiple_failures', threshold: 5, action: 'pause' },
        { event: 'anomaly_detected', threshold: 3, action: 'pause' },
        { event: 'fraud_detected', threshold: 1, action: 'kill' },
      ],
    });
  const reasonOf = async (id: string): Promise<string> => {
    const { status, reasons } = await security.execute({ id, agentId: 'agent-1', to: place.address('payee'), amount: '1', asset: 'TON' });
    return reasons[0]?.code ?? status;
  };

  it('stops everything and one agent, tells what is in force, and lets go on', async () => {
    await using emergency = controllerOf();
    expect(await reasonOf('before')).toBe('success');
    await emergency.activateKillSwitch({ reason: 'Security incident detected', triggeredBy: 'security-team' });
    expect(emergency.isKillSwitchActive()).toBe(true);
    expect(await reasonOf('killed')).toBe('halted');
    const askedMs = Date.now();
    await emergency.pauseAgent('agent-1', { reason: 'Suspicious activity', duration: 3600 });
    const active = await emergency.getActiveEmergencies();
    expect(active.map(({ kind, agent, reason }) => [kind, agent, reason])).toEqual([
      ['kill', null, 'Security incident detected'],
      ['pause', 'agent-1', 'Suspicious activity'],
    ]);
    const lastsMs = (active[1]?.untilMs ?? 0) - askedMs;
    expect([lastsMs >= 3_600_000, lastsMs <= 3_600_000 + Date.now() - askedMs]).toEqual([true, true]);
    await emergency.resumeAgent('agent-1', { approvedBy: 'security-team', notes: 'False positive, resuming operations' });
    expect(await reasonOf('still killed')).not.toBe('success');
    await emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'Incident resolved' });
    expect([emergency.isKillSwitchActive(), await emergency.getActiveEmergencies()]).toEqual([false, []]);
    expect(await reasonOf('after')).toBe('success');
  });

  it('a manager says the same by its own door', async () => {
    const { emergency } = security;
    await emergency.pauseAgent('agent-1', { reason: 'Suspicious activity', duration: 3600 });
    expect(await reasonOf('paused')).toBe('agent_paused');
    await emergency.resumeAgent('agent-1', { approvedBy: 'security-team', notes: 'False positive, resuming operations' });
    await emergency.activateKillSwitch({ reason: 'Security incident detected', triggeredBy: 'security-team' });
    expect(emergency.isKillSwitchActive()).toBe(true);
    await emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'Incident resolved' });
    expect(emergency.isKillSwitchActive()).toBe(false);
    expect(await reasonOf('resumed')).toBe('success');
  });
});
