import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/adapters/host/index.ts';
import { createSecurityManager, isCastellanError } from '../../src/index.ts';
import { parseConfig } from '../../src/manager/config.ts';
import { configFromEnv, ENVIRONMENT_VARIABLES } from '../../src/manager/config-from-env.ts';

const HEX = 'Ab'.repeat(32);
const ALL = {
  KEY_ENCRYPTION_KEY: HEX,
  HSM_PROVIDER: 'aws-cloudhsm',
  HSM_CLUSTER_ID: 'cluster-xyz',
  MPC_THRESHOLD: '3',
  MPC_TOTAL_PARTIES: '4',
  MAX_TRANSACTION_TON: '1000',
  MAX_DAILY_TON: '5000.25',
  MAX_RISK_SCORE: '70',
  SECURITY_WEBHOOK_URL: 'https://alerts.example.com/hook?token=s3cr3t-token',
  SECURITY_EMAIL: 'security@example.com',
};

function errorOf(source: Record<string, string>): { readonly problems: readonly string[]; readonly text: string } {
  try {
    configFromEnv({}, source);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return { problems: error.details['problems'] as readonly string[], text: `${error.message} ${JSON.stringify(error)} ${error.stack}` };
  }
  throw new Error('accepted');
}

describe('a configuration from the environment', () => {
  it('has exactly what its ten variables say', () => {
    expect(Object.keys(ALL)).toEqual(ENVIRONMENT_VARIABLES);
    const config = configFromEnv({}, ALL);
    expect(config).toEqual({
      keys: { encryptionKey: HEX, hsm: { provider: 'aws-cloudhsm', clusterId: 'cluster-xyz' } },
      mpc: { threshold: 3, totalParties: 4 },
      authorization: { defaultLimits: { unit: 'TON', perTransaction: '1000', daily: '5000.25' } },
      risk: { maxRiskScore: 70 },
      emergency: {
        notificationEndpoints: [
          { type: 'webhook', url: ALL.SECURITY_WEBHOOK_URL },
          { type: 'email', address: 'security@example.com' },
        ],
      },
    });
    parseConfig(config);
    expect(configFromEnv({}, {})).toEqual({});
    expect(configFromEnv({}, { ...ALL, PATH: '/bin', MAX_WEEKLY_TON: '1' })).toEqual(config);
  });

  it.each([
    [HEX, { encryptionKey: HEX }],
    ['correct horse battery', { passphrase: 'correct horse battery' }],
    [`${HEX}0`, { passphrase: `${HEX}0` }],
    [HEX.slice(1), { passphrase: HEX.slice(1) }],
  ])('KEY_ENCRYPTION_KEY %s', (given, keys) => expect(configFromEnv({}, { KEY_ENCRYPTION_KEY: given }).keys).toEqual(keys));

  it('is overridden field by field, and its key by a key', () => {
    const config = configFromEnv(
      {
        keys: { passphrase: 'my own passphrase' },
        risk: { anomalyThreshold: 4 },
        authorization: { defaultLimits: { daily: 10 } },
        emergency: { notificationEndpoints: [] },
        mpc: { threshold: undefined as never },
      },
      ALL,
    );
    expect(config).toMatchObject({
      keys: { passphrase: 'my own passphrase', hsm: { provider: 'aws-cloudhsm' } },
      risk: { maxRiskScore: 70, anomalyThreshold: 4 },
      authorization: { defaultLimits: { unit: 'TON', perTransaction: '1000', daily: 10 } },
      emergency: { notificationEndpoints: [] },
      mpc: { threshold: 3 },
    });
    expect(config.keys).not.toHaveProperty('encryptionKey');
    const store = { open: () => Promise.reject(new Error('never')) };
    expect(configFromEnv({ store }, ALL).store).toBe(store);
  });

  it.each([
    ['KEY_ENCRYPTION_KEY', ['short', '\ud800 not well formed']],
    ['HSM_PROVIDER', ['yubihsm', 'AWS-KMS']],
    ['MPC_THRESHOLD', ['two', '2.0', ' 2', '02', '1', '6', '-2', '2e0', '２']],
    ['MPC_TOTAL_PARTIES', ['1', '6', '0x3', '3 ']],
    ['MAX_TRANSACTION_TON', ['1e3', '1,000', '-1', '+1', '01', '.5', '5.', 'NaN', 'Infinity', '0.0000000001', '1'.repeat(19), '١٠']],
    ['MAX_DAILY_TON', ['5 000', '5000TON', '0x10']],
    ['MAX_RISK_SCORE', ['101', '-1', '80.5', '8e1', '080', ' 80']],
    ['SECURITY_WEBHOOK_URL', ['http://alerts.example.com', 'https://127.0.0.1/x', 'alerts', 'https://user:pw@example.com/']],
    ['SECURITY_EMAIL', ['nobody', 'a@b, c@d', 'a@example.com\nBcc: x@example.com']],
  ])('%s is read exactly', (name, wrong) => {
    for (const value of ['', ...wrong]) {
      const { problems, text } = errorOf({ [name]: value });
      expect(
        problems.filter((problem) => problem.startsWith(`${name}: `)),
        JSON.stringify(value),
      ).toHaveLength(1);
      if (value.length > 4) expect(text, 'the value is nowhere').not.toContain(value);
    }
  });

  it('names every wrong variable at once, and none of their values', () => {
    const canary = 'canary7';
    const { problems, text } = errorOf({
      KEY_ENCRYPTION_KEY: canary,
      HSM_PROVIDER: canary,
      MPC_THRESHOLD: canary,
      MPC_TOTAL_PARTIES: canary,
      MAX_TRANSACTION_TON: canary,
      MAX_DAILY_TON: canary,
      MAX_RISK_SCORE: canary,
      SECURITY_WEBHOOK_URL: `https://user:${canary}@example.com/`,
      SECURITY_EMAIL: canary,
    });
    expect(problems).toHaveLength(9);
    expect(text).not.toContain(canary);
    for (const [source, name] of [
      [{ HSM_CLUSTER_ID: 'c' }, 'HSM_CLUSTER_ID'],
      [{ HSM_PROVIDER: 'aws-kms', HSM_CLUSTER_ID: '' }, 'HSM_CLUSTER_ID'],
      [{ HSM_PROVIDER: 'aws-cloudhsm' }, 'HSM_CLUSTER_ID'],
      [{ MPC_THRESHOLD: '2', MPC_TOTAL_PARTIES: '4' }, 'MPC_THRESHOLD'],
      [{ MPC_THRESHOLD: '4', MPC_TOTAL_PARTIES: '3' }, 'MPC_THRESHOLD'],
    ] as const)
      expect(errorOf(source as never).problems).toEqual([expect.stringContaining(`${name}: `)]);
  });

  it('a device that cannot be reached is refused where a key would be made, and said in health', async () => {
    await using security = createSecurityManager(configFromEnv({}, { HSM_PROVIDER: 'aws-kms', KEY_ENCRYPTION_KEY: HEX }));
    const unavailable = { code: 'MODE_UNAVAILABLE', details: { mode: 'hsm', provider: 'aws-kms' } };
    await expect(security.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' })).rejects.toMatchObject(unavailable);
    await expect(security.keys.createSeed()).rejects.toMatchObject(unavailable);
    expect((await security.getHealth()).notes).toContainEqual(expect.stringContaining('keys.hsm'));
    expect(await security.keys.listKeys()).toEqual([]);
  });
});

describe('nothing else reads the environment', () => {
  const root = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

  it('reads are in one file', () => {
    // Text that the CLI writes into a new deployment's own file is no read of ours.
    const allowed = new Set([join('adapters', 'host', 'environment.ts'), join('integrations', 'cli', 'config-text.ts')]);
    const reads =
      /\bprocess\s*(\?\.|\.|\[)\s*['"`]?env\b|\bimport\.meta\.env\b|\benv\b[^;]*\bfrom\s+['"](node:)?process['"]|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/;
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter((path) => !allowed.has(path) && reads.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
    for (const path of allowed) expect(reads.test(readFileSync(join(root, path), 'utf8')), path).toBe(true);
  });

  it('and only what it is asked for is read, by the one caller in the library and by the command line', () => {
    process.env['CASTELLAN_TEST_ONLY'] = 'seen';
    try {
      expect(readEnvironment(['CASTELLAN_TEST_ONLY', 'CASTELLAN_TEST_NOT_SET'])).toEqual({
        CASTELLAN_TEST_ONLY: 'seen',
        CASTELLAN_TEST_NOT_SET: undefined,
      });
      expect(readEnvironment([])).toEqual({});
    } finally {
      delete process.env['CASTELLAN_TEST_ONLY'];
    }
    const callers = files.filter((path) => /\breadEnvironment\s*\(/.test(readFileSync(join(root, path), 'utf8')));
    expect(callers.sort()).toEqual([
      join('adapters', 'host', 'environment.ts'),
      join('integrations', 'cli', 'data-config.ts'),
      join('manager', 'config-from-env.ts'),
    ]);
  });
});
