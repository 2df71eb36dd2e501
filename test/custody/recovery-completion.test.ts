import { describe, expect, it } from 'vitest';
import { signStatement } from '../../src/approvals/index.ts';
import { recoveryStatement } from '../../src/custody/recovery/guardian-approvals.ts';
import { readHaltState } from '../../src/emergency/halt-state.ts';
import { registered } from '../approvals/bench.ts';
import { CREDENTIALS, createProven, createRecoveryBench, DAY, eventsOf, gina, olga } from './recovery-bench.ts';

const refused = (reason: string) => expect.objectContaining({ code: 'RECOVERY_REFUSED', details: expect.objectContaining({ reason }) });

describe('completing', () => {
  it('hands the grant on once, and tells of the new wallet', async () => {
    const { bench, session } = await createProven();
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toEqual({
      success: true,
      sessionId: session.id,
      newWalletAddress: 'wallet-of-user-1',
      details: { revoked: ['k1'] },
    });
    expect(bench.grants).toEqual([
      {
        id: session.id,
        tenant: 'test',
        user: 'user-1',
        method: 'identity',
        steps: ['email', 'phone', 'identity'],
        guardians: [],
        newCredentials: CREDENTIALS,
        grantedAtMs: bench.clock.nowMs(),
      },
    ]);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'session_completed', retryable: false });
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false });
    expect((await bench.recovery.getRecovery(session.id)).outcome?.newWalletAddress).toBe('wallet-of-user-1');
    expect(bench.grants).toHaveLength(1);
    const types = (await eventsOf(bench.store)).slice(-3).map(({ type, details }) => [type, details?.['action']]);
    expect(types).toEqual([
      ['key_event', 'recovery_granted'],
      ['emergency_changed', 'recovery_granted'],
      ['key_event', 'recovery_completed'],
    ]);
  });

  it('happens once among many at the same time, in two managers', async () => {
    const { bench, session } = await createProven();
    bench.clock.advance(DAY);
    const other = await bench.restart();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? bench.recovery : other).completeRecovery(session.id, { newCredentials: CREDENTIALS }),
      ),
    );
    expect(all.filter(({ success }) => success)).toHaveLength(1);
    expect(bench.grants).toHaveLength(1);
  });

  it('never happens with a step missing, whichever', async () => {
    for (const left of ['email', 'phone', 'identity']) {
      const bench = await createRecoveryBench();
      const session = await bench.initiate();
      for (const step of session.remainingSteps) if (step !== left) await bench.submit(session, step);
      bench.clock.advance(DAY);
      expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'steps_missing' });
      expect(bench.grants).toEqual([]);
    }
  });

  it('never happens with a step failed, even after others were right', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await bench.submit(session, 'email');
    await bench.submit(session, 'phone');
    for (let n = 1; n <= 3; n += 1) await bench.submit(session, 'identity', bench.wrong(session.id, 'identity', n));
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'step_failed', retryable: false });
    expect(await (await bench.restart()).completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({ success: false });
  });

  it('never happens after the session expired', async () => {
    const { bench, session } = await createProven();
    bench.clock.advance(session.expiresAtMs - bench.clock.nowMs());
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'session_expired' });
    expect((await bench.recovery.getRecovery(session.id)).state).toBe('expired');
    await bench.initiate();
  });

  it('needs the steps, attempts and cooldown of the opening and of today', async () => {
    const { bench, session } = await createProven({ options: { verificationRequired: ['email'], cooldownPeriod: 60 } });
    const stricter = await bench.restart({}, { verificationRequired: ['email', 'app'], cooldownPeriod: 60 });
    const longer = await bench.restart({}, { verificationRequired: ['email'], cooldownPeriod: 3_600 });
    const looser = await bench.restart({}, { verificationRequired: ['email'], cooldownPeriod: 0, maxAttempts: 10 });
    const given = { newCredentials: CREDENTIALS };
    expect(await looser.completeRecovery(session.id, given)).toMatchObject({ success: false, reason: 'cooldown_active' });
    bench.clock.advance(60_000);
    expect(await stricter.completeRecovery(session.id, given)).toMatchObject({ success: false, reason: 'steps_missing' });
    expect(await longer.completeRecovery(session.id, given)).toMatchObject({ success: false, reason: 'cooldown_active' });
    expect(await looser.completeRecovery(session.id, given)).toMatchObject({ success: true });
  });

  it.each([[undefined], [null], ['text'], [[1]], [new Map()], [{ a: 1n << 200_000n }], [{ a: () => 1 }]])(
    'takes no credentials such as %s',
    async (given) => {
      const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
      await expect(bench.recovery.completeRecovery(session.id, { newCredentials: given as never })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      expect(bench.grants).toEqual([]);
    },
  );
});

