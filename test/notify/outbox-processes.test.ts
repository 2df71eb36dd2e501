import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createLease } from '../../src/adapters/notify/lease.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Store } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { type HookServer, ok, startHookServer } from './hook-server.ts';
import { hook, memory, outboxOf, remembering, stored, warn } from './outbox-fixture.ts';

/** Where notices are counted: a busy machine must not make an answer late, for then it is sent once more. */
const PATIENT = { notifyTimeoutMs: 2_000, rest: { firstMs: 10, mostMs: 20 } };
const SHORT = { notifyTimeoutMs: 300, rest: { firstMs: 10, mostMs: 20 } };

async function file(): Promise<{ readonly path: string; readonly store: Store }> {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
  const path = join(folder, 'store.db');
  const store = await createSqliteStore({ path, clock: systemClock(), random: systemRandom() });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path, store };
}

/** Starts a process on the file and waits until it is ready. */
async function processOf(path: string, server: HookServer, mode = 'start'): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('outbox-process.ts', import.meta.url)), [path, server.url, mode], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await answerOf(child)).toBe('ready');
  return child;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the process ended: ${code}`)));
  });
}

async function logIn(child: ChildProcess, from: number, count: number): Promise<void> {
  const logged = answerOf(child);
  child.send(`${from} ${count}`);
  await logged;
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

const idsOf = (server: HookServer): string[] => server.arrivals.map(({ body }) => JSON.parse(body).id as string);

describe('a crash', () => {
  it('between the log and the outbox loses nothing: the log is the queue', async () => {
    const { path, store } = await file();
    const server = await startHookServer();
    const first = outboxOf(store, [hook(server.url)], SHORT);
    await first.start();
    await first.stop();
    const child = await processOf(path, server, 'log-only');
    await logIn(child, 0, 50);
    await killed(child);
    const second = outboxOf(store, [hook(server.url)], SHORT);
    await second.start();
    await expect.poll(() => server.arrivals.length).toBe(50);
    await expect.poll(() => stored(store, 'notice')).toEqual([]);
    expect(new Set(idsOf(server)).size).toBe(50);
  });

  it('between storing and sending, and in the middle of sending, loses nothing', async () => {
    const { path, store } = await file();
    const server = await startHookServer(() => undefined);
    const child = await processOf(path, server);
    await logIn(child, 0, 50);
    await expect.poll(() => server.arrivals.length).toBeGreaterThan(0);
    await expect.poll(async () => (await stored(store, 'notice')).length).toBe(50);
    await killed(child);
    const before = server.arrivals.length;
    server.answer = ok;
    const outbox = outboxOf(store, [hook(server.url)], PATIENT);
    await outbox.start();
    await expect.poll(() => stored(store, 'notice'), { timeout: 20_000 }).toEqual([]);
    expect(idsOf(server).slice(before).sort()).toEqual(Array.from({ length: 50 }, (_, index) => `event-${String(index).padStart(8, '0')}`));
  });

  it('at any moment, again and again, costs no notice and few repetitions', async () => {
    const { path, store } = await file();
    const server = await startHookServer((response) => void setTimeout(() => response.end(), 3));
    for (let round = 0; round < 3; round += 1) {
      const child = await processOf(path, server);
      void logIn(child, round * 100, 100).catch(() => undefined);
      const { length } = server.arrivals;
      await expect.poll(() => server.arrivals.length, { interval: 1 }).toBeGreaterThan(length + 5 + round * 17);
      await killed(child);
    }
    const outbox = outboxOf(store, [hook(server.url)], SHORT);
    await outbox.start();
    const logged = (await store.log(0)).map(({ id }) => id);
    await expect.poll(() => new Set(idsOf(server)).size, { timeout: 10_000 }).toBe(logged.length);
    await expect.poll(() => stored(store, 'notice')).toEqual([]);
    expect([...new Set(idsOf(server))].sort()).toEqual(logged.sort());
    // What was under way or not yet written down at each kill.
    expect(server.arrivals.length - logged.length).toBeLessThanOrEqual(3 * 8);
  });
});

describe('two processes', () => {
  it('store each event once and send it once, whichever of them logged it', async () => {
    const { path, store } = await file();
    const server = await startHookServer();
    const outbox = outboxOf(store, [hook(server.url)], PATIENT);
    await outbox.start();
    const child = await processOf(path, server);
    await Promise.all([warn(store, 0, 150), logIn(child, 1_000, 150)]);
    await expect.poll(() => server.arrivals.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(300);
    await expect.poll(() => stored(store, 'notice')).toEqual([]);
    expect(new Set(idsOf(server)).size).toBe(300);
    expect(server.arrivals).toHaveLength(300);
  });

  it('that read the same entries at the same moment store them once', async () => {
    const inner = memory();
    const one = remembering('same');
    const two = remembering('same');
    let late: Promise<void> | undefined;
    const slow: Store = {
      ...inner,
      async apply(steps) {
        if (JSON.stringify(steps).includes('/notice/')) await late;
        return inner.apply(steps);
      },
    };
    const first = outboxOf(slow, [one.notifier], { ...SHORT, everyMs: 60_000 });
    const second = outboxOf(inner, [two.notifier], { ...SHORT, everyMs: 60_000 });
    await first.start();
    await second.start();
    await warn(inner, 0, 10);
    let open = (): void => undefined;
    late = new Promise((resolve) => {
      open = resolve;
    });
    const flushing = first.flush();
    await second.flush();
    expect([two.got.length, await stored(inner, 'notice')]).toEqual([10, []]);
    open();
    await flushing;
    await second.stop();
    await first.flush();
    expect([one.got.length, two.got.length, await stored(inner, 'notice')]).toEqual([0, 10, []]);
  });

  it('of which one stops are one process at once, and of which one dies are one soon', async () => {
    const store = memory();
    const one = remembering('same');
    const two = remembering('same');
    const first = outboxOf(store, [one.notifier], SHORT);
    const second = outboxOf(store, [two.notifier], SHORT);
    await Promise.all([first.start(), second.start()]);
    await warn(store, 0, 10);
    await expect.poll(() => one.got.length + two.got.length).toBe(10);
    const [leader, other] = first.health().leading ? [first, two] : [second, one];
    expect(other.got).toEqual([]);
    await leader.stop();
    await warn(store, 10, 10);
    await expect.poll(() => other.got.length).toBe(10);
  });

  it('see one lease: taken over when it is over by both clocks, never before', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const leaseOf = (holder: string) => createLease({ store, clock, key: 'lease', holder, leaseMs: 1_000, marginMs: 400 });
    const [a, b] = [leaseOf('a'), leaseOf('b')];
    expect([await a.hold(), await b.hold()]).toEqual([true, false]);
    clock.advance(500);
    expect([await a.hold(), await b.hold()]).toEqual([true, false]);
    clock.advance(200);
    // Less than the margin is left: it is renewed.
    expect([await a.hold(), await b.hold()]).toEqual([true, false]);
    clock.advance(999);
    expect([await b.hold(), a.held()]).toEqual([false, true]);
    clock.advance(1);
    expect([await b.hold(), a.held(), await a.hold()]).toEqual([true, false, false]);
    await b.release();
    expect([await a.hold(), await b.hold()]).toEqual([true, false]);
    await b.release();
    expect(await b.hold()).toBe(false);
  });

  it('do not wait for a lease from a clock that was years ahead', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'lease', value: { holder: 'x', untilMs: clock.nowMs() + 1e12 } }] }]);
    expect(await createLease({ store, clock, key: 'lease', holder: 'a', leaseMs: 1_000, marginMs: 400 }).hold()).toBe(true);
  });
});
