import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { isCastellanError } from '../../src/core/index.ts';
import { createRecoveryBench, GUARDED, gina, gus } from './recovery-bench.ts';

const CANARY = 'canary-credential-5f1b2c';

it('shows no code and no credential anywhere: results, inspection, JSON, errors, events, rows', async () => {
  const seen: string[] = [];
  const bench = await createRecoveryBench({
    keys: GUARDED,
    quorums: { guardian: 2 },
    options: { cooldownPeriod: 0 },
    more: {
      provider: {
        steps: ['email', 'phone', 'identity'],
        send: (message) => {
          seen.push(message.code);
          bench.sent.push(message);
          if (message.step === 'identity' && seen.length < 4) throw Object.assign(new Error(`cannot send ${message.code}`), { message });
        },
      },
    },
  });
  const values: unknown[] = [bench.recovery];
  const keep = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      values.push(await call());
    } catch (error) {
      const { stack, message, cause } = error as Error;
      values.push(error, stack, message, cause, isCastellanError(error) ? error.getCause() : undefined);
    }
  };
  const session = await bench.recovery.initiateRecovery('user-1', { method: 'social', contacts: ['gina', 'gus', 'greta'] });
  values.push(session);
  await keep(() => bench.recovery.sendCode(session.id, 'identity'));
  const guess = bench.wrong(session.id, 'email');
  seen.push(guess);
  await keep(() => bench.submit(session, 'email', guess));
  await keep(() => bench.submit(session, 'email', `${bench.codeOf(session.id, 'email')}${'9'.repeat(70)}`));
  await keep(() => bench.submit(session, 'nothing', bench.codeOf(session.id, 'email')));
  for (const step of ['email', 'phone', 'identity', 'identity']) await keep(() => bench.submit(session, step));
  await keep(() => bench.approve(session, gina, gus));
  bench.receive = async ({ newCredentials }) => Promise.reject(new Error(`cannot use ${String(newCredentials['secret'])}`));
  await keep(() => bench.complete(session, { secret: CANARY }));
  await keep(() => bench.complete(session, { secret: CANARY, cycle: bench }));
  await keep(() => bench.complete(session, { secret: `${CANARY}2` }));
  bench.receive = async () => ({ newWalletAddress: 'w' });
  await keep(() => bench.complete(session, { secret: CANARY }));
  await keep(() => bench.recovery.cancelRecovery(session.id));
  await keep(() => bench.recovery.listRecoveries());
  values.push(await bench.store.scan('', { limit: 1_000 }), await bench.store.log(0));
  expect((await bench.recovery.getRecovery(session.id)).state).toBe('completed');

  const shown = values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true }),
      JSON.stringify(value) ?? '',
    ])
    .join('\n');
  expect(shown.length).toBeGreaterThan(5_000);
  expect(shown.includes(CANARY), 'a credential is shown').toBe(false);
  expect(seen).toHaveLength(5);
  // Digits stand in hashes and times as well: a code is one where no other hex digit is beside it.
  for (const code of seen) expect(new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`).test(shown), 'a code is shown').toBe(false);
  expect(/(?<![0-9a-f])user-1(?![0-9a-f])/.test(shown)).toBe(true);
});