describe('the cooldown', () => {
  it('counts from the last proof to the millisecond', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await bench.submit(session, 'email');
    await bench.submit(session, 'phone');
    bench.clock.advance(300_000);
    await bench.submit(session, 'identity');
    const ready = bench.clock.nowMs() + DAY;
    expect((await bench.recovery.getRecovery(session.id)).readyAtMs).toBe(ready);
    bench.clock.advance(DAY - 1);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'cooldown_active', readyAtMs: ready, retryable: true });
    bench.clock.advance(1);
    expect(await bench.complete(session)).toMatchObject({ success: true });
  });

  it('does not end by a clock that is moved forward, and none moved back reopens what is closed', async () => {
    const { bench, session } = await createProven();
    bench.clock.setNow(bench.clock.nowMs() + 2 * DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'clock_skew', retryable: true });
    bench.clock.setNow(bench.clock.nowMs() - 2 * DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'cooldown_active' });
    bench.clock.advance(DAY - 10_000);
    // Two seconds are within the tolerance between host and store: even then the store's own time decides.
    bench.clock.setNow(bench.clock.nowMs() + 1_900);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'cooldown_active' });
    bench.clock.advance(4 * DAY);
    bench.clock.setNow(session.expiresAtMs - 1_000);
    expect((await bench.complete(session)).success).toBe(false);
    expect(bench.grants).toEqual([]);
  });

  it('is judged by the store itself, whatever time this process says it is', async () => {
    for (const last of ['a code', 'a guardian']) {
      const given = { options: { verificationRequired: ['email'], cooldownPeriod: 3_600 } };
      const bench = await createRecoveryBench(last === 'a code' ? given : { ...given, keys: [registered(gina, 'guardian')] });
      const session = await bench.initiate();
      if (last === 'a guardian') await bench.verifyAll(session);
      bench.clock.advance(300_000);
      await (last === 'a code' ? bench.verifyAll(session) : bench.approve(session, gina));
      const { store, clock } = bench;
      const other = await bench.restart({
        clock: { ...clock, nowMs: () => clock.nowMs() + DAY },
        store: { ...store, now: async () => (await store.now()) + DAY },
      });
      const result = { success: false, reason: 'cooldown_active', readyAtMs: clock.nowMs() + 3_600_000 };
      clock.advance(3_599_999);
      expect(await other.completeRecovery(session.id, { newCredentials: CREDENTIALS }), last).toMatchObject(result);
      expect(bench.grants).toEqual([]);
    }
  });

  it('is the store’s, not only the row’s: a shorter one in this process changes nothing', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 3_600 } });
    const liar = { ...bench.clock, nowMs: () => bench.clock.nowMs() + 1_999 };
    const other = await bench.restart({ clock: liar });
    bench.clock.advance(3_600_000 - 1_000);
    expect(await other.completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({
      success: false,
      reason: 'cooldown_active',
    });
  });
});

