import { describe, expect, it } from 'vitest';
import { createMac } from '../../src/core/index.ts';
import { drawCode, isCode, storeCode } from '../../src/custody/recovery/one-time-code.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { createRecoveryBench, DAY, eventsOf } from './recovery-bench.ts';

const refused = (reason: string) => expect.objectContaining({ code: 'RECOVERY_REFUSED', details: expect.objectContaining({ reason }) });

describe('opening', () => {
  it('sends one code a step to the user alone, and shows none', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    expect(bench.sent.map(({ user, step }) => [user, step])).toEqual([
      ['user-1', 'email'],
      ['user-1', 'phone'],
      ['user-1', 'identity'],
    ]);
    for (const { code } of bench.sent) expect(code).toMatch(/^[0-9]{6}$/);
    expect(session).toMatchObject({ userId: 'user-1', state: 'open', remainingSteps: ['email', 'phone', 'identity'], readyAtMs: null });
    expect((await eventsOf(bench.store)).at(-1)).toMatchObject({ type: 'incident_event', details: { action: 'recovery_opened' } });
  });

  it('keeps one session a user, also where several open at once', async () => {
    const bench = await createRecoveryBench();
    const tries = await Promise.allSettled([bench.initiate(), bench.initiate(), bench.initiate()]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(bench.initiate()).rejects.toEqual(refused('recovery_open'));
    await bench.initiate('user-2');
    expect(await bench.recovery.listRecoveries({ state: 'open' })).toHaveLength(2);
  });

  it('refuses strangers, malformed wishes, and a kill', async () => {
    const bench = await createRecoveryBench();
    await expect(bench.initiate('stranger')).rejects.toEqual(refused('user_unknown'));
    for (const [user, options] of [
      ['user/1', { method: 'identity' }],
      ['user-1', { method: '' }],
      ['user-1', undefined],
      ['user-1', { method: 'identity', contacts: ['a', 'a'] }],
      ['user-1', { method: 'identity', newCredentials: new Date(0) }],
    ] as const)
      await expect(bench.recovery.initiateRecovery(user, options as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await bench.kill();
    await expect(bench.initiate()).rejects.toMatchObject({ code: 'HALTED' });
    expect(bench.sent).toEqual([]);
  });

  it('opens five a day for one user', async () => {
    const bench = await createRecoveryBench();
    for (let n = 0; n < 5; n += 1) await bench.recovery.cancelRecovery((await bench.initiate()).id);
    await expect(bench.initiate()).rejects.toEqual(refused('rate_limited'));
    bench.clock.advance(DAY);
    await bench.initiate();
  });

  it('names every wrong option at once', async () => {
    const wrong = { verificationRequired: ['email', 'pigeon'], cooldownPeriod: -1, maxAttempts: 0, colour: 1 };
    const error = await createRecoveryBench({ options: wrong as never }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect((error as { details: { problems: string[] } }).details.problems).toHaveLength(4);
    for (const verificationRequired of [[], ['email', 'email'], ['Email'], 'email'])
      await expect(createRecoveryBench({ options: { verificationRequired } as never })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect((await createRecoveryBench({ options: { cooldownPeriod: 0 } })).recovery.notes).toHaveLength(1);
  });

  it('goes on where the provider fails or hangs: the step waits for another code', async () => {
    const bench = await createRecoveryBench({
      more: {
        provider: {
          steps: ['email', 'phone', 'identity'],
          send: ({ step, code }) => {
            if (step === 'email') throw new Error(`cannot send ${code}`);
            return step === 'phone' ? new Promise(() => undefined) : undefined;
          },
        },
      },
    });
    const opening = bench.initiate();
    await bench.clock.advanceAsync(11_000);
    const session = await opening;
    expect(session.undelivered).toEqual(['email', 'phone']);
    expect((await eventsOf(bench.store)).at(-1)).toMatchObject({
      details: { action: 'recovery_code_undelivered', steps: ['email', 'phone'] },
    });
  });
});

describe('a code', () => {
  it('answers its step once', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    expect(await bench.submit(session, 'email')).toEqual({
      verified: true,
      step: 'email',
      reason: null,
      remainingSteps: ['phone', 'identity'],
      allStepsComplete: false,
      attemptsLeft: 2,
    });
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'code_used' });
    await bench.submit(session, 'phone');
    expect(await bench.submit(session, 'identity')).toMatchObject({ verified: true, allStepsComplete: true, remainingSteps: [] });
  });

  it('is right once among many that come at the same time', async () => {
    const bench = await createRecoveryBench({ options: { maxAttempts: 10 } });
    const session = await bench.initiate();
    const answers = await Promise.all(Array.from({ length: 8 }, () => bench.submit(session, 'email')));
    expect(answers.filter(({ verified }) => verified)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === 'code_used')).toHaveLength(7);
  });

  it('is worth nothing for another step, session or user', async () => {
    const bench = await createRecoveryBench();
    const [one, two] = [await bench.initiate('user-1'), await bench.initiate('user-2')];
    expect(await bench.submit(one, 'phone', bench.codeOf(one.id, 'email'))).toMatchObject({
      verified: false,
      reason: 'code_wrong',
      attemptsLeft: 2,
    });
    expect(await bench.submit(one, 'email', bench.codeOf(two.id, 'email'))).toMatchObject({ verified: false, reason: 'code_wrong' });
    const old = bench.codeOf(two.id, 'email');
    await bench.recovery.cancelRecovery(two.id);
    const next = await bench.initiate('user-2');
    expect(await bench.submit(next, 'email', old)).toMatchObject({ verified: false, reason: 'code_wrong' });
    await expect(bench.submit(two, 'email', old)).rejects.toMatchObject({ code: 'RECOVERY_UNKNOWN' });
  });

  it('is worth nothing after ten minutes, or after the next one', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    const first = bench.codeOf(session.id, 'email');
    bench.clock.advance(600_000);
    expect(await bench.submit(session, 'email', first)).toMatchObject({ verified: false, reason: 'code_expired', attemptsLeft: 3 });
    await bench.recovery.sendCode(session.id, 'email');
    expect(await bench.submit(session, 'email', first)).toMatchObject({ verified: false, reason: 'code_wrong' });
    bench.clock.advance(599_999);
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: true });
    await expect(bench.recovery.sendCode(session.id, 'email')).rejects.toEqual(refused('code_used'));
  });

  it('is sent three times at most, and no guess comes back', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    for (let n = 0; n < 2; n += 1) {
      expect((await bench.submit(session, 'email', bench.wrong(session.id, 'email'))).attemptsLeft).toBe(2 - n);
      await bench.recovery.sendCode(session.id, 'email');
    }
    await expect(bench.recovery.sendCode(session.id, 'email')).rejects.toEqual(refused('sends_used_up'));
    expect(await bench.submit(session, 'email', bench.wrong(session.id, 'email'))).toMatchObject({
      reason: 'attempts_used_up',
      attemptsLeft: 0,
    });
  });

  it.each([['1e5'], [''], ['٣٣٣٣٣٣'], [' 123456'], ['12345'], ['0x1234']])('counts %j as a wrong guess', async (code) => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    expect(await bench.submit(session, 'email', code)).toMatchObject({ verified: false, reason: 'code_wrong', attemptsLeft: 2 });
  });

  it.each([[123456], [null], [['123456']], ['1'.repeat(65)], ['\ud800']])('is no such thing as %j', async (code) => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await expect(bench.recovery.submitVerification(session.id, { step: 'email', code: code as string })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    await expect(bench.submit(session, 'constructor', '123456')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect((await bench.recovery.getRecovery(session.id)).steps[0]?.attemptsLeft).toBe(3);
  });

  it('is one of its tenant, session, user and step, and its salt is its own', () => {
    const random = createSeededRandom('binding');
    const mac = createMac(new Uint8Array(32).fill(7));
    const binding = { tenant: 't', sessionId: 's', user: 'u', step: 'email' };
    const stored = storeCode(mac, random, binding, '123456');
    expect(isCode(mac, binding, stored, '123456')).toBe(true);
    expect(storeCode(mac, random, binding, '123456').mac).not.toBe(stored.mac);
    for (const change of [{ tenant: 'x' }, { sessionId: 'x' }, { user: 'x' }, { step: 'phone' }])
      expect(isCode(mac, { ...binding, ...change }, stored, '123456')).toBe(false);
    expect(isCode(mac, binding, { ...stored, salt: '00' }, '123456')).toBe(false);
    expect(isCode(createMac(new Uint8Array(32).fill(8)), binding, stored, '123456')).toBe(false);
  });

  it('is fair: every digit, leading zeros included, and none without randomness', () => {
    const random = createSeededRandom('codes');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 5_000; n += 1) {
      const digit = Number(drawCode(random)[0]);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(400);
    for (const bytes of [() => new Uint8Array(16), () => new Uint8Array(4), () => undefined as never])
      expect(() => drawCode({ bytes })).toThrow(/INTERNAL/);
  });
});
