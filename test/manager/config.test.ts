import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSecurityManager, isCastellanError, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { BOB, FREE, KEYS, offline, person, registered } from './fixture.ts';

const managers: SecurityManager[] = [];
const open = (config: SecurityConfig): SecurityManager => {
  const manager = createSecurityManager(config);
  managers.push(manager);
  return manager;
};
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.shutdown(200);
});

function problemsOf(config: unknown): readonly string[] {
  try {
    createSecurityManager(config as SecurityConfig);
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CONFIG_INVALID') return error.details['problems'] as readonly string[];
    throw error;
  }
  throw new Error('accepted');
}

describe('a configuration', () => {
  it('is told every wrong field at once', () => {
    const problems = problemsOf({
      enabled: 'yes',
      tenant: 'a b',
      production: 1,
      chains: [{}],
      keys: { passphrase: 'short' },
      custody: { mode: 'paper' },
      agents: { 'a/b': {} },
      store: {},
      authorization: { minConfidence: 2, layerTimeoutMs: 0, rateLimiting: { maxPerHour: 0 } },
      risk: { maxRiskScore: 101, anomalyThreshold: -1 },
      emergency: { autoResponseTriggers: [{ event: 'sunrise', threshold: 0, action: 'wave' }] },
      audit: { checkpointEvery: 0 },
      approvals: { ttlMs: 'soon', providers: [{}] },
      registry: { keys: [{ id: '', scheme: 'rsa', key: '', roles: [] }] },
      execution: { settleTimeoutMs: Infinity },
      price: {},
      clock: {},
      random: {},
    });
    for (const field of [
      'enabled',
      'tenant',
      'production',
      'chains[0]',
      'keys.passphrase',
      'custody.mode',
      'agents',
      'store',
      'authorization.minConfidence',
      'authorization.layerTimeoutMs',
      'authorization.rateLimiting.maxPerHour',
      'risk.maxRiskScore',
      'risk.anomalyThreshold',
      'emergency.autoResponseTriggers[0].event',
      'emergency.autoResponseTriggers[0].threshold',
      'emergency.autoResponseTriggers[0].action',
      'audit.checkpointEvery',
      'approvals.ttlMs',
      'approvals.providers[0]',
      'registry.keys[0].scheme',
      'registry.keys[0].roles',
      'execution.settleTimeoutMs',
      'price',
      'clock',
      'random',
    ])
      expect(
        problems.some((problem) => problem.startsWith(field)),
        `${field} in ${problems.join(' | ')}`,
      ).toBe(true);
  });

  it('has no field that is not known, at any depth', () => {
    for (const [extra, path] of [
      [{ enable: true }, 'enable'],
      [{ risk: { enable: true } }, 'risk.enable'],
      [{ audit: { enabledd: true } }, 'audit.enabledd'],
      [{ authorization: { defaultLimits: { yearly: 1 } } }, 'authorization.defaultLimits.yearly'],
      [{ emergency: { killSwitch: true } }, 'emergency.killSwitch'],
      [{ keys: { password: 'x' } }, 'keys.password'],
      [{ approvals: { wait: 1 } }, 'approvals.wait'],
      [{ registry: { owners: [] } }, 'registry.owners'],
      [{ execution: { retries: 1 } }, 'execution.retries'],
      [{ custody: { mode: 'software', path: 'x' } }, 'custody.path'],
    ] as const)
      expect(problemsOf({ ...offline(), ...extra })).toContainEqual(expect.stringContaining(`${path}: unknown field`));
    for (const nothing of [undefined, null, 1, 'x', []]) expect(problemsOf(nothing).length).toBeGreaterThan(0);
  });

  it('does not switch a check off without saying allowUnenforced', () => {
    const off = { risk: { enabled: false }, emergency: { killSwitchEnabled: false }, authorization: { enableSimulation: false } };
    expect(problemsOf({ ...offline(), ...off })).toEqual([
      expect.stringContaining('risk.enabled'),
      expect.stringContaining('emergency.killSwitchEnabled'),
      expect.stringContaining('authorization.enableSimulation'),
    ]);
    open(offline({ ...off, allowUnenforced: true }));
  });

  it('does not take two keys, or none where state is durable or in production', async () => {
    expect(problemsOf({ ...offline(), keys: { passphrase: 'long enough', encryptionKey: 'ab'.repeat(32) } })).toEqual([
      expect.stringContaining('keys'),
    ]);
    expect(problemsOf({ ...offline(), production: true })).toEqual([expect.stringContaining('keys')]);
    const durable = {
      open: () => ({
        ...createMemoryStore({ clock: systemClock() }),
        info: { kind: 'disk', durability: 'durable' as const, shared: false, notes: [] },
      }),
    };
    await expect(open(offline({ store: durable })).ready()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('for production has an owner and keeps its state', async () => {
    const owner = registered(person('olga'), 'owner');
    let closed = 0;
    const store = (durability: 'durable' | 'ephemeral') => ({
      open: () => ({
        ...createMemoryStore({ clock: systemClock() }),
        info: { kind: 'test', durability, shared: false, notes: [] },
        close: async () => void (closed += 1),
      }),
    });
    const refused = [
      [store('ephemeral'), []],
      [store('ephemeral'), [owner]],
      [store('durable'), []],
      [store('durable'), [registered(person('otto'), 'operator', 'approver')]],
    ] as const;
    for (const [factory, keys] of refused)
      await expect(
        open(offline({ production: true, keys: KEYS, store: factory, registry: { keys: [...keys] } })).ready(),
      ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(closed, 'what was opened to find that out is closed').toBe(refused.length);
    await open(offline({ production: true, keys: KEYS, store: store('durable'), registry: { keys: [owner] } })).ready();
  });

  it.each([{ enabled: false }, { audit: { enabled: false } }])('%j denies everything, and asks no chain for it', async (given) => {
    const security = open(offline({ ...given, agents: { a1: FREE } }));
    await security.custody.createWallet('owner', 'a1');
    const pay = { id: 'x', to: BOB, amount: '0.001', asset: 'ETH' };
    for (const result of [await security.agent('a1').execute(pay), await security.agent('a1').execute({ amount: '1' })])
      expect([result.status, result.reasons[0]?.code]).toEqual(['policy_rejected', 'security_disabled']);
    expect((await security.agent('a1').authorize(pay)).approved).toBe(false);
    expect((await security.agent('a1').dryRun(pay)).blockers[0]?.code).toBe('security_disabled');
  });

  it('names a tenant: another tenant’s manager does not open the same state', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const shared = { store: { open: () => ({ ...store, close: async () => undefined }) }, keys: KEYS };
    await open(offline({ ...shared, tenant: 'one', agents: { a1: FREE } })).ready();
    await expect(open(offline({ ...shared, tenant: 'two' })).ready()).rejects.toMatchObject({ name: 'CastellanError' });
  });
});
