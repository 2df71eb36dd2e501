import { describe, expect, it } from 'vitest';
import { CastellanError, isCastellanError, type Store } from '../../src/core/index.ts';
import { CREDENTIALS, createRecoveryBench, DAY, eventsOf, GUARDED, gina, gus, type RecoveryBench } from './recovery-bench.ts';

type Fault = 'before' | 'after' | 'throws' | 'nothing';
interface Faulty {
  calls: number;
  at: number;
  kind: Fault;
}

/** A store whose n-th call fails: before it did anything, or after, so that only the answer is lost. */
function faulty(store: Store, state: Faulty): Store {
  const down = (): CastellanError => new CastellanError('STORE_UNAVAILABLE', { message: 'down', retryable: true });
  const wrap =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      state.calls += 1;
      if (state.calls !== state.at) return call(...args);
      if (state.kind === 'after') await call(...args);
      if (state.kind === 'throws') throw new TypeError('x');
      if (state.kind === 'nothing') return undefined as R;
      throw down();
    };
  return { ...store, apply: wrap(store.apply), get: wrap(store.get), scan: wrap(store.scan), now: wrap(store.now) };
}

/** Plays the whole recovery; what fails is tried again, as an honest caller would. Returns how often something failed. */
async function play(bench: RecoveryBench): Promise<number> {
  let failures = 0;
  const again = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        failures += 1;
        if (isCastellanError(error) && error.code === 'RECOVERY_REFUSED') return undefined;
      }
    }
    throw new Error('it fails for ever');
  };
  await again(() => bench.recovery.initiateRecovery('user-1', { method: 'social', contacts: ['gina', 'gus'] }));
  const [session] = (await again(() => bench.recovery.listRecoveries({ userId: 'user-1' }))) ?? [];
  if (session === undefined) throw new Error('no session');
  for (const step of ['email', 'phone']) {
    // The codes are lost where sending came after a lost answer: another one is asked for.
    if (!bench.sent.some((message) => message.sessionId === session.id && message.step === step))
      await again(() => bench.recovery.sendCode(session.id, step));
    await again(() => bench.submit(session, step));
  }
  for (const guardian of [gina, gus]) await again(() => bench.approve(session, guardian));
  const early = await again(() => bench.complete(session));
  expect(early?.success).toBe(false);
  expect(bench.grants).toEqual([]);
  bench.clock.advance(DAY);
  await again(() => bench.complete(session));
  // A claim that nobody gave up ends by itself.
  bench.clock.advance(150_000);
  await again(() => bench.complete(session));
  expect((await again(() => bench.complete(session)))?.success).toBe(false);
  return failures;
}

const open = (state: Faulty) =>
  createRecoveryBench({
    keys: GUARDED,
    quorums: { guardian: 2 },
    options: { verificationRequired: ['email', 'phone'] },
    wrap: (store) => faulty(store, state),
  });

describe('a store that fails once, at each of its calls', () => {
  it.each(['before', 'after', 'throws', 'nothing'] as const)('%s: one grant all the same, and no guess too many', async (kind) => {
    const dry: Faulty = { calls: 0, at: 0, kind };
    await play(await open(dry));
    expect(dry.calls).toBeGreaterThan(40);
    let failures = 0;
    // Every call with the two faults that a port may have; the two that it may not have, at some.
    const stride = kind === 'before' || kind === 'after' ? 1 : 3;
    for (let at = 1; at <= dry.calls; at += stride) {
      const bench = await open({ calls: 0, at, kind });
      failures += await play(bench);
      expect(bench.grants.length, `call ${at}`).toBeGreaterThanOrEqual(1);
      for (const grant of bench.grants) expect(grant).toEqual(bench.grants[0]);
      const done = (await eventsOf(bench.store))
        .filter(({ type }) => type !== 'emergency_changed')
        .map(({ details }) => details?.['action']);
      expect(
        done.filter((action) => action === 'recovery_granted'),
        `call ${at}`,
      ).toHaveLength(1);
      expect(
        done.filter((action) => action === 'recovery_completed'),
        `call ${at}`,
      ).toHaveLength(1);
      expect(done.filter((action) => action === 'recovery_guess_taken').length, `call ${at}`).toBeLessThanOrEqual(3 * 2);
    }
    expect(failures).toBeGreaterThan(10);
  });

  it('a crash behind each guess taken leaves no further guess', async () => {
    const state: Faulty = { calls: 0, at: 0, kind: 'before' };
    const bench = await open(state);
    const session = await bench.recovery.initiateRecovery('user-1', { method: 'social', contacts: ['gina', 'gus'] });
    // The second apply of a submission is the one that keeps its result.
    let applies = 0;
    const crashing: Store = {
      ...bench.store,
      apply: (steps) => {
        applies += 1;
        return applies % 2 === 0 ? Promise.reject(new Error('crash')) : bench.store.apply(steps);
      },
    };
    const other = await bench.restart({ store: crashing });
    for (let n = 0; n < 3; n += 1)
      await expect(other.submitVerification(session.id, { step: 'email', code: bench.codeOf(session.id, 'email') })).rejects.toThrow();
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'attempts_used_up', attemptsLeft: 0 });
    expect(await bench.submit(session, 'phone')).toMatchObject({ verified: false, reason: 'step_failed' });
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'step_failed' });
  });
});

it('never completes on a store that keeps failing', async () => {
  const state: Faulty = { calls: 0, at: 0, kind: 'before' };
  const bench = await open(state);
  const session = await bench.recovery.initiateRecovery('user-1', { method: 'social', contacts: ['gina', 'gus'] });
  await bench.verifyAll(session);
  await bench.approve(session, gina, gus);
  bench.clock.advance(DAY);
  const broken = { ...bench.store, apply: () => Promise.resolve([{ ok: 'true' }] as never) };
  const other = await bench.restart({ store: broken });
  await expect(other.completeRecovery(session.id, { newCredentials: CREDENTIALS })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(bench.grants).toEqual([]);
});
