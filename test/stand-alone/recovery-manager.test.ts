import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import {
  createEmergencyController,
  createRecoveryManager,
  createSecurityManager,
  type RecoveryGrant,
  signStatement,
  type VerificationMessage,
} from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { KEYS, offline, person, registered } from '../manager/fixture.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const DAY_S = 86_400;
const guardians = ['guardian-1', 'guardian-2', 'guardian-3'].map(person);
const registry = { keys: guardians.map((key) => registered(key, 'guardian')), quorums: { guardian: 2 } };
const newCredentials = { publicKey: 'ab'.repeat(32) };

function codesOf(...steps: string[]) {
  const sent: VerificationMessage[] = [];
  return {
    provider: { steps, send: (message: VerificationMessage) => void sent.push(message) },
    code: (step: string) => sent.findLast((message) => message.step === step)?.code ?? '',
  };
}
function recoveryOf(options: Parameters<typeof createRecoveryManager>[0]) {
  const recovery = createRecoveryManager(options);
  closing.push(() => recovery.close());
  return recovery;
}

describe('a recovery manager of its own', () => {
  it('runs what the reference writes, and waits for steps, guardians and cooldown', async () => {
    const clock = createManualClock(Date.now());
    const { provider, code } = codesOf('email', 'phone', 'identity');
    const recovery = recoveryOf({
      verificationRequired: ['email', 'phone', 'identity'],
      cooldownPeriod: DAY_S,
      maxAttempts: 3,
      provider,
      registry,
      clock,
    });
    const session = await recovery.initiateRecovery('user-1', { method: 'social', contacts: ['guardian-1', 'guardian-2', 'guardian-3'] });
    const complete = () => recovery.completeRecovery(session.id, { newCredentials });
    expect(await recovery.submitVerification(session.id, { step: 'email', code: code('email') })).toMatchObject({
      allStepsComplete: false,
    });
    expect(await complete()).toMatchObject({ success: false, reason: 'steps_missing' });
    await recovery.submitVerification(session.id, { step: 'phone', code: code('phone') });
    expect((await recovery.submitVerification(session.id, { step: 'identity', code: code('identity') })).allStepsComplete).toBe(true);
    expect(await complete()).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
    for (const key of guardians.slice(0, 2)) {
      const { guardians: asked } = await recovery.getRecovery(session.id);
      if (asked === null) throw new Error('nobody is asked');
      await recovery.approveRecovery(session.id, signStatement(key, asked.statement));
    }
    expect(await complete()).toMatchObject({ success: false, reason: 'cooldown_active' });
    await clock.advanceAsync(DAY_S * 1_000 + 1);
    expect(await complete()).toMatchObject({ success: true, newWalletAddress: null });
    expect(await complete()).toMatchObject({ success: false, reason: 'session_completed' });
  });

  it('hands a grant to its owner, once, and says what came of it', async () => {
    const { provider, code } = codesOf('email');
    const grants: RecoveryGrant[] = [];
    const recovery = recoveryOf({
      provider,
      verificationRequired: ['email'],
      cooldownPeriod: 0,
      isUser: async (user) => user === 'user-1',
      onComplete: async (grant) => {
        grants.push(grant);
        return { newWalletAddress: 'the new one' };
      },
    });
    await expect(recovery.initiateRecovery('user-2', { method: 'email' })).rejects.toMatchObject({ code: 'RECOVERY_REFUSED' });
    const session = await recovery.initiateRecovery('user-1', { method: 'email' });
    await recovery.submitVerification(session.id, { step: 'email', code: code('email') });
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({
      success: true,
      newWalletAddress: 'the new one',
    });
    expect(grants).toMatchObject([{ user: 'user-1', newCredentials }]);
    expect(await recovery.notes()).toHaveLength(1);
  });

  it('after a wrong last guess never completes, and a restart changes nothing about that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-recover-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const store = sqliteStore({ path: join(folder, 'a.sqlite') });
    const { provider, code } = codesOf('email');
    const options = {
      provider,
      store,
      keys: KEYS,
      verificationRequired: ['email'],
      cooldownPeriod: 0,
      maxAttempts: 2,
      isUser: async () => true,
    };
    let id = '';
    {
      await using first = createRecoveryManager(options);
      ({ id } = await first.initiateRecovery('user-1', { method: 'email' }));
      const wrong = code('email') === '000000' ? '000001' : '000000';
      for (let guess = 0; guess < 2; guess += 1) await first.submitVerification(id, { step: 'email', code: wrong });
    }
    await using second = createRecoveryManager(options);
    expect(await second.submitVerification(id, { step: 'email', code: code('email') })).toMatchObject({ allStepsComplete: false });
    expect((await second.completeRecovery(id, { newCredentials })).success).toBe(false);
  });

  it('over a manager’s store knows its users, stands still under its kill, and gives no recovery away', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const kept = { open: () => ({ ...store, close: async () => undefined }) };
    const { provider, code } = codesOf('email');
    const terms = { provider, verificationRequired: ['email'], cooldownPeriod: 0 };
    const security = createSecurityManager(offline({ keys: KEYS, store: kept, recovery: terms }));
    closing.push(() => security.shutdown(200));
    await security.custody.createWallet('user-1', 'a1');
    const recovery = recoveryOf({ ...terms, store, keys: KEYS });
    await expect(recovery.initiateRecovery('nobody', { method: 'email' })).rejects.toMatchObject({ code: 'RECOVERY_REFUSED' });
    const session = await recovery.initiateRecovery('user-1', { method: 'email' });
    await recovery.submitVerification(session.id, { step: 'email', code: code('email') });
    await using emergency = createEmergencyController({ store });
    await emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({ success: false, reason: 'halted' });
    await emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'fine' });
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({ success: false, reason: 'grant_undelivered' });
    // The manager, which can make wallets, delivers that very grant.
    const done = await security.recovery.completeRecovery(session.id, { newCredentials });
    expect(done).toMatchObject({ success: true, newWalletAddress: expect.stringMatching(/^0x/) });
    expect(await security.custody.listWallets('user-1')).toHaveLength(2);
  });

  it('names every wrong option at once', () => {
    expect(() => createRecoveryManager({ cooldownPeriod: -1, maxAttempts: 0, verificationRequired: [] } as never)).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          problems: expect.arrayContaining(
            ['provider', 'cooldownPeriod', 'maxAttempts', 'verificationRequired'].map((field) => expect.stringMatching(`^${field}`)),
          ),
        },
      }),
    );
    expect(() => createRecoveryManager(undefined as never)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
