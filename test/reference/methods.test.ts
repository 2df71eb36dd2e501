import { afterAll, describe, expect, it } from 'vitest';
import * as castellan from '../../src/index.ts';
import { lastingStore, mailbox } from './environment.ts';

const { createKeyManager, createSecurityManager, SoftwareKeyStorage } = castellan;
const CUSTODY = [
  ...['createWallet', 'getWallet', 'listWallets', 'prepareTransaction'],
  ...['simulateTransaction', 'requestApproval', 'signTransaction', 'initiateRecovery'],
];
const AUTHORIZATION = ['authorize', 'validateIntent', 'validateStrategy', 'simulate', 'onEvent'];
const POLICY = ['createAgent', 'getAgent', 'updateAgent', 'deleteAgent', 'addRule', 'removeRule', 'checkCapability'];
const RISK = ['assessTransaction', 'detectAnomalies', 'checkFraudPatterns', 'addToBlacklist', 'removeFromBlacklist', 'isBlacklisted'];
const EMERGENCY = [
  ...['activateKillSwitch', 'deactivateKillSwitch', 'isKillSwitchActive'],
  ...['pauseAgent', 'resumeAgent', 'getActiveEmergencies'],
];
const RECOVERY = ['initiateRecovery', 'submitVerification', 'completeRecovery'];
const AUDIT = ['log', 'query', 'generateReport', 'export', 'verifyIntegrity'];
const KEYS = ['generateKey', 'getKey', 'listKeys', 'rotateKey', 'revokeKey', 'requestSigning', 'getHealth'];
const APPROVALS = ['register', 'remove', 'list', 'approve', 'reject'];

const security = createSecurityManager({});
const alone = {
  keys: createKeyManager({
    storage: new SoftwareKeyStorage({ encryptionKey: '11'.repeat(32), storagePath: 'keys' }),
    store: () => lastingStore(),
  }),
  custody: castellan.createCustodyProvider('software'),
  authorization: castellan.createAuthorizationEngine({}),
  policy: castellan.createPolicyManager(),
  risk: castellan.createRiskEngine(),
  emergency: castellan.createEmergencyController(),
  recovery: castellan.createRecoveryManager({ provider: mailbox('email', 'phone', 'identity').provider }),
  audit: castellan.createAuditLogger(),
} as const;
afterAll(async () => {
  await security.shutdown(500);
  await Promise.all(
    [alone.keys, alone.custody, alone.authorization, alone.emergency, alone.recovery, alone.audit].map((one) => one.close()),
  );
});

/** Names among `methods` that `object` does not have as functions. */
const missing = (object: object, methods: readonly string[]): readonly string[] =>
  methods.filter((name) => typeof (object as Readonly<Record<string, unknown>>)[name] !== 'function');

const ROOMS = {
  keys: KEYS,
  custody: CUSTODY,
  authorization: AUTHORIZATION,
  policy: POLICY,
  risk: RISK,
  emergency: EMERGENCY,
  recovery: RECOVERY,
  audit: AUDIT,
};

describe('each method of the API', () => {
  it.each(Object.entries(ROOMS))('security.%s', (room, methods) => {
    expect(missing(security[room as keyof typeof ROOMS], methods)).toEqual([]);
  });

  it.each(Object.entries(ROOMS))('%s on its own', (room, methods) => {
    expect(missing(alone[room as keyof typeof ROOMS], methods)).toEqual([]);
  });

  it('security itself, approvals, and the classes', () => {
    expect(missing(security, ['getHealth', 'onEvent', 'execute', 'dryRun', 'agent', 'start', 'ready', 'shutdown'])).toEqual([]);
    expect(typeof security.events$.subscribe).toBe('function');
    expect(missing(security.approvals, APPROVALS)).toEqual([]);
    expect(missing(security.agent('a1'), ['execute', 'authorize', 'dryRun', 'explain'])).toEqual([]);
    expect(missing(castellan.KeyDerivationService.prototype, ['getPath', 'derive'])).toEqual([]);
    expect(missing(castellan.MPCCoordinator.prototype, ['getSharesStatus'])).toEqual([]);
    expect(missing(castellan, ['HSMKeyStorage', 'SoftwareKeyStorage', 'configFromEnv'])).toEqual([]);
    expect(Object.keys(castellan.DEFAULT_TEMPLATES).sort()).toEqual(['aggressive', 'balanced', 'conservative']);
  });

  it('health and events work on a manager that has nothing yet', async () => {
    const seen: string[] = [];
    const stop = security.onEvent(({ type }) => seen.push(type));
    expect(await security.getHealth()).toMatchObject({ tenant: 'default', killSwitch: 'inactive' });
    await security.emergency.pauseAgent('agent-1', { reason: 'looking' });
    await expect.poll(() => seen).toContain('emergency_changed');
    stop();
  });
});
