import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { createEventBus } from '../../src/core/event-bus.ts';
import {
  createSecurityManager,
  isCastellanError,
  policyChangeFacts,
  type SecurityManager,
  type VerificationMessage,
  verifyWebhook,
  type Wallet,
} from '../../src/index.ts';
import { bootHouse } from '../../src/manager/boot.ts';
import { closeHouse } from '../../src/manager/close.ts';
import { parseConfig } from '../../src/manager/config.ts';
import { recoverWallets } from '../../src/manager/recover.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

const SECRET = 'a secret of thirty-two characters';
let chain: TonDevChain;
let security: SecurityManager;
let wallet: Wallet;
let shop: string;
const codes: VerificationMessage[] = [];
const notices: { readonly header: string; readonly body: string }[] = [];
const alerts = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => {
    body += part.toString('utf8');
  });
  request.on('end', () => {
    notices.push({ header: String(request.headers['castellan-signature']), body });
    response.end('{}');
  });
});

beforeAll(async () => {
  chain = await startTonDevChain();
  shop = walletOf(keysOf('shop').publicKey, chain).address.toString();
  await new Promise<void>((resolve) => alerts.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(alerts.address() as AddressInfo).port}/alerts`;
  security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
    agents: {
      a1: {
        capabilities: { transfers: { enabled: true } },
        limits: { unit: 'TON', perTransaction: 5, daily: 20 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [], notificationEndpoints: [{ type: 'webhook', url, secret: SECRET, allowLoopback: true }] },
    recovery: {
      provider: { steps: ['email'], send: (message) => void codes.push(message) },
      verificationRequired: ['email'],
      cooldownPeriod: 0,
    },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, 10n ** 10n);
});
afterAll(async () => {
  await security?.shutdown(1_000);
  await chain?.close();
  alerts.close();
});

const pay = (id: string, amount = '0.5') => ({ id, agentId: 'a1', to: shop, amount, asset: 'TON' });
async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return isCastellanError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('the doors of the manager', () => {
  it('authorization judges as the gate does, and believes nothing that the caller says beside it', async () => {
    const { authorization } = security;
    const seen: string[] = [];
    const stop = authorization.onEvent(({ type }) => seen.push(type));
    const context = { agentId: 'a1', userId: 'owner', sessionId: 's1', permissions: { limits: { daily: 1e9 } }, userApproved: true };
    const good = await authorization.authorize(pay('ask-1'), context);
    expect([good.approved, good.layerResults.length, good.permit === undefined]).toEqual([true, 8, false]);
    // What is authorized holds its place until it is executed.
    expect((await security.execute(pay('ask-1'))).status).toBe('success');
    const bad = await authorization.authorize(pay('ask-2', '6'), context);
    expect([bad.approved, bad.failedLayer]).toEqual([false, 'limits']);
    expect(await codeOf(() => authorization.authorize(pay('ask-3'), { agentId: 'a2' }))).toBe('REQUEST_INVALID');
    expect(await authorization.validateIntent(pay('ask-4'))).toMatchObject({ valid: true, confidence: 1 });
    const words = { ...pay('ask-5'), context: { intent: 'send 3 TON to somebody' } };
    expect(await authorization.validateIntent(words)).toMatchObject({ valid: false, confidence: 0 });
    const strategy = { ...pay('ask-6'), context: { strategy: 'moon' } };
    expect(await authorization.validateStrategy(strategy)).toMatchObject({ valid: false, confidence: 0.5 });
    expect(await authorization.simulate(pay('ask-7'))).toMatchObject({ ran: true, success: true, coverageLevel: 'deep' });
    expect(seen).toEqual(expect.arrayContaining(['decision_made', 'policy_rejected']));
    stop();
  });

  it('policy changes what the gate allows, and risk knows whom it never pays', async () => {
    const { policy, risk } = security;
    expect(await policy.checkCapability('a1', 'transfer', { amount: '6', token: 'TON' })).toMatchObject({ allowed: false });
    await policy.addRule('a1', { id: 'small', conditions: [{ field: 'amount', operator: 'gt', value: 1 }], action: 'deny', priority: 1 });
    expect((await security.execute(pay('big', '2'))).reasons[0]?.code).toBe('policy_rule_denied');
    const { permissions, facts } = await policy.proposeChange('a1', { kind: 'removeRule', ruleId: 'small' } as never);
    expect(facts).toEqual(policyChangeFacts('a1', permissions as never));
    await policy.removeRule('a1', 'small');
    await risk.addToBlacklist(shop, { reason: 'test', source: 'test', severity: 'high' });
    expect(await risk.isBlacklisted(shop)).toBe(true);
    expect((await security.execute(pay('listed'))).reasons.map(({ code }) => code)).toContain('address_blacklisted');
    await risk.removeFromBlacklist(shop);
    expect((await security.execute(pay('unlisted'))).status).toBe('success');
  });

  it('audit takes the word of others, reports, and still verifies', async () => {
    const { audit } = security;
    const id = await audit.log({
      eventType: 'payment_reviewed',
      actor: { type: 'user', id: 'anna' },
      action: 'review',
      resource: { type: 'wallet', id: wallet.address },
      outcome: 'success',
      severity: 'info',
      details: { note: 'fine' },
    });
    expect((await audit.query({ eventTypes: ['outside.payment_reviewed'] })).entries.map((entry) => entry.id)).toEqual([id]);
    const report = await audit.generateReport({ type: 'daily' });
    expect(report.summary.totalEvents).toBeGreaterThan(5);
    expect(await audit.verifyReport(report)).toMatchObject({ ok: true });
    const csv = await audit.export({ format: 'csv' });
    expect(csv.data.split('\r\n').length).toBeGreaterThan(5);
    expect(await audit.verifyIntegrity()).toMatchObject({ valid: true, invalidEntries: [] });
  });

  it('keys are replaced by a plan, and sign nothing without a permit', async () => {
    const { keys } = security;
    expect(await codeOf(() => keys.requestSigning(wallet.keyId, new Uint8Array(32)))).toBe('PERMIT_REFUSED');
    const { newKeyId, migration } = await keys.rotateKey(wallet.keyId);
    expect(migration.moves).toMatchObject([{ agentId: 'a1', chain: chain.chain }]);
    expect((await keys.getKey(newKeyId)).replaces).toBe(wallet.keyId);
    expect((await keys.listKeys()).length).toBeGreaterThanOrEqual(2);
    expect(await keys.getHealth()).toMatchObject({ vaultOpen: true });
  });

  it('recovery gives new wallets for codes, once, and again after the next loss', async () => {
    const { recovery, custody } = security;
    const addresses = async () => (await custody.listWallets('owner')).map(({ address }) => address);
    const recover = async () => {
      const opened = await recovery.initiateRecovery('owner', { method: 'email', contacts: [] });
      const code = codes.at(-1)?.code ?? '';
      expect((await recovery.submitVerification(opened.id, { step: 'email', code })).allStepsComplete).toBe(true);
      const before = await addresses();
      const done = await recovery.completeRecovery(opened.id, { newCredentials: { publicKey: 'ab' } });
      if (!done.success) throw new Error(done.reason);
      expect((await recovery.completeRecovery(opened.id, { newCredentials: { publicKey: 'ab' } })).success).toBe(false);
      return { before, made: done.newWalletAddress };
    };
    const first = await recover();
    expect(first.before).toEqual([wallet.address]);
    expect(await addresses()).toEqual(expect.arrayContaining([wallet.address, first.made]));
    // The wallet that the first recovery made is lost as well: it gets a successor of its own, and the oldest no second one.
    const second = await recover();
    expect(second.before).not.toContain(second.made);
    expect((await addresses()).sort()).toEqual([wallet.address, first.made, second.made].sort());
  });

  it('a grant that is delivered twice makes its wallets once', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const kept = { open: () => ({ ...store, close: async () => undefined }) };
    const gate = createSecurityManager({
      chains: [ton({ chain: chain.chain, endpoint: chain.url })],
      store: kept,
      keys: { encryptionKey: 'ab'.repeat(32) },
    });
    await gate.custody.createWallet('olga', 'b1');
    await gate.shutdown(500);
    const house = await bootHouse(
      parseConfig({ chains: [ton({ chain: chain.chain, endpoint: chain.url })], store: kept, keys: { encryptionKey: 'ab'.repeat(32) } }),
      { clock: systemClock(), random: systemRandom() },
      createEventBus({ clock: systemClock() }),
      kept.open,
    );
    const deliver = recoverWallets({ store: house.store, chains: house.chains, keys: house.custody.keys, wallets: house.wallets });
    const grant = {
      id: 'g1',
      tenant: 'default',
      user: 'olga',
      method: 'email',
      steps: [],
      guardians: [],
      newCredentials: {},
      grantedAtMs: 1,
    };
    const [one, two] = [await deliver(grant), await deliver(grant)];
    expect(two).toEqual(one);
    expect(await house.wallets.listWallets('olga')).toHaveLength(2);
    expect((await deliver({ ...grant, id: 'g2' })).newWalletAddress).not.toBe(one.newWalletAddress);
    await closeHouse(house);
  });

  it('warnings reach whoever is to be told, signed', async () => {
    await expect.poll(() => notices.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const [{ header, body } = { header: '', body: '' }] = notices;
    expect(verifyWebhook(SECRET, header, body, Date.now())).toMatchObject({ ok: true });
    expect(verifyWebhook('another secret of that same size', header, body, Date.now())).toMatchObject({ ok: false });
    expect((await security.getHealth()).notifications).toMatchObject({ dead: 0, lastError: null });
  });
});
