import { describe, expect, it } from 'vitest';
import { readDoc } from '../../src/core/index.ts';
import { CREDENTIALS, createProven, createRecoveryBench, DAY } from './recovery-bench.ts';

const refused = (reason: string) => expect.objectContaining({ code: 'RECOVERY_REFUSED', details: expect.objectContaining({ reason }) });

describe('a grant whose receiver fails', () => {
  it('is delivered again, the same one, to the same credentials only', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    const { receive } = bench;
    bench.receive = async () => Promise.reject(new Error('down'));
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'grant_undelivered', retryable: true });
    bench.receive = receive;
    expect(await bench.complete(session, { publicKey: 'ff'.repeat(32) })).toMatchObject({ success: false, reason: 'credentials_mismatch' });
    const next = await bench.restart();
    expect(await next.completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({ success: true });
    expect(bench.grants).toHaveLength(2);
    expect(bench.grants[1]).toEqual(bench.grants[0]);
    await expect(bench.initiate()).resolves.toBeDefined();
  });

  it('is left alone while it is being delivered, and cancelled when it is not', async () => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    bench.receive = () => new Promise(() => undefined);
    const hanging = bench.complete(session);
    await bench.clock.advanceAsync(60_000);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'delivery_under_way', retryable: true });
    await expect(bench.recovery.cancelRecovery(session.id)).rejects.toEqual(refused('delivery_under_way'));
    await expect(bench.initiate()).rejects.toEqual(refused('recovery_open'));
    await bench.clock.advanceAsync(61_000);
    expect(await hanging).toMatchObject({ success: false, reason: 'grant_undelivered' });
    expect(await bench.recovery.cancelRecovery(session.id)).toMatchObject({ state: 'cancelled' });
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'session_cancelled' });
    expect(bench.grants).toHaveLength(1);
  });

  it.each([[undefined], [null], ['ok'], [true]])('that answers %j has not acted', async (answer) => {
    const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
    bench.receive = async () => answer as never;
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'grant_undelivered' });
  });

  it.each([[{}], [{ newWalletAddress: 7 }], [{ newWalletAddress: 'w', details: new Map() }], [{ details: 'x'.repeat(20_000) }]])(
    'that answers %j has acted all the same',
    async (answer) => {
      const { bench, session } = await createProven({ options: { cooldownPeriod: 0 } });
      bench.receive = async () => answer as never;
      expect(await bench.complete(session)).toMatchObject({ success: true, details: null });
      expect((await readDoc(bench.store, 'recovery/user-1'))?.value).toMatchObject({
        record: { misses: 0, session: { state: 'completed' } },
      });
    },
  );
});

it('outlives a restart at every step', async () => {
  const bench = await createRecoveryBench();
  const session = await (await bench.restart()).initiateRecovery('user-1', { method: 'identity' });
  for (const step of session.remainingSteps)
    expect(await (await bench.restart()).submitVerification(session.id, { step, code: bench.codeOf(session.id, step) })).toMatchObject({
      verified: true,
    });
  bench.clock.advance(DAY);
  expect(await (await bench.restart()).completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({ success: true });
  expect(await (await bench.restart()).completeRecovery(session.id, { newCredentials: CREDENTIALS })).toMatchObject({ success: false });
});
