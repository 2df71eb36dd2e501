import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { memoryStore } from '../../../src/adapters/store/memory/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager, type VerificationMessage } from '../../../src/index.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { KEYS, offline } from '../../manager/fixture.ts';
import { codeOf, killed, movableClock, refusalOf } from './bench.ts';

const STEPS = ['email', 'phone', 'identity'];
const CREDENTIALS = { newCredentials: { publicKey: 'ab'.repeat(32) } };

interface Scene extends AsyncDisposable {
  readonly security: SecurityManager;
  readonly recovery: SecurityManager['recovery'];
  readonly codes: VerificationMessage[];
  readonly move: (ms: number) => void;
  readonly open: (user?: string) => Promise<string>;
  readonly code: (session: string, step: string) => string;
  readonly wrong: (session: string, step: string, nth?: number) => string;
  readonly submit: (
    session: string,
    step: string,
    code?: string,
  ) => Promise<{ readonly verified: boolean; readonly reason: string | null }>;
  /** All steps but these. */
  readonly prove: (session: string, ...left: string[]) => Promise<void>;
  /** The reason why completing is refused; `completed` where it is not. */
  readonly complete: (session: string, given?: typeof CREDENTIALS) => Promise<string>;
  readonly wallets: (user?: string) => Promise<number>;
}

async function scene(given: NonNullable<SecurityConfig['recovery']> = {}, more: Partial<SecurityConfig> = {}): Promise<Scene> {
  const codes: VerificationMessage[] = [];
  const { clock, move } = movableClock();
  const provider = { steps: STEPS, send: (message: VerificationMessage) => void codes.push(message) };
  const security = createSecurityManager(
    offline({ clock, store: memoryStore(), recovery: { provider, cooldownPeriod: 0, ...given }, ...more }),
  );
  for (const user of ['victim', 'mallory']) await security.custody.createWallet(user, `${user}-agent`);
  const { recovery } = security;
  const code = (session: string, step: string) =>
    codes.findLast((message) => message.sessionId === session && message.step === step)?.code ?? '';
  const self: Scene = {
    security,
    recovery,
    codes,
    move,
    open: async (user = 'victim') => (await recovery.initiateRecovery(user, { method: 'identity' })).id,
    code,
    wrong: (session, step, nth = 1) => String((Number(code(session, step)) + nth) % 1_000_000).padStart(6, '0'),
    submit: (session, step, given) => recovery.submitVerification(session, { step, code: given ?? code(session, step) }),
    async prove(session, ...left) {
      for (const step of STEPS) if (!left.includes(step)) expect((await self.submit(session, step)).verified, step).toBe(true);
    },
    async complete(session, given = CREDENTIALS) {
      const done = await recovery.completeRecovery(session, given);
      return done.success ? 'completed' : done.reason;
    },
    wallets: async (user = 'victim') => (await security.custody.listWallets(user)).length,
    [Symbol.asyncDispose]: async () => void (await security.shutdown(200)),
  };
  return self;
}

