import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, it } from 'vitest';
import { evm, statementTypedData } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { storeKey } from '../../src/core/store.ts';
import {
  agentResumeFacts,
  authorizationStatement,
  createEmergencyController,
  createSecurityManager,
  killLiftFacts,
} from '../../src/index.ts';
import { allowed, KEYS, offline, person, registered } from '../manager/fixture.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function emergencyOf(options: Parameters<typeof createEmergencyController>[0] = {}) {
  const emergency = createEmergencyController(options);
  closing.push(() => emergency.close());
  return emergency;
}
const incident = { reason: 'Security incident detected', triggeredBy: 'security-team' };

describe('an emergency controller of its own', () => {
  it('runs what the reference writes', async () => {
    const emergency = emergencyOf({
      killSwitchEnabled: true,
      autoResponseEnabled: true,
      autoResponseTriggers: [
        { event: 'multiple_failures', threshold: 5, action: 'pause' },
        { event: 'anomaly_detected', threshold: 3, action: 'pause' },
        { event: 'fraud_detected', threshold: 1, action: 'kill' },
      ],
    });
    await emergency.activateKillSwitch(incident);
    expect(emergency.isKillSwitchActive()).toBe(true);
    await emergency.pauseAgent('agent-1', { reason: 'Suspicious activity', duration: 3600 });
    expect(await emergency.getActiveEmergencies()).toMatchObject([
      { kind: 'kill', agent: null, reason: incident.reason, by: 'security-team', untilMs: null },
      { kind: 'pause', agent: 'agent-1', reason: 'Suspicious activity' },
    ]);
    await emergency.resumeAgent('agent-1', { approvedBy: 'security-team', notes: 'False positive, resuming operations' });
    await emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'Incident resolved' });
    expect(emergency.isKillSwitchActive()).toBe(false);
    expect(await emergency.getActiveEmergencies()).toEqual([]);
    expect(await emergency.getHealth()).toMatchObject({ started: true, triggers: 3, unenforced: [] });
  });

  it('is active until it knows better, and opens with the question', async () => {
    const emergency = emergencyOf();
    expect(emergency.isKillSwitchActive()).toBe(true);
    await expect.poll(() => emergency.isKillSwitchActive()).toBe(false);
    await emergency.close();
    expect(emergency.isKillSwitchActive()).toBe(true);
    await expect(emergency.activateKillSwitch(incident)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await emergency.close();
  });

  it('over a manager’s store stops that manager, and is stopped by it; closing it leaves the store open', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const security = createSecurityManager(
      offline({ keys: KEYS, agents: { a1: {} }, store: { open: () => ({ ...store, close: async () => undefined }) } }),
    );
    closing.push(() => security.shutdown(200));
    const emergency = emergencyOf({ store });
    await emergency.activateKillSwitch(incident);
    expect(await security.emergency.getActiveEmergencies()).toMatchObject([{ kind: 'kill' }]);
    const denied = await security.execute({ id: 'r1', agentId: 'a1', to: '0x'.padEnd(42, '1'), amount: '1', asset: 'ETH' });
    expect(denied.reasons[0]?.code).toBe('halted');
    await security.emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'fine' });
    expect(emergency.isKillSwitchActive()).toBe(false);
    await security.emergency.pauseAgent('a1', { reason: 'by the manager', duration: 60 });
    expect(await emergency.getActiveEmergencies()).toMatchObject([{ kind: 'pause', agent: 'a1', reason: 'by the manager' }]);
    await emergency.close();
    expect(await security.emergency.getActiveEmergencies()).toHaveLength(1);
    expect((await security.audit.query({ types: 'emergency_changed' })).entries).toHaveLength(3);
    expect(await security.audit.verifyIntegrity()).toMatchObject({ valid: true });
  });

  it('counts what a manager on the store logs, and pulls the stop by itself', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const security = createSecurityManager(
      offline({
        keys: KEYS,
        agents: { a1: {}, a2: {} },
        emergency: { autoResponseEnabled: false },
        store: { open: () => ({ ...store, close: async () => undefined }) },
      }),
    );
    closing.push(() => security.shutdown(200));
    const emergency = emergencyOf({ store, autoResponseTriggers: [{ event: 'multiple_failures', threshold: 3, action: 'pause' }] });
    await emergency.ready();
    for (const id of ['r1', 'r2', 'r3']) await security.execute({ id, agentId: 'a1', to: 'nowhere', amount: '1', asset: 'ETH' });
    await expect
      .poll(async () => (await emergency.getActiveEmergencies()).map(({ kind, agent, by }) => [kind, agent, by]))
      .toEqual([['pause', 'a1', 'trigger:multiple_failures']]);
    const next = await security.execute({ id: 'r4', agentId: 'a1', to: 'nowhere', amount: '1', asset: 'ETH' });
    expect(next.reasons[0]?.code).toBe('agent_paused');
  });

  it('counts what another process logs to the same file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-follow-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const store = sqliteStore({ path: join(folder, 'a.sqlite') });
    const security = createSecurityManager(offline({ keys: KEYS, agents: { a1: {} }, emergency: { autoResponseEnabled: false }, store }));
    closing.unshift(() => security.shutdown(200));
    await security.ready();
    await using emergency = createEmergencyController({
      store,
      autoResponseTriggers: [{ event: 'policy_rejected', threshold: 2, action: 'kill' }],
    });
    await emergency.ready();
    for (const id of ['r1', 'r2']) await security.execute({ id, agentId: 'a1', to: 'nowhere', amount: '1', asset: 'ETH' });
    await expect
      .poll(async () => (await security.emergency.getActiveEmergencies()).map(({ kind, by }) => [kind, by]), { timeout: 10_000 })
      .toEqual([['kill', 'trigger:policy_rejected']]);
  });

  it('on a file outlives the process, needs no secret, and closes what it opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-stop-'));
    const store = sqliteStore({ path: join(folder, 'a.sqlite') });
    closing.push(async () => rmSync(folder, { recursive: true }));
    let askedMs = 0;
    {
      await using first = createEmergencyController({ store });
      await first.activateKillSwitch(incident);
      askedMs = Date.now();
      await first.pauseAgent('agent-1', { reason: 'x', duration: 3600 });
    }
    await using second = createEmergencyController({ store });
    await second.ready();
    expect(second.isKillSwitchActive()).toBe(true);
    const [, pause] = await second.getActiveEmergencies();
    expect((pause?.untilMs ?? 0) - askedMs).toBeGreaterThanOrEqual(3_600_000);
    expect((pause?.untilMs ?? 0) - askedMs).toBeLessThan(3_660_000);
  });

  it('owned is released by its operators alone, by EVM keys too where a chain brings the verifier', async () => {
    const otto = person('otto');
    const eve = privateKeyToAccount(`0x${'42'.repeat(32)}`);
    const registry = {
      keys: [
        registered(person('olga'), 'owner'),
        registered(otto, 'operator'),
        { id: 'eve', scheme: 'eip712' as const, key: eve.address, roles: ['operator'] as const },
      ],
    };
    const store = createMemoryStore({ clock: systemClock() });
    const emergency = emergencyOf({
      store,
      registry,
      chains: [evm({ chains: [{ chain: 'eip155:1', rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }] })],
    });
    await emergency.activateKillSwitch(incident);
    await emergency.pauseAgent('a1', { reason: 'x' });
    const release = { approvedBy: 'admin', notes: 'please' };
    await expect(emergency.deactivateKillSwitch(release)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(emergency.resumeAgent('a1', release)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const { kill, paused } = (await store.get([storeKey.halt()]))[0] as never as { kill: never; paused: Record<string, never> };
    await emergency.deactivateKillSwitch({ ...release, authorization: allowed('kill.lift', killLiftFacts(kill), otto) });
    const facts = agentResumeFacts('a1', paused['a1'] as never);
    const act = {
      tenant: 'default',
      action: 'agent.resume' as const,
      facts,
      nonce: 'eve-resumes-agent-1',
      expiresAtMs: Date.now() + 60_000,
    };
    const signature = (await eve.signTypedData(statementTypedData(authorizationStatement(act)))).slice(2);
    const authorization = { signatures: [{ keyId: 'eve', signature }], nonce: act.nonce, expiresAtMs: act.expiresAtMs };
    await emergency.resumeAgent('a1', { ...release, authorization });
    expect(await emergency.getActiveEmergencies()).toEqual([]);
    // Who does not pin the owners gets nothing at all, and knows of nothing: active.
    const stranger = emergencyOf({ store });
    await expect(stranger.deactivateKillSwitch(release)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(stranger.isKillSwitchActive()).toBe(true);
  });

  it('names every wrong option at once, and does not switch a check off in silence', () => {
    expect(() =>
      createEmergencyController({ killSwitchEnabled: 'yes', autoRespond: true, tenant: 'a b', store: {} } as never),
    ).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          problems: expect.arrayContaining([
            expect.stringMatching(/^killSwitchEnabled/),
            expect.stringMatching(/^autoRespond: unknown/),
            expect.stringMatching(/^tenant/),
            expect.stringMatching(/^store/),
          ]),
        },
      }),
    );
    expect(() => createEmergencyController({ killSwitchEnabled: false })).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('without its kill switch says so, refuses it, and pauses where a trigger would kill', async () => {
    const emergency = emergencyOf({ killSwitchEnabled: false, allowUnenforced: true });
    await expect(emergency.activateKillSwitch(incident)).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    expect((await emergency.getHealth()).unenforced).toEqual(['kill_switch']);
    const wrong = emergencyOf({ autoResponseTriggers: [{ event: 'fraud_detected', threshold: 0, action: 'kill' }] });
    await expect(wrong.ready()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
