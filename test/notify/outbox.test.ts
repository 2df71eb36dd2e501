import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createEmailNotifier } from '../../src/adapters/notify/index.ts';
import { CastellanError, createEventBus, type SecurityEvent, type Step, type Store } from '../../src/core/index.ts';
import { ok, startHookServer, status } from './hook-server.ts';
import { startMailServer } from './mail-server.ts';
import { eventOf, TENANT } from './notices.ts';
import { hook, memory, outboxOf, record, remembering, stored, warn } from './outbox-fixture.ts';

const idsOf = (bodies: readonly { readonly body: string }[]): string[] => bodies.map(({ body }) => JSON.parse(body).id as string);

describe('the outbox', () => {
  it('tells what is logged after its start, by webhook and by mail, and forgets it then', async () => {
    const store = memory();
    await warn(store, 1, 3);
    const server = await startHookServer();
    const mail = await startMailServer();
    const smtp = { host: '127.0.0.1', port: mail.port, from: 'castellan@example.com' };
    const outbox = outboxOf(store, [
      hook(server.url),
      createEmailNotifier({ address: 'security@example.com', smtp, clock: systemClock() }),
    ]);
    await outbox.start();
    await warn(store, 10, 2);
    await outbox.flush();
    expect(idsOf(server.arrivals).sort()).toEqual(['event-00000010', 'event-00000011']);
    expect(mail.mails).toHaveLength(2);
    expect(await stored(store, 'notice')).toEqual([]);
    expect(outbox.health()).toMatchObject({ running: true, leading: true, pending: 0, dead: 0, held: 0, delivered: 4, lastError: null });
  });

  it('chooses by severity, or by types, and only its own tenant’s', async () => {
    const events = [
      eventOf(1, { severity: 'info', type: 'execution_success' }),
      eventOf(2, { severity: 'warning' }),
      eventOf(3, { severity: 'error', type: 'execution_failed' }),
      eventOf(4, { severity: 'critical', type: 'emergency_changed', change: { kind: 'kill', reason: 'seen' }, epoch: 1 }),
      eventOf(5, { tenant: 'other', severity: 'critical' }),
      eventOf(6, {
        type: 'decision_made',
        severity: 'warning',
        decision: { id: eventOf(6).id, verdict: 'denied', effects: [], reasons: [] },
      }),
      eventOf(7, {
        type: 'decision_made',
        severity: 'warning',
        decision: { id: eventOf(7).id, verdict: 'escalated', effects: [], reasons: [] },
      }),
      eventOf(8, { severity: 'info', type: 'approval_requested', details: { text: '"severity":"critical","type":"fraud_detected"' } }),
    ];
    const told = async (more: Parameters<typeof outboxOf>[2]): Promise<number[]> => {
      const store = memory();
      const { got, notifier } = remembering('one');
      const outbox = outboxOf(store, [notifier], more);
      await outbox.start();
      await record(store, events);
      await outbox.flush();
      return got.map(({ id }) => Number(id.slice(-2))).sort();
    };
    expect(await told({})).toEqual([2, 3, 4, 7]);
    expect(await told({ minSeverity: 'error' })).toEqual([3, 4]);
    expect(await told({ types: ['approval_requested', 'execution_success'] })).toEqual([1, 8]);
    expect(() => outboxOf(memory(), [], { types: ['audit_checkpoint' as 'key_event'] })).toThrow(/CONFIG_INVALID/);
    expect(() => outboxOf(memory(), [remembering('a').notifier, remembering('a').notifier])).toThrow(/CONFIG_INVALID/);
    expect(() => outboxOf(memory(), [remembering('no id').notifier])).toThrow(/CONFIG_INVALID/);
  });

  it('tells of an entry that cannot be read, and goes on behind it', async () => {
    const store = memory();
    const { got, notifier } = remembering('one');
    const outbox = outboxOf(store, [notifier]);
    await outbox.start();
    await store.apply([{ commands: [{ kind: 'log.append', id: 'broken', entry: '{"v":1', leaf: '0'.repeat(64) }] }]);
    await warn(store, 1);
    await outbox.flush();
    expect(got.map(({ id, severity }) => [id, severity]).sort()).toEqual([
      ['broken', 'critical'],
      ['event-00000001', 'warning'],
    ]);
  });

  it('is woken by the bus, long before it would look by itself', async () => {
    const store = memory();
    const bus = createEventBus({ clock: systemClock() });
    const { got, notifier } = remembering('one');
    const outbox = outboxOf(store, [notifier], { everyMs: 60_000 });
    const unsubscribe = outbox.subscribe(bus.events$);
    await outbox.start();
    await warn(store, 1);
    bus.publish(eventOf(1));
    await expect.poll(() => got.length).toBe(1);
    // Published before the commit is seen, in a burst, and by a source of another kind: all are only a reason to look.
    const source = new Subject<SecurityEvent>();
    outbox.subscribe(source);
    for (let index = 2; index < 40; index += 1) {
      void warn(store, index);
      source.next(eventOf(index));
    }
    await expect.poll(() => got.length).toBe(39);
    unsubscribe();
    await warn(store, 90);
    bus.publish(eventOf(90));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(got).toHaveLength(39);
    bus.close();
  });

  it('delivers 1,000 notices to each of two endpoints, while one of them fails now and then', async () => {
    const store = memory();
    const good = await startHookServer();
    let count = 0;
    const odd = await startHookServer((response, arrival, request) => (++count % 200 === 3 ? status(500) : ok)(response, arrival, request));
    // Patient: what is given up after a second on a busy machine is delivered twice.
    const outbox = outboxOf(store, [hook(good.url), hook(odd.url)], { notifyTimeoutMs: 20_000 });
    await outbox.start();
    await warn(store, 0, 1_000);
    await outbox.flush();
    expect(new Set(idsOf(good.arrivals)).size).toBe(1_000);
    expect(good.arrivals).toHaveLength(1_000);
    await expect.poll(() => outbox.health().delivered, { timeout: 25_000 }).toBe(2_000);
    expect(new Set(idsOf(odd.arrivals)).size).toBe(1_000);
    await expect.poll(() => outbox.health().pending).toBe(0);
    expect(await stored(store, 'notice')).toEqual([]);
  }, 30_000);
});

