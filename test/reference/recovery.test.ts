import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecoveryManager, createSecurityManager, signStatement } from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { person, registered } from '../e2e/bench.ts';
import { mailbox, type Place, refusal, startEvm, startTon } from './environment.ts';

const STEPS = ['email', 'phone', 'identity'];
const DAY_S = 86400;

/** Whom a deployment has registered; the snippet names them. */
const guardians = ['guardian-1', 'guardian-2', 'guardian-3'].map((id) => person(id));
const registry = { keys: guardians.map((key) => registered(key, 'guardian')), quorums: { guardian: 2 } };

describe('recovery on its own', () => {
  it('asks for every proof, two of three guardians and a day of waiting before it completes, once', async () => {
    const { provider, codeOf } = mailbox(...STEPS);
    const clock = createManualClock(Date.now());
    const onComplete = async () => ({ newWalletAddress: 'the new one' });
    await using recovery = createRecoveryManager({
      verificationRequired: ['email', 'phone', 'identity'],
      cooldownPeriod: 86400,
      maxAttempts: 3,
      provider,
      registry,
      clock,
      onComplete,
    });
    const session = await recovery.initiateRecovery('user-1', { method: 'social', contacts: ['guardian-1', 'guardian-2', 'guardian-3'] });
    const newCredentials = { publicKey: 'ab' };
    for (const step of STEPS) {
      expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({ success: false });
      const verified = await recovery.submitVerification(session.id, { step, code: codeOf(step) });
      expect(verified).toMatchObject({ verified: true, allStepsComplete: step === 'identity' });
    }
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({
      success: false,
      reason: 'guardian_quorum_missing',
    });
    for (const guardian of guardians.slice(1))
      await recovery.approveRecovery(session.id, signStatement(guardian, session.guardians.statement));
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({ success: false, reason: 'cooldown_active' });
    await clock.advanceAsync((DAY_S - 60) * 1_000);
    expect(await recovery.completeRecovery(session.id, { newCredentials })).toMatchObject({ success: false, reason: 'cooldown_active' });
    await clock.advanceAsync(61_000);
    const result = await recovery.completeRecovery(session.id, { newCredentials });
    expect(result).toMatchObject({ success: true, newWalletAddress: 'the new one' });
    expect(await recovery.completeRecovery(session.id, { newCredentials: { publicKey: 'cd' } })).toMatchObject({ success: false });
  });

  it('a step that failed three times ends it', async () => {
    const { provider, codeOf } = mailbox(...STEPS);
    await using recovery = createRecoveryManager({ verificationRequired: STEPS, cooldownPeriod: 0, maxAttempts: 3, provider });
    const session = await recovery.initiateRecovery('user-1', { method: 'email', contacts: [] });
    const wrong = codeOf('email') === '123456' ? '654321' : '123456';
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await recovery.submitVerification(session.id, { step: 'email', code: wrong })).toMatchObject({ verified: false });
    const late = await recovery.submitVerification(session.id, { step: 'email', code: codeOf('email') });
    expect([late.verified, late.allStepsComplete]).toEqual([false, false]);
    expect(await recovery.completeRecovery(session.id, { newCredentials: {} })).toMatchObject({ success: false });
  });
});

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('recovery of a wallet on %s', (_name, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place?.close();
  });

  it('is asked for by its address, and gives its user a new one', async () => {
    const { provider, codeOf } = mailbox('email');
    await using security = createSecurityManager({
      ...place.binding(),
      recovery: { provider, verificationRequired: ['email'], cooldownPeriod: 0, maxAttempts: 3 },
    });
    const { custody, recovery } = security;
    const wallet = await custody.createWallet('user-1', 'agent-1');
    const session = await custody.initiateRecovery(wallet.address);
    const verified = await recovery.submitVerification(session.id, { step: 'email', code: codeOf('email') });
    expect(verified.allStepsComplete).toBe(true);
    const result = await recovery.completeRecovery(session.id, { newCredentials: { publicKey: 'ab' } });
    if (!result.success) throw new Error(result.reason);
    expect(result.newWalletAddress).not.toBe(wallet.address);
    expect((await custody.listWallets('user-1')).map(({ address }) => address)).toContain(result.newWalletAddress);
    expect(await refusal(() => custody.initiateRecovery(place.address('nobody')))).toBe('WALLET_UNKNOWN');
  });
});