describe('completing a recovery', () => {
  it('with all steps right works, once, and gives one wallet', async () => {
    await using bench = await scene();
    const session = await bench.open();
    await bench.prove(session);
    const ends = await Promise.all(Array.from({ length: 6 }, () => bench.complete(session)));
    expect(ends.filter((end) => end === 'completed')).toHaveLength(1);
    expect(await bench.complete(session)).toBe('session_completed');
    expect(await bench.wallets()).toBe(2);
  });

  it.each(STEPS)('with a step left out: %s', async (left) => {
    await using bench = await scene();
    const session = await bench.open();
    await bench.prove(session, left);
    expect(await bench.complete(session)).toBe('steps_missing');
    expect(await bench.wallets()).toBe(1);
  });

  it.each(STEPS)('with a step failed, the others right before and after: %s', async (failed) => {
    await using bench = await scene();
    const session = await bench.open();
    const [first = '', second = ''] = STEPS.filter((step) => step !== failed);
    expect((await bench.submit(session, first)).verified).toBe(true);
    for (let n = 1; n <= 3; n += 1) expect((await bench.submit(session, failed, bench.wrong(session, failed, n))).verified).toBe(false);
    expect((await bench.submit(session, second)).verified).toBe(false);
    expect((await bench.submit(session, failed)).verified).toBe(false);
    expect(await bench.complete(session)).toMatch(/step_failed|attempts_used_up/);
    expect(await bench.wallets()).toBe(1);
  });

  it('with one step answered three times in place of three', async () => {
    await using bench = await scene();
    const session = await bench.open();
    expect((await bench.submit(session, 'email')).verified).toBe(true);
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'code_used' });
    expect((await bench.submit(session, 'phone', bench.code(session, 'email'))).verified).toBe(false);
    expect(await bench.complete(session)).toBe('steps_missing');
  });

  it('with a step that nobody configured', async () => {
    await using bench = await scene();
    const session = await bench.open();
    for (const step of ['admin', 'constructor', '__proto__', '', 'EMAIL', 'email ', 'email\u200b'])
      expect(await codeOf(() => bench.recovery.submitVerification(session, { step, code: bench.code(session, 'email') })), step).toBe(
        'REQUEST_INVALID',
      );
    expect(await bench.complete(session)).toBe('steps_missing');
  });

  it('with codes in other shapes', async () => {
    await using bench = await scene();
    const session = await bench.open();
    const code = bench.code(session, 'email');
    const shapes: unknown[] = [Number(code), [code], { toString: () => code }, null, undefined, true];
    for (const shape of shapes)
      expect(await codeOf(() => bench.recovery.submitVerification(session, { step: 'email', code: shape as string }))).toBe(
        'REQUEST_INVALID',
      );
    const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    expect((await bench.submit(session, 'email', fullWidth)).verified).toBe(false);
    expect((await bench.submit(session, 'email', ` ${code}`)).verified).toBe(false);
  });

  it('with another session’s codes, or another user’s session', async () => {
    await using bench = await scene();
    const mine = await bench.open('mallory');
    const theirs = await bench.open('victim');
    for (const step of STEPS) expect((await bench.submit(theirs, step, bench.code(mine, step))).verified).toBe(false);
    await bench.prove(mine);
    expect(await bench.complete(theirs)).toBe('steps_missing');
    expect(await bench.complete(mine)).toBe('completed');
    expect([await bench.wallets('victim'), await bench.wallets('mallory')]).toEqual([1, 2]);
  });

  it('of a session that is none', async () => {
    await using bench = await scene();
    const session = await bench.open();
    for (const id of ['', 'x', session.slice(0, -1), `${session} `, '../agent/a1', '__proto__', `${session}/`, "' OR 1=1 --"])
      expect(['RECOVERY_UNKNOWN', 'REQUEST_INVALID']).toContain(await codeOf(() => bench.recovery.completeRecovery(id, CREDENTIALS)));
    for (const id of [null, {}, 7, [session]])
      expect(await codeOf(() => bench.recovery.completeRecovery(id as string, CREDENTIALS))).not.toBe('passed');
  });

  it('before its cooldown is over, by a host clock that jumps ahead', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    await using bench = await scene({ cooldownPeriod: 3_600 }, { store: factory });
    const session = await bench.open();
    await bench.prove(session);
    expect(await bench.complete(session)).toBe('cooldown_active');
    bench.move(3_600_001);
    expect(await bench.complete(session).catch((error: { code: string }) => error.code)).not.toBe('completed');
    expect(await bench.wallets()).toBe(1);
  });

  it('after its owner cancelled it, during and after the cooldown', async () => {
    await using bench = await scene({ cooldownPeriod: 3_600 });
    const session = await bench.open();
    await bench.prove(session);
    await bench.recovery.cancelRecovery(session);
    expect(await bench.complete(session)).toBe('session_cancelled');
    bench.move(3_600_001);
    expect(await bench.complete(session)).toBe('session_cancelled');
    expect((await bench.submit(session, 'email')).verified).toBe(false);
    expect(await bench.wallets()).toBe(1);
  });

  it('under the kill switch: neither opening, nor answering, nor completing', async () => {
    await using bench = await scene();
    const session = await bench.open();
    await bench.prove(session, 'identity');
    await bench.security.emergency.activateKillSwitch(killed);
    expect(await codeOf(() => bench.open('mallory'))).toBe('HALTED');
    expect(await codeOf(() => bench.submit(session, 'identity'))).toBe('HALTED');
    expect(await bench.complete(session).catch((error: { code: string }) => error.code)).toMatch(/halted|HALTED|steps_missing/);
    expect(await bench.wallets()).toBe(1);
  });

  it('with other credentials than those that it was opened for, or none', async () => {
    await using bench = await scene();
    const { id } = await bench.recovery.initiateRecovery('victim', { method: 'identity', ...CREDENTIALS });
    await bench.prove(id);
    expect(await bench.complete(id, { newCredentials: { publicKey: 'cd'.repeat(32) } })).toBe('credentials_mismatch');
    for (const odd of [undefined, null, {}, { newCredentials: null }, { newCredentials: 'ab' }])
      expect(await codeOf(() => bench.recovery.completeRecovery(id, odd as never))).toBe('REQUEST_INVALID');
    expect(await bench.complete(id)).toBe('completed');
  });
});