describe('a flood', () => {
  it('is told in part, then in one summary; what is worse than the flood is not held back by it', async () => {
    const store = memory();
    const { got, notifier } = remembering('one');
    let nowMs = 1_700_000_000_000;
    const clock = { ...systemClock(), nowMs: () => nowMs };
    const outbox = outboxOf(store, [notifier], { mostPerMinute: 10, clock });
    await outbox.start();
    await warn(store, 0, 3_000);
    await record(store, [
      eventOf(5_000, { severity: 'critical', type: 'emergency_changed', change: { kind: 'kill', reason: 'seen' }, epoch: 1 }),
    ]);
    await outbox.flush();
    expect(got.filter(({ severity }) => severity === 'warning')).toHaveLength(10);
    expect(got.filter(({ severity }) => severity === 'critical')).toHaveLength(1);
    expect(outbox.health().held).toBe(2_990);
    expect(JSON.stringify(await store.get([`doc/notify/${TENANT}/state`])).length).toBeLessThan(2_000);
    nowMs += 60_000;
    await outbox.flush();
    const summary = got.find(({ event }) => event === null);
    expect(summary).toMatchObject({ count: 2_990, severity: 'warning', title: 'castellan warning: 2990 further events' });
    expect(summary?.text).toMatch(/99[67] x policy_rejected a[012]/);
    expect(outbox.health().held).toBe(0);
    nowMs += 60_000;
    await outbox.flush();
    expect(got).toHaveLength(12);
  });

  it('is counted on through a restart', async () => {
    const store = memory();
    let nowMs = 1_700_000_000_000;
    const clock = { ...systemClock(), nowMs: () => nowMs };
    const first = outboxOf(store, [remembering('one').notifier], { mostPerMinute: 1, clock });
    await first.start();
    await warn(store, 0, 5);
    await first.flush();
    await first.stop();
    const { got, notifier } = remembering('one');
    const second = outboxOf(store, [notifier], { mostPerMinute: 1, clock });
    await second.start();
    await warn(store, 10, 5);
    await second.flush();
    expect(got).toEqual([]);
    nowMs += 60_000;
    await second.flush();
    expect(got).toMatchObject([{ count: 9, event: null }]);
  });

  it('into a dead endpoint fills the outbox up to its capacity, and no further', async () => {
    const store = memory();
    let isDead = true;
    const { got, notifier } = remembering('one', () => (isDead ? Promise.reject(new Error('no')) : Promise.resolve()));
    let nowMs = 1_700_000_000_000;
    const clock = { ...systemClock(), nowMs: () => nowMs };
    const outbox = outboxOf(store, [notifier], { capacity: 25, clock, maxAttempts: 1_000 });
    await outbox.start();
    for (let minute = 0; minute < 3; minute += 1) {
      await warn(store, minute * 1_000, 400);
      await outbox.flush();
      nowMs += 60_000;
    }
    expect(await stored(store, 'notice')).toHaveLength(25);
    expect(outbox.health()).toMatchObject({ pending: 25, held: 1_175 });
    isDead = false;
    await expect.poll(() => got.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(25);
    nowMs += 60_000;
    await outbox.flush();
    await expect.poll(() => got.reduce((sum, { count }) => sum + count, 0)).toBe(1_200);
  });
});

describe('the outbox without its store', () => {
  it('loses nothing, says so, and goes on', async () => {
    const inner = memory();
    let isDown = false;
    const guard =
      <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        isDown ? Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'down', retryable: true })) : call(...args);
    const store: Store = {
      ...inner,
      apply: guard((steps: readonly Step[]) => inner.apply(steps)),
      get: guard(inner.get),
      scan: guard(inner.scan),
      log: guard(inner.log),
      logHead: guard(inner.logHead),
    };
    const { got, notifier } = remembering('one');
    const outbox = outboxOf(store, [notifier]);
    isDown = true;
    await expect(outbox.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    isDown = false;
    await outbox.start();
    isDown = true;
    await warn(inner, 1, 5);
    await expect.poll(() => outbox.health().lastError).toBe('STORE_UNAVAILABLE');
    expect(got).toEqual([]);
    isDown = false;
    await expect.poll(() => got.length).toBe(5);
    await expect.poll(() => outbox.health()).toMatchObject({ pending: 0, lastError: null });
  });

  it('does not send again what it sent and could not write down', async () => {
    const inner = memory();
    let failures = 3;
    const store: Store = {
      ...inner,
      apply: (steps) => {
        const settles = JSON.stringify(steps).includes('/notice/') && JSON.stringify(steps).includes('"value":null');
        if (settles && failures-- > 0) return Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'down', retryable: true }));
        return inner.apply(steps);
      },
    };
    const { got, notifier } = remembering('one');
    const outbox = outboxOf(store, [notifier]);
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => stored(store, 'notice')).toEqual([]);
    await expect.poll(() => failures).toBe(-1);
    expect(got).toHaveLength(1);
  });

  it('skips a stored notice that is none', async () => {
    const store = memory();
    const { got, notifier } = remembering('one');
    const outbox = outboxOf(store, [notifier]);
    await store.apply([{ commands: [{ kind: 'doc.put', key: `notify/${TENANT}/notice/broken`, value: { v: 9 } }] }]);
    await outbox.start();
    await warn(store, 1);
    await expect.poll(() => got.length).toBe(1);
  });
});
