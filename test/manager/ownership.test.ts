import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { HaltState } from '../../src/core/halt.ts';
import { type Store, storeKey } from '../../src/core/store.ts';
import { agentResumeFacts, createSecurityManager, killLiftFacts, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { expandTemplate } from '../../src/manager/permissions.ts';
import { allowed, FREE, KEYS, offline, person, registered } from './fixture.ts';

const olga = person('olga');
const otto = person('otto');
const mallory = person('mallory');
const registry = { keys: [registered(olga, 'owner'), registered(otto, 'operator')] };
const wider = { ...FREE, limits: { ...FREE.limits, daily: 60 } };

const managers: SecurityManager[] = [];
function owned(
  given: Partial<SecurityConfig> = {},
  store: Store = createMemoryStore({ clock: systemClock() }),
): { readonly security: SecurityManager; readonly store: Store } {
  const security = createSecurityManager(
    offline({ keys: KEYS, registry, agents: { a1: FREE }, store: { open: () => ({ ...store, close: async () => undefined }) }, ...given }),
  );
  managers.push(security);
  return { security, store };
}
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.shutdown(200);
});

const haltOf = async (store: Store) => (await store.get([storeKey.halt()]))[0] as unknown as HaltState;

describe('an owned deployment', () => {
  it('changes a policy only with the owners’ signatures over that very change, each used once', async () => {
    const { security } = owned();
    const change = (permissions: unknown, authorization?: ReturnType<typeof allowed>) =>
      security.policy.createAgent('a1', permissions, authorization === undefined ? {} : { authorization });
    const facts = (permissions: unknown, agentId = 'a1') => ({ agentId, permissions: expandTemplate(permissions) });
    await expect(change(wider)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    for (const wrong of [
      allowed('policy.change', facts(wider), otto),
      allowed('policy.change', facts(wider), mallory),
      allowed('policy.change', facts(FREE), olga),
      allowed('policy.change', facts(wider, 'a2'), olga),
      allowed('kill.lift', facts(wider), olga),
      { ...allowed('policy.change', facts(wider), olga), nonce: 'another-nonce-of-16-chars' },
      { ...allowed('policy.change', facts(wider), olga), expiresAtMs: Date.now() + 50_000 },
      allowed('policy.change', facts(wider)),
    ])
      await expect(change(wider, wrong)).rejects.toMatchObject({ code: expect.stringMatching(/AUTHORITY_REQUIRED|SIGNATURE_INVALID/) });
    const good = allowed('policy.change', facts(wider), olga);
    const { digest } = await change(wider, good);
    expect((await change(wider)).digest, 'what changes nothing needs nobody').toBe(digest);
    await change(FREE, allowed('policy.change', facts(FREE), olga));
    await expect(change(wider, good), 'a signature is used once').rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
  });

  it('is stopped by anyone and released by its operators alone', async () => {
    const { security, store } = owned();
    await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'anyone' });
    await security.emergency.pauseAgent('a1', { reason: 'test' });
    const release = { approvedBy: 'admin', notes: 'please' };
    await expect(security.emergency.deactivateKillSwitch(release)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(security.emergency.resumeAgent('a1', release)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const { kill, paused } = await haltOf(store);
    const pause = paused['a1'] ?? null;
    await expect(
      security.emergency.deactivateKillSwitch({ ...release, authorization: allowed('kill.lift', killLiftFacts(kill), mallory) }),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(
      security.emergency.deactivateKillSwitch({ ...release, authorization: allowed('agent.resume', agentResumeFacts('a1', pause), otto) }),
    ).rejects.toMatchObject({ code: expect.any(String) });
    expect((await haltOf(store)).kill).not.toBeNull();
    await security.emergency.deactivateKillSwitch({ ...release, authorization: allowed('kill.lift', killLiftFacts(kill), otto) });
    await security.emergency.resumeAgent('a1', { ...release, authorization: allowed('agent.resume', agentResumeFacts('a1', pause), otto) });
    expect(await haltOf(store)).toMatchObject({ kill: null, paused: {} });
  });

  it('does not start with other permissions, or other owners, in its configuration than it has', async () => {
    const { security, store } = owned();
    await security.ready();
    await security.shutdown();
    await expect(owned({ agents: { a1: wider } }, store).security.start()).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(owned({ registry: { keys: [registered(mallory, 'owner', 'operator')] } }, store).security.start()).rejects.toMatchObject({
      name: 'CastellanError',
    });
    await expect(owned({ agents: { a1: { ...FREE, user: 'mallory' } } }, store).security.start()).rejects.toMatchObject({
      code: 'AGENT_EXISTS',
    });
    const again = owned({}, store).security;
    await again.start();
    expect(await again.getHealth()).toMatchObject({ owned: true });
  });

  it('stays owned where the configuration forgets its owners', async () => {
    const { security, store } = owned();
    await security.ready();
    await security.shutdown();
    const forgetful = owned({ registry: { keys: [] }, agents: {} }, store).security;
    const outcome = await forgetful.policy.createAgent('a1', wider).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ name: 'CastellanError' });
  });
});

describe('an unowned deployment', () => {
  it('says so, and may do everything unsigned', async () => {
    const { security, store } = owned({ registry: {} });
    await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'x' });
    await security.emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'reference call' });
    await security.policy.createAgent('a1', wider);
    expect((await haltOf(store)).kill).toBeNull();
    const { owned: isOwned, notes } = await security.getHealth();
    expect([isOwned, notes.some((note) => note.startsWith('unowned'))]).toEqual([false, true]);
  });
});

describe('permissions', () => {
  it('are copied when they are given: a template’s limits are not lost to an undefined field, nor changed afterwards', async () => {
    const { security, store } = owned({ registry: {}, agents: {} });
    const { digest } = await security.policy.createAgent('plain', { template: 'conservative' });
    const { digest: same } = await security.policy.createAgent('holes', {
      template: 'conservative',
      limits: undefined,
      capabilities: undefined,
      requireApproval: undefined,
    });
    expect(same).toBe(digest);
    const mutable = structuredClone({ template: 'balanced', limits: { daily: 10 } });
    const running = security.policy.createAgent('moving', mutable);
    mutable.limits.daily = 1_000_000;
    await running;
    mutable.limits.daily = 2_000_000;
    const [row] = await store.get([storeKey.doc('policy/moving')]);
    expect(row).toMatchObject({ value: { permissions: { limits: { daily: 10 } } } });
    await security.policy.createAgent('exact', { maxSpendPerTx: { token: 'ETH', amount: 5n } });
    expect(JSON.stringify(await store.get([storeKey.doc('policy/exact')]))).toContain('"amount":"5"');
    for (const odd of [
      null,
      undefined,
      1,
      'conservative',
      [],
      () => ({}),
      new Map(),
      { template: 'generous' },
      { template: '__proto__' },
      { limits: () => 1 },
      { limits: { daily: -1 } },
      { limit: {} },
    ]) {
      await expect(security.policy.createAgent('odd', odd)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    }
  });
});