describe('guessing the codes of a recovery', () => {
  it('gets no fourth try: at once, by new codes, by a new session, or by a new process', async () => {
    await using bench = await scene({ verificationRequired: ['email'] });
    const session = await bench.open();
    const guesses = await Promise.all(
      Array.from({ length: 50 }, (_, n) => bench.submit(session, 'email', bench.wrong(session, 'email', n + 1))),
    );
    expect(guesses.filter(({ reason }) => reason === 'code_wrong').length).toBeLessThanOrEqual(2);
    expect((await bench.submit(session, 'email')).verified).toBe(false);
    expect(await codeOf(() => bench.recovery.sendCode(session, 'email'))).toBe('RECOVERY_REFUSED');
    expect(await refusalOf(() => bench.open())).toBe('RECOVERY_REFUSED recovery_locked');
    expect(await bench.wallets()).toBe(1);
  });

  it('is not helped by a code that is asked for again: the guesses stay spent, and the old code is void', async () => {
    await using bench = await scene({ verificationRequired: ['email'] });
    const session = await bench.open();
    const old = bench.code(session, 'email');
    await bench.submit(session, 'email', bench.wrong(session, 'email'));
    await bench.recovery.sendCode(session, 'email');
    expect(bench.codes).toHaveLength(2);
    if (old !== bench.code(session, 'email')) expect((await bench.submit(session, 'email', old)).verified).toBe(false);
    await bench.submit(session, 'email', bench.wrong(session, 'email'));
    expect((await bench.submit(session, 'email')).verified).toBe(false);
  });

  it('is not helped by what the session shows: no code stands in answers, lists, events or the log', async () => {
    await using bench = await scene();
    const seen: unknown[] = [];
    bench.security.onEvent((event) => seen.push(event));
    const session = await bench.open();
    seen.push(await bench.recovery.getRecovery(session), await bench.recovery.listRecoveries());
    seen.push(await bench.submit(session, 'email', bench.wrong(session, 'email')));
    seen.push((await bench.security.audit.query({})).entries);
    const text = JSON.stringify(seen);
    for (const { code } of bench.codes) expect(text.includes(`"${code}"`)).toBe(false);
  });

  it('is not helped by waiting: a code is void after ten minutes', async () => {
    await using bench = await scene();
    const session = await bench.open();
    bench.move(600_001);
    expect(await bench.submit(session, 'email')).toMatchObject({ verified: false, reason: 'code_expired' });
    expect(await bench.complete(session)).toBe('steps_missing');
  });

  it('of somebody who is no user, or in the name of one, opens nothing and sends nothing', async () => {
    await using bench = await scene();
    for (const user of ['nobody', 'Victim', 'victim\u200b', '__proto__', "victim' --", ''])
      expect(['RECOVERY_REFUSED', 'REQUEST_INVALID']).toContain(await codeOf(() => bench.open(user)));
    expect(bench.codes).toEqual([]);
  });

  it('is not possible without a provider at all', async () => {
    const security = createSecurityManager(offline({ keys: KEYS }));
    expect(await codeOf(() => security.recovery.initiateRecovery('victim', { method: 'email' }))).toBe('MODE_UNAVAILABLE');
    await security.shutdown(100);
  });
});
