import { describe, expect, it } from 'vitest';
import { applyStep, type Json, readDoc, type Store } from '../../src/core/index.ts';
import { lockMs } from '../../src/custody/recovery/open-session.ts';
import { createRecoveryBench, DAY, eventsOf, type RecoveryBench } from './recovery-bench.ts';

const refused = (reason: string) => expect.objectContaining({ code: 'RECOVERY_REFUSED', details: expect.objectContaining({ reason }) });

describe('guessing', () => {
  it('ends with the third wrong code, for good and for every step', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    for (let n = 1; n <= 3; n += 1)
      expect(await bench.submit(session, 'email', bench.wrong(session.id, 'email', n))).toMatchObject({
        verified: false,
        reason: n < 3 ? 'code_wrong' : 'attempts_used_up',
      });
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'attempts_used_up' });
    expect(await bench.submit(session, 'phone')).toMatchObject({ verified: false, reason: 'step_failed' });
    await expect(bench.recovery.sendCode(session.id, 'email')).rejects.toEqual(refused('step_failed'));
    expect((await bench.recovery.getRecovery(session.id)).state).toBe('failed');
    bench.clock.advance(2 * DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'step_failed', retryable: false });
    expect(bench.grants).toEqual([]);
  });

  it('gets three guesses out of a hundred at once', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => bench.submit(session, 'email', bench.wrong(session.id, 'email', n + 1))),
    );
    const compared = (await eventsOf(bench.store)).filter(({ details }) => details?.['action'] === 'recovery_guess_taken');
    expect(compared).toHaveLength(3);
    expect(all.filter((one) => one.status === 'fulfilled' && one.value.verified)).toEqual([]);
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false });
  });

  it('gets no more by options that came later', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    const looser = await bench.restart({}, { maxAttempts: 10 });
    for (let n = 1; n <= 3; n += 1)
      await looser.submitVerification(session.id, { step: 'email', code: bench.wrong(session.id, 'email', n) });
    expect(await looser.submitVerification(session.id, { step: 'email', code: bench.codeOf(session.id, 'email') })).toMatchObject({
      verified: false,
      reason: 'attempts_used_up',
    });
  });

  it.each([
    ['a newer code', 'code_used', (bench: RecoveryBench, id: string) => bench.recovery.sendCode(id, 'email')],
    ['a cancellation', 'session_cancelled', (bench: RecoveryBench, id: string) => bench.recovery.cancelRecovery(id)],
    ['the end of the session', 'session_expired', async (bench: RecoveryBench) => bench.clock.advance(5 * DAY)],
    ['the end of the code', 'code_expired', async (bench: RecoveryBench) => bench.clock.advance(600_000)],
  ])('loses against %s that comes between counting and keeping', async (_name, reason, between) => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    let applies = 0;
    const slow: Store = {
      ...bench.store,
      async apply(steps) {
        const results = await bench.store.apply(steps);
        applies += 1;
        if (applies === 1) await between(bench, session.id);
        return results;
      },
    };
    const other = await bench.restart({ store: slow });
    const code = bench.codeOf(session.id, 'email');
    expect(await other.submitVerification(session.id, { step: 'email', code })).toMatchObject({ verified: false, reason });
    expect((await bench.recovery.getRecovery(session.id)).remainingSteps).toContain('email');
  });

  it('locks the user over sessions: a day, then twice that, and so on', async () => {
    const bench = await createRecoveryBench({ options: { cooldownPeriod: 0 } });
    const guess = async (times: number): Promise<void> => {
      const session = await bench.initiate();
      for (let n = 1; n <= times; n += 1) await bench.submit(session, 'email', bench.wrong(session.id, 'email', n));
      await bench.recovery.cancelRecovery(session.id);
    };
    await guess(2);
    await guess(1);
    await expect(bench.initiate()).rejects.toEqual(refused('recovery_locked'));
    bench.clock.advance(DAY - 1);
    await expect(bench.initiate()).rejects.toEqual(refused('recovery_locked'));
    bench.clock.advance(1);
    await guess(3);
    bench.clock.advance(DAY);
    await expect(bench.initiate()).rejects.toEqual(refused('recovery_locked'));
    await bench.initiate('user-2');
    bench.clock.advance(DAY);
    // The right answers of one who was locked out open what is his, and clear the count.
    const session = await bench.initiate();
    await bench.verifyAll(session);
    expect(await bench.complete(session)).toMatchObject({ success: true });
    await bench.initiate();
    expect([0, 2, 3, 6, 9, 300].map((misses) => lockMs(misses, 3) / DAY)).toEqual([0, 0, 1, 2, 4, 30]);
  });

  it('goes on counting after a restart', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    for (let n = 1; n <= 2; n += 1) await bench.submit(session, 'email', bench.wrong(session.id, 'email', n));
    const next = await bench.restart();
    expect(await next.submitVerification(session.id, { step: 'email', code: bench.wrong(session.id, 'email', 3) })).toMatchObject({
      reason: 'attempts_used_up',
    });
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false });
  });

  it('is stopped by a kill and by a clock that was moved', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await bench.kill();
    await expect(bench.submit(session, 'email')).rejects.toMatchObject({ code: 'HALTED' });
    await bench.kill(false);
    for (const shift of [-3_600_000, 3_600_000]) {
      const now = bench.clock.nowMs();
      bench.clock.setNow(now + shift);
      await expect(bench.submit(session, 'email')).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
      bench.clock.setNow(now);
    }
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: true });
  });

  it('does not start over from a row that somebody edited', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await bench.submit(session, 'email', bench.wrong(session.id, 'email'));
    const doc = await readDoc(bench.store, 'recovery/user-1');
    const forged = JSON.parse(JSON.stringify(doc?.value).replace('"attempts":1', '"attempts":0')) as Json;
    await applyStep(bench.store, { commands: [{ kind: 'doc.put', key: 'recovery/user-1', value: forged }] });
    await expect(bench.submit(session, 'email')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    // Nor from an honest row put back under a later version.
    await applyStep(bench.store, { commands: [{ kind: 'doc.put', key: 'recovery/user-1', value: doc?.value as Json }] });
    await expect(bench.submit(session, 'email')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(bench.initiate()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});
