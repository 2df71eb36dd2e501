import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { RecoveryResult } from '../../src/custody/recovery/complete-session.ts';
import type { VerificationResult } from '../../src/custody/recovery/submit-code.ts';
import { eventsOf } from './recovery-bench.ts';
import { openOnFile } from './recovery-on-file.ts';

function answerOf<T>(child: ChildProcess, send?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`the process ended: ${code}`)));
    if (send !== undefined) child.send(send);
  });
}

async function twoProcesses() {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
  const path = join(folder, 'store.db');
  const clock = systemClock();
  const store = await createSqliteStore({ path, clock, random: systemRandom() });
  const here = await openOnFile(store, clock);
  const child = fork(fileURLToPath(new URL('recovery-process.ts', import.meta.url)), [path], { execArgv: [] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  expect(await answerOf(child)).toBe('ready');
  return { store, child, ...here };
}

/** Codes that are not the right one. */
const wrong = (code: string, count: number, from: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => String((Number(code) + from + n) % 1_000_000).padStart(6, '0'));

describe('two processes on one file', () => {
  it('get three guesses between them, whatever each of them asks at once', async () => {
    const { store, child, recovery, sent } = await twoProcesses();
    const { id } = await recovery.initiateRecovery('user-1', { method: 'identity' });
    const code = sent[0]?.code ?? '';
    const theirs = answerOf<{ answers: VerificationResult[] }>(child, { sessionId: id, codes: wrong(code, 12, 1) });
    const ours = await Promise.all(wrong(code, 12, 100).map((guess) => recovery.submitVerification(id, { step: 'email', code: guess })));
    const all = [...ours, ...(await theirs).answers];
    expect(all.some(({ verified }) => verified)).toBe(false);
    const taken = (await eventsOf(store)).filter(({ details }) => details?.['action'] === 'recovery_guess_taken');
    expect(taken.map(({ details }) => details?.['attempt'])).toEqual([1, 2, 3]);
    expect((await answerOf<{ answers: VerificationResult[] }>(child, { sessionId: id, codes: [code] })).answers[0]).toMatchObject({
      verified: false,
      reason: 'attempts_used_up',
    });
  });

  it('complete one session once', async () => {
    const { store, child, recovery, sent, grants } = await twoProcesses();
    const { id } = await recovery.initiateRecovery('user-1', { method: 'identity' });
    await answerOf(child, { sessionId: id, codes: [sent[0]?.code] });
    const theirs = answerOf<{ result: RecoveryResult; grants: number }>(child, { sessionId: id, complete: true });
    const ours = await recovery.completeRecovery(id, { newCredentials: { publicKey: 'parent' } });
    const other = await theirs;
    expect([ours.success, other.result.success].filter(Boolean)).toHaveLength(1);
    expect(grants.length + other.grants).toBe(1);
    const granted = (await eventsOf(store)).filter(
      ({ type, details }) => type === 'key_event' && details?.['action'] === 'recovery_granted',
    );
    expect(granted).toHaveLength(1);
  });

  it('cancelled here is cancelled there', async () => {
    const { child, recovery, sent } = await twoProcesses();
    const { id } = await recovery.initiateRecovery('user-1', { method: 'identity' });
    await recovery.submitVerification(id, { step: 'email', code: sent[0]?.code ?? '' });
    await recovery.cancelRecovery(id);
    const { result, grants } = await answerOf<{ result: RecoveryResult; grants: number }>(child, { sessionId: id, complete: true });
    expect([result.success, grants]).toEqual([false, 0]);
  });
});
