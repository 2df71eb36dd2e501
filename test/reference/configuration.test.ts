import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromEnv, createSecurityManager, type SecurityConfig } from '../../src/index.ts';
import { type Place, refusal, startTon } from './environment.ts';
import { FULL } from './full-config.ts';

const config: SecurityConfig = { enabled: true, ...FULL };

describe('the whole configuration', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startTon();
  });
  afterAll(async () => {
    await place?.close();
  });

  it('opens a manager that works, and says what is weaker than it could be', async () => {
    await using security = createSecurityManager({ ...config, ...place.binding() });
    const wallet = await security.custody.createWallet('user-1', 'agent-1');
    await place.fund(wallet, 100);
    expect([wallet.mode, wallet.owner, wallet.parties, wallet.threshold]).toEqual(['mpc', 'user', ['user', 'platform', 'backup'], 2]);
    await security.policy.updateAgent('agent-1', {
      capabilities: { transfers: { enabled: true } },
      limits: { perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 },
      requireApproval: false,
    });
    const request = {
      agentId: 'agent-1',
      type: 'transfer',
      amount: '1',
      currency: 'TON',
      destination: place.address('payee'),
      context: { intent: 'Send payment to user' },
    };
    expect((await security.execute({ ...request, id: 'first' })).status).toBe('success');
    const soon = await security.authorization.authorize({ ...request, id: 'second' });
    expect([soon.approved, soon.failedLayer], 'a cooldown of sixty seconds').toEqual([false, 'rate_limit']);
    const { notes, shares } = await security.getHealth();
    expect(notes.length).toBeGreaterThan(0);
    expect(shares).toMatchObject({ location: 'in-process', keys: 1 });
    expect((await security.audit.retention()).retentionDays).toBe(365);
    expect(await refusal(async () => security.audit.export({ format: 'jsonl' }))).toBe('REQUEST_INVALID');
  });

  it('works without any chain: every room but payments', async () => {
    await using security = createSecurityManager(config);
    expect(await refusal(() => security.custody.createWallet('user-1', 'agent-1'))).toBe('CHAIN_INVALID');
    await security.policy.createAgent('agent-1', {});
    expect((await security.emergency.getActiveEmergencies()).length).toBe(0);
  });

  it('names every wrong field at once', () => {
    const wrong = { ...config, enabled: 'yes', risk: { maxRiskScore: 101 }, mpc: { threshold: 1, totalParties: 3 }, customs: {} };
    expect(() => createSecurityManager(wrong as never)).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          problems: expect.arrayContaining([
            expect.stringContaining('enabled'),
            expect.stringContaining('risk.maxRiskScore'),
            expect.stringContaining('mpc.threshold'),
            expect.stringContaining('customs'),
          ]),
        },
      }),
    );
  });
});

describe('the environment', () => {
  const environment = {
    KEY_ENCRYPTION_KEY: 'your-encryption-key-here',
    HSM_PROVIDER: 'aws-cloudhsm',
    HSM_CLUSTER_ID: 'cluster-xyz',
    MPC_THRESHOLD: '2',
    MPC_TOTAL_PARTIES: '3',
    MAX_TRANSACTION_TON: '1000',
    MAX_DAILY_TON: '5000',
    MAX_RISK_SCORE: '80',
    SECURITY_WEBHOOK_URL: 'https://alerts.example.com',
    SECURITY_EMAIL: 'security@example.com',
  };

  it('is read whole, and opens a manager', async () => {
    const read = configFromEnv({}, environment);
    expect(read).toMatchObject({
      keys: { passphrase: 'your-encryption-key-here', hsm: { provider: 'aws-cloudhsm', clusterId: 'cluster-xyz' } },
      mpc: { threshold: 2, totalParties: 3 },
      authorization: { defaultLimits: { unit: 'TON', perTransaction: '1000', daily: '5000' } },
      risk: { maxRiskScore: 80 },
      emergency: { notificationEndpoints: [{ url: 'https://alerts.example.com' }, { address: 'security@example.com' }] },
    });
    await using security = createSecurityManager(read);
    const generated = refusal(() => security.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' }));
    expect(await generated, 'keys belong in a device that cannot be reached yet').toBe('MODE_UNAVAILABLE');
  });

  it('what is wrong in it is named, and what it holds is not', () => {
    const wrong = { ...environment, MAX_RISK_SCORE: '8O', MPC_THRESHOLD: '', KEY_ENCRYPTION_KEY: 'tiny' };
    expect(() => configFromEnv({}, wrong)).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.not.stringMatching(/8O|tiny/),
        details: {
          problems: expect.arrayContaining([
            expect.stringContaining('MAX_RISK_SCORE'),
            expect.stringContaining('MPC_THRESHOLD'),
            expect.stringContaining('KEY_ENCRYPTION_KEY'),
          ]),
        },
      }),
    );
  });
});
