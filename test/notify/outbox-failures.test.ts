import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createNotificationOutbox } from '../../src/adapters/notify/index.ts';
import { parseEntry, toAppendCommand } from '../../src/audit/index.ts';
import { type Answer, ok, startHookServer, status } from './hook-server.ts';
import { TENANT } from './notices.ts';
import { everything, hook, memory, outboxOf, remembering, stored, warn } from './outbox-fixture.ts';

describe('an endpoint that', () => {
  const cases: readonly (readonly [string, Answer])[] = [
    ['is slow', (response) => void setTimeout(() => response.end(), 5_000).unref()],
    ['fails', status(500)],
    ['resets', (response) => response.socket?.resetAndDestroy()],
    ['redirects', status(307, { location: 'http://127.0.0.1:1/' })],
    ['forbids', status(403)],
  ];
  it.each(cases)('%s keeps its notices until it works, and holds up nobody', async (_, answer) => {
    const store = memory();
    const bad = await startHookServer(answer);
    const good = await startHookServer();
    const outbox = outboxOf(store, [hook(bad.url, 100), hook(good.url)]);
    await outbox.start();
    const startMs = performance.now();
    await warn(store, 1, 20);
    expect(performance.now() - startMs).toBeLessThan(500);
    await expect.poll(() => good.arrivals.length).toBe(20);
    await expect.poll(() => outbox.health().notifiers[0]?.failures ?? 0).toBeGreaterThan(0);
    expect(await stored(store, 'notice')).toHaveLength(20);
    expect(outbox.health()).toMatchObject({
      pending: 20,
      notifiers: [{ lastError: expect.any(String) }, { failures: 0, lastError: null }],
    });
    bad.answer = ok;
    await expect.poll(() => outbox.health().pending, { timeout: 10_000 }).toBe(0);
    expect(good.arrivals).toHaveLength(20);
    expect(outbox.health().notifiers[0]).toMatchObject({ failures: 0, lastError: null });
  });

  it('never answers, in a notifier that hears no signal, is given up each time', async () => {
    const store = memory();
    const { notifier } = remembering('deaf', () => new Promise(() => undefined));
    const outbox = outboxOf(store, [notifier], { notifyTimeoutMs: 50 });
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => outbox.health().notifiers[0]?.lastError).toBe('TIMEOUT');
  });

  it('never answers does not hold up the end, which does not count as an attempt', async () => {
    const store = memory();
    let calls = 0;
    const { notifier } = remembering('deaf', () => {
      calls += 1;
      return new Promise(() => undefined);
    });
    const outbox = outboxOf(store, [notifier], { notifyTimeoutMs: 60_000 });
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => calls).toBe(1);
    const startMs = performance.now();
    await outbox.stop();
    expect(performance.now() - startMs).toBeLessThan(500);
    const [row] = await store.get([`doc/notify/${TENANT}/notice/event-00000001`]);
    expect(row).toMatchObject({ value: { deliveries: { deaf: { state: 'pending', attempts: 0 } } } });
    expect(await stored(store, 'lease')).toEqual([]);
  });

  it('is dead gets no flood of attempts', async () => {
    const store = memory();
    const bad = await startHookServer(status(500));
    const outbox = outboxOf(store, [hook(bad.url)], { backoff: { firstMs: 1, mostMs: 1 }, rest: { firstMs: 200, mostMs: 1_000 } });
    await outbox.start();
    await warn(store, 1, 200);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(bad.arrivals.length).toBeLessThan(10);
  });
});

describe('a notice that nobody takes', () => {
  async function given() {
    const store = memory();
    let isDead = true;
    const { got, notifier } = remembering('dead-end', () => (isDead ? Promise.reject(new Error('canary-cause')) : Promise.resolve()));
    const other = remembering('other');
    const outbox = outboxOf(store, [notifier, other.notifier], { maxAttempts: 1, everyMs: 20 });
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => outbox.health().dead, { timeout: 5_000 }).toBe(1);
    return {
      store,
      outbox,
      got,
      other,
      mend: () => {
        isDead = false;
      },
    };
  }

  it('is a dead letter, is logged, and the others are told of that, once', async () => {
    const { store, outbox, other } = await given();
    const events = (await store.log(0)).map(({ entry }) => parseEntry(entry)).filter(({ type }) => type === 'health_changed');
    expect(events).toMatchObject([
      {
        severity: 'error',
        details: {
          part: 'notifications',
          state: 'dead_letter',
          about: 'event',
          notifier: 'dead-end',
          noticeId: 'event-00000001',
          attempts: 1,
          error: 'INTERNAL',
        },
      },
    ]);
    await expect.poll(() => other.got.map(({ event }) => event?.type)).toEqual(['policy_rejected', 'health_changed']);
    expect(await outbox.deadLetters()).toMatchObject([
      {
        notice: { id: 'event-00000001' },
        deliveries: { 'dead-end': { state: 'dead', attempts: 1, error: 'INTERNAL' }, other: { state: 'delivered' } },
      },
    ]);
    expect(await stored(store, 'notice')).toEqual([]);
    expect(await everything(store)).not.toContain('canary');
  });

  it('can be tried anew, by those only that did not get it', async () => {
    const { store, outbox, got, other, mend } = await given();
    mend();
    expect(await outbox.revive()).toBe(1);
    await expect.poll(() => got.length, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => stored(store, 'notice')).toEqual([]);
    expect(other.got.filter(({ id }) => id === 'event-00000001')).toHaveLength(1);
    expect(await outbox.deadLetters()).toEqual([]);
  });

  it('does not multiply: where all are dead, the chain of news about that ends', async () => {
    const store = memory();
    const dead = ['a', 'b', 'c'].map((id) => remembering(id, () => Promise.reject(new Error('no'))).notifier);
    const outbox = outboxOf(store, dead, { maxAttempts: 1, types: ['policy_rejected', 'health_changed'] });
    await outbox.start();
    await warn(store, 1);
    // One event: three deliveries given up; each of these three told to the two others, and given up.
    await expect.poll(async () => (await store.logHead()).size, { timeout: 15_000 }).toBe(1 + 3 + 6);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await store.logHead()).size).toBe(10);
    expect(await stored(store, 'notice')).toEqual([]);
  }, 20_000);
});

describe('secrets', () => {
  it('of endpoints are in no row, entry, notice, health or inspection', async () => {
    const store = memory();
    const server = await startHookServer(status(401));
    const outbox = outboxOf(store, [hook(`${server.url}/canary-path`)], { maxAttempts: 1 });
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => outbox.health().dead, { timeout: 5_000 }).toBe(1);
    const seen = `${await everything(store)} ${JSON.stringify(outbox.health())} ${inspect(outbox, { depth: 9, showHidden: true })}`;
    expect(seen).not.toContain('canary');
  });

  it('are not needed to make it: it refuses nothing but ids', () => {
    const parts = {
      store: memory(),
      clock: systemClock(),
      random: { bytes: (length: number) => new Uint8Array(length) },
      notifiers: [],
      tenant: TENANT,
    };
    expect(createNotificationOutbox({ ...parts, parse: parseEntry, command: toAppendCommand }).health()).toMatchObject({
      running: false,
      notifiers: [],
    });
  });
});