describe('cancelling', () => {
  it('needs no signature, is for good, and works under a kill and a wrong clock', async () => {
    const { bench, session } = await createProven();
    await bench.kill();
    bench.clock.setNow(bench.clock.nowMs() - DAY);
    expect(await bench.recovery.cancelRecovery(session.id, { by: 'user-1', reason: 'not me' })).toMatchObject({ state: 'cancelled' });
    bench.clock.setNow(bench.clock.nowMs() + DAY);
    await bench.kill(false);
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'session_cancelled', retryable: false });
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'session_cancelled' });
    await bench.recovery.cancelRecovery(session.id);
    expect(bench.grants).toEqual([]);
    await bench.initiate();
  });

  it('tells an owner’s signature from one that is none', async () => {
    const keys = [registered(olga, 'owner'), registered(gina, 'guardian')];
    for (const [signer, owner] of [
      [olga, 'olga'],
      [gina, null],
    ] as const) {
      const bench = await createRecoveryBench({ keys });
      const session = await bench.initiate();
      const { id, contacts, steps, method, openedAtMs, expiresAtMs } = { ...session, contacts: [] };
      const statement = recoveryStatement('recovery.cancel', 'test', 'user-1', {
        id,
        method,
        contacts,
        steps,
        credentials: null,
        openedAtMs,
        expiresAtMs,
      });
      await bench.recovery.cancelRecovery(session.id, { signature: signStatement(signer, statement) });
      expect((await eventsOf(bench.store)).at(-1)?.details).toMatchObject({ action: 'recovery_cancelled', owner, by: 'unspecified' });
    }
  });

  it('and completing at the same time: one of the two, never both', async () => {
    for (let lead = 0; lead < 40; lead += 1) {
      const { bench, session } = await createProven();
      bench.clock.advance(DAY);
      const wait = async (turns: number): Promise<void> => {
        for (let n = 0; n < turns; n += 1) await undefined;
      };
      const [done, cancelled] = await Promise.allSettled([
        wait(20 - lead).then(() => bench.complete(session)),
        wait(lead - 20).then(() => bench.recovery.cancelRecovery(session.id)),
      ]);
      const success = done.status === 'fulfilled' && done.value.success;
      expect([success, bench.grants.length]).toEqual(cancelled.status === 'fulfilled' ? [false, 0] : [true, 1]);
    }
  });

  it('comes too late once completed', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    await bench.complete(session);
    await expect(bench.recovery.cancelRecovery(session.id)).rejects.toEqual(refused('session_completed'));
  });
});

describe('the kill switch', () => {
  it('stops completing, here and elsewhere, also where it cannot be read', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    await bench.kill();
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'halted', retryable: true });
    await bench.kill(false);
    const given = { newCredentials: CREDENTIALS };
    const local = await bench.restart({ locallyHalted: () => true });
    expect(await local.completeRecovery(session.id, given)).toMatchObject({ success: false, reason: 'halted' });
    expect((await bench.recovery.getRecovery(session.id)).state).toBe('open');
    const blind = await bench.restart({ readHalt: () => Promise.reject(new Error('unreadable')) });
    await expect(blind.completeRecovery(session.id, given)).rejects.toThrow('unreadable');
    expect(bench.grants).toEqual([]);
    expect(await bench.complete(session)).toMatchObject({ success: true });
  });

  it('wins where it is committed between looking and granting', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    const late = await bench.restart({
      readHalt: async () => {
        const state = await readHaltState(bench.store);
        if (state.kill === null) await bench.kill();
        return state;
      },
    });
    expect(await late.completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({ success: false, reason: 'halted' });
    expect((await bench.recovery.getRecovery(session.id)).state).toBe('open');
    expect(bench.grants).toEqual([]);
  });

  it('holds a grant back that is not delivered yet, until it is lifted', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    let looks = 0;
    const late = await bench.restart({
      readHalt: async () => {
        looks += 1;
        if (looks === 2) await bench.kill();
        return readHaltState(bench.store);
      },
    });
    const given = { newCredentials: CREDENTIALS };
    expect(await late.completeRecovery(session.id, given)).toMatchObject({ success: false, reason: 'halted' });
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'halted' });
    expect(bench.grants).toEqual([]);
    await bench.kill(false);
    expect(await bench.complete(session)).toMatchObject({ success: true });
    expect(bench.grants).toHaveLength(1);
  });

  it('is raised in its epoch by a grant, so that permits for the old keys are void', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    const { epoch } = await readHaltState(bench.store);
    await bench.complete(session);
    expect(await readHaltState(bench.store)).toEqual({ epoch: epoch + 1, kill: null, paused: {} });
  });
});
