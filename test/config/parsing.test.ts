import { describe, expect, it } from 'vitest';
import { createSecurityManager, isCastellanError, type SecurityConfig } from '../../src/index.ts';
import { sharingOf } from '../../src/manager/config/sharing.ts';
import { parseConfig } from '../../src/manager/config.ts';
import { FULL } from '../reference/full-config.ts';

function problemsOf(config: unknown): readonly string[] {
  try {
    createSecurityManager(config as SecurityConfig);
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CONFIG_INVALID') return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
}
const fieldsOf = (config: unknown): readonly string[] => problemsOf(config).map((problem) => problem.split(':')[0] ?? '');

describe('the whole configuration', () => {
  it('parses as a deployment writes it, and keeps what it says', () => {
    const parsed = parseConfig(FULL);
    expect(parsed.custody).toMatchObject({ mode: 'mpc', userOwned: true, platformManaged: true, recoveryEnabled: true });
    expect(sharingOf(parsed)).toEqual({ threshold: 2, parties: 3 });
    expect(parsed.mpc.parties?.map(({ id, type }) => [id, type])).toEqual([
      ['user', 'user_device'],
      ['platform', 'platform_hsm'],
      ['backup', 'backup_service'],
    ]);
    expect(parsed.keyDerivation).toEqual({ scheme: 'bip44', coinType: 607, hardened: true, cacheEnabled: true });
    expect(parsed.authorization.defaultLimits).toEqual({ perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 });
    expect(parsed.risk).toMatchObject({ anomalyThreshold: 2, fraudDetectionEnabled: true });
    expect(parsed.emergency.autoResponseTriggers.map(({ event, windowMs }) => [event, windowMs])).toEqual([
      ['fraud_detected', 3_600_000],
      ['anomaly_detected', 3_600_000],
    ]);
    expect(parsed.emergency.notificationEndpoints.map(({ type }) => type)).toEqual(['webhook', 'email']);
    expect(parsed.audit).toMatchObject({ retentionDays: 365, compressionEnabled: true, exportFormats: ['json', 'csv'] });
    expect(parsed.chains).toEqual([]);
  });

  it('may be left out altogether, or in any part', () => {
    expect(parseConfig({}).custody.mode).toBe('software');
    for (const section of Object.keys(FULL)) {
      const { [section as keyof typeof FULL]: _left, ...rest } = FULL;
      expect(problemsOf(rest), section).toEqual([]);
    }
    expect(problemsOf({ custody: { mode: 'mpc' }, mpc: { threshold: 2, totalParties: 3 } })).toEqual([]);
    expect(parseConfig({}).keyDerivation).toBeUndefined();
  });

  it.each([
    ['software', 'software'],
    ['mpc', 'mpc'],
    ['non-custodial', 'non-custodial'],
    ['non_custodial', 'non-custodial'],
    ['smart-contract', 'smart-contract'],
    ['smart_contract_wallet', 'smart-contract'],
  ] as const)('custody mode %s is %s', (spelt, mode) => expect(parseConfig({ custody: { mode: spelt } }).custody.mode).toBe(mode));

  it.each([
    ['aws-cloudhsm', 'aws-cloudhsm'],
    ['aws_cloudhsm', 'aws-cloudhsm'],
    ['aws_kms', 'aws-kms'],
  ] as const)('device %s is %s', (spelt, provider) =>
    expect(parseConfig({ keys: { hsm: { provider: spelt, clusterId: 'c' } } }).keys.hsm?.provider).toBe(provider),
  );

  it.each([
    ['custody', 'path'],
    ['mpc', 'quorum'],
    ['keyDerivation', 'seed'],
    ['risk', 'fraudDetection'],
    ['keys', 'hms'],
  ])('%s.%s is no field', (section, field) =>
    expect(problemsOf({ [section]: { [field]: 1 } })).toEqual([`${section}.${field}: unknown field`]),
  );

  it.each([
    [{ mpc: { parties: [{ id: 'a', url: 'x' }, { id: 'b' }] } }, 'mpc.parties[0].url'],
    [{ keys: { hsm: { provider: 'aws-kms', region: 'x' } } }, 'keys.hsm.region'],
  ])('nor is %j', (config, field) => expect(problemsOf(config)).toContain(`${field}: unknown field`));
});

describe('contradictions', () => {
  it.each([
    [{ custody: { mpcThreshold: 3 }, mpc: { threshold: 2 } }, ['custody.mpcThreshold']],
    [{ custody: { mpcParties: 3 }, mpc: { totalParties: 2, threshold: 2 } }, ['custody.mpcParties']],
    [{ mpc: { threshold: 2, totalParties: 4 } }, ['mpc.threshold']],
    [{ mpc: { threshold: 4, totalParties: 3 } }, ['mpc.threshold']],
    [{ custody: { mpcThreshold: 2, mpcParties: 5 } }, ['custody.mpcThreshold']],
    [{ mpc: { totalParties: 3, parties: [{ id: 'a' }, { id: 'b' }] } }, ['mpc.parties']],
    [{ custody: { mpcParties: 3 }, mpc: { parties: [{ id: 'a' }, { id: 'b' }] } }, ['mpc.parties']],
    [{ mpc: { parties: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] } }, ['mpc.parties']],
    [{ keyDerivation: { coinType: 607, hardened: false } }, ['keyDerivation.hardened']],
    [{ custody: { mode: 'non_custodial', userOwned: false } }, ['custody.userOwned']],
    [{ keys: { passphrase: 'long enough', encryptionKey: 'ab'.repeat(32) } }, ['keys']],
    [{ keys: { hsm: { provider: 'aws-cloudhsm' } } }, ['keys.hsm.clusterId']],
    [{ risk: { weights: { transaction: 0, behavioral: 0, market: 0 } } }, ['risk.weights']],
    [{ risk: { fraudDetectionEnabled: false } }, ['risk.fraudDetectionEnabled']],
  ])('%j', (config, fields) => expect(fieldsOf(config)).toEqual(fields));

  it('are told together, and with every other wrong field', () => {
    const wrong = {
      tenant: 'a b',
      custody: { mpcThreshold: 3, mpcParties: 3, userOwned: 'yes' },
      mpc: { threshold: 2, totalParties: 4, parties: [{ id: 'a' }, { id: 'a' }], timeoutMs: 0, signatureScheme: 'bls' },
      keyDerivation: { scheme: 'bip32', coinType: 607, hardened: false },
      keys: { passphrase: 'long enough', encryptionKey: 'ab'.repeat(32) },
      risk: { fraudDetectionEnabled: false, maxRiskScore: 101 },
      emergency: { killSwitchEnabled: false },
      authorization: { enableSimulation: false, minConfidence: 2 },
    };
    expect([...fieldsOf(wrong)].sort()).toEqual([
      'authorization.enableSimulation',
      'authorization.minConfidence',
      'custody.mpcParties',
      'custody.mpcThreshold',
      'custody.userOwned',
      'emergency.killSwitchEnabled',
      'keyDerivation.hardened',
      'keyDerivation.scheme',
      'keys',
      'mpc.parties',
      'mpc.parties',
      'mpc.signatureScheme',
      'mpc.threshold',
      'mpc.timeoutMs',
      'risk.fraudDetectionEnabled',
      'risk.maxRiskScore',
      'tenant',
    ]);
  });

  it('a sharing follows from whichever field says it', () => {
    const sharing = (config: unknown) => sharingOf(parseConfig(config));
    expect(sharing({})).toEqual({ threshold: 2, parties: 3 });
    expect(sharing({ custody: { mpcParties: 5 } })).toEqual({ threshold: 3, parties: 5 });
    expect(sharing({ custody: { mpcThreshold: 3, mpcParties: 4 } })).toEqual({ threshold: 3, parties: 4 });
    expect(sharing({ mpc: { parties: [{ id: 'a' }, { id: 'b' }] } })).toEqual({ threshold: 2, parties: 2 });
    expect(sharing({ mpc: { totalParties: 4 } })).toEqual({ threshold: 3, parties: 4 });
  });
});
