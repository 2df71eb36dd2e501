import { filter, map, merge, Subject, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createEventBus, EVENT_QUEUE_LIMIT, type SecurityEvent } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const event = (number: number): SecurityEvent => ({
  v: 1,
  id: `e${number}`,
  tenant: 't',
  at: number,
  agent: 'a1',
  severity: 'info',
  type: 'cap_warning',
  details: { number, nested: { list: [number] } },
});
const ids = (events: readonly SecurityEvent[]): string[] => events.map(({ id }) => id);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Everything that would have ended the process. */
const fatal: unknown[] = [];
const note = (error: unknown): void => void fatal.push(error);
process.on('uncaughtExceptionMonitor', note);
afterEach(() => expect(fatal).toEqual([]));

describe('createEventBus', () => {
  it('delivers in order to every subscriber, after the publisher went on', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const seen: string[][] = [[], [], []];
    bus.subscribe((e) => void seen[0]?.push(e.id));
    bus.subscribe((e) => void seen[1]?.push(e.id));
    bus.events$.subscribe((e) => void seen[2]?.push(e.id));
    for (let index = 0; index < 10; index += 1) bus.publish(event(index));
    expect(seen).toEqual([[], [], []]);
    await turn();
    for (const list of seen) expect(list).toEqual(Array.from({ length: 10 }, (_, index) => `e${index}`));
    expect([bus.dropped(), bus.failed(), bus.size()]).toEqual([0, 0, 3]);
  });

  it('nobody sees what was published before they came, or after they left', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const early: string[] = [];
    const late: string[] = [];
    const leave = bus.subscribe((e) => void early.push(e.id));
    bus.publish(event(1));
    bus.subscribe((e) => void late.push(e.id));
    await turn();
    bus.publish(event(2));
    leave();
    await turn();
    expect([early, late]).toEqual([['e1'], ['e2']]);
    expect(bus.size()).toBe(1);
  });

  it('select hands out its types alone, and what it leaves out neither queues nor is frozen', async () => {
    const bus = createEventBus({ clock: createManualClock(), queueLimit: 2 });
    const seen: string[] = [];
    bus.select(new Set(['key_event'])).subscribe((e) => void seen.push(e.id));
    const others = Array.from({ length: 10 }, (_, index) => event(index));
    for (const other of others) bus.publish(other);
    bus.publish({ ...event(10), type: 'key_event', details: {} });
    await turn();
    expect(seen).toEqual(['e10']);
    expect([bus.dropped(), bus.size()]).toEqual([0, 1]);
    expect(others.some((other) => Object.isFrozen(other))).toBe(false);
    bus.close();
    expect(bus.size()).toBe(0);
  });

  it('hands out 64 at a time, the rest on later turns of the clock', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const seen: string[] = [];
    bus.subscribe((e) => void seen.push(e.id));
    for (let index = 0; index < 200; index += 1) bus.publish(event(index));
    await turn();
    expect(seen).toHaveLength(64);
    expect(clock.pending()).toBe(1);
    clock.advance(0);
    expect(seen).toHaveLength(200);
    expect(ids(Array.from({ length: 200 }, (_, index) => event(index)))).toEqual(seen);
    expect(clock.pending()).toBe(0);
  });

  it('lets other subscribers have their turn before a long queue is through', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const order: string[] = [];
    bus.subscribe(() => void order.push('first'));
    bus.subscribe(() => void order.push('second'));
    for (let index = 0; index < 100; index += 1) bus.publish(event(index));
    await turn();
    expect(order.filter((name) => name === 'second')).toHaveLength(32);
  });

  it('keeps at most the limit per subscriber, drops the oldest and counts them', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const seen: string[] = [];
    bus.subscribe((e) => void seen.push(e.id));
    const total = EVENT_QUEUE_LIMIT + 100;
    for (let index = 0; index < total; index += 1) bus.publish(event(index));
    expect(bus.dropped()).toBe(100);
    await turn();
    clock.advance(0);
    expect(seen).toHaveLength(EVENT_QUEUE_LIMIT);
    expect([seen[0], seen.at(-1)]).toEqual(['e100', `e${total - 1}`]);
  });

  it('survives subscribers that throw or reject, and counts them', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const seen: string[] = [];
    bus.subscribe(() => {
      throw new Error('subscriber');
    });
    bus.subscribe(async () => {
      throw new Error('async subscriber');
    });
    bus.subscribe((e) => void seen.push(e.id));
    for (let index = 0; index < 3; index += 1) bus.publish(event(index));
    await turn();
    expect(seen).toEqual(['e0', 'e1', 'e2']);
    expect([bus.failed(), bus.size()]).toEqual([6, 3]);
  });

  it('survives RxJS consumers that throw, at the source and behind operators', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const seen: string[] = [];
    const boom = (): never => {
      throw new Error('consumer');
    };
    bus.events$.subscribe(boom);
    bus.events$.subscribe({ next: boom });
    bus.events$
      .pipe(
        filter(() => true),
        map(({ id }) => id),
      )
      .subscribe(boom);
    bus.events$.pipe(map(boom)).subscribe();
    bus.events$.pipe(map(boom)).subscribe({ error: boom });
    bus.events$.pipe(take(1)).subscribe({ complete: boom });
    bus.events$.subscribe(async () => boom());
    bus.events$.subscribe((e) => void seen.push(e.id));
    bus.publish(event(1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(bus.failed()).toBe(7);
    bus.publish(event(2));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual(['e1', 'e2']);
  });

  it('works with the operators of RxJS', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const answers: unknown[] = [];
    bus.events$
      .pipe(
        filter(({ at }) => at % 2 === 0),
        map(({ at }) => at),
        take(2),
        toArray(),
      )
      .subscribe((list) => answers.push(list));
    const other = new Subject<SecurityEvent>();
    merge(bus.events$, other)
      .pipe(
        map(({ id }) => id),
        take(2),
        toArray(),
      )
      .subscribe((list) => answers.push(list));
    const sink = new Subject<SecurityEvent>();
    const sunk: string[] = [];
    sink.subscribe((e) => void sunk.push(e.id));
    bus.events$.subscribe(sink);
    for (let index = 1; index < 6; index += 1) bus.publish(event(index));
    await turn();
    expect(answers).toEqual([
      ['e1', 'e2'],
      [2, 4],
    ]);
    expect(sunk).toHaveLength(5);
    expect(bus.size()).toBe(1);
  });

  it('freezes what it delivers: no subscriber changes what another sees', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const seen: SecurityEvent[] = [];
    bus.subscribe((e) => {
      (e as { tenant: string }).tenant = 'other';
    });
    bus.subscribe((e) => {
      (e as unknown as { details: { nested: { list: number[] } } }).details.nested.list.push(7);
    });
    bus.subscribe((e) => void seen.push(e));
    bus.publish(event(1));
    await turn();
    expect(seen).toEqual([event(1)]);
    expect(bus.failed()).toBe(2);
  });

  it('a subscriber may publish, subscribe and leave while it is called', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const seen: string[] = [];
    const leave = bus.subscribe((e) => {
      seen.push(e.id);
      leave();
      bus.publish(event(e.at + 1));
      bus.subscribe((later) => void seen.push(`late ${later.id}`));
    });
    bus.publish(event(1));
    bus.publish(event(2));
    await turn();
    expect(seen).toEqual(['e1']);
    bus.publish(event(9));
    await turn();
    expect(seen).toEqual(['e1', 'late e9']);
  });

  it('one that publishes on every event does not hold the process', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    let calls = 0;
    bus.subscribe((e) => {
      calls += 1;
      bus.publish(event(e.at + 1));
    });
    bus.publish(event(0));
    await turn();
    expect(calls).toBe(64);
    bus.close();
  });

  it('1,000 subscribers leave nothing behind', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    let calls = 0;
    const leaves = Array.from({ length: 500 }, () =>
      bus.subscribe(() => {
        calls += 1;
      }),
    );
    const subscriptions = Array.from({ length: 500 }, () =>
      bus.events$.subscribe(() => {
        calls += 1;
      }),
    );
    expect(bus.size()).toBe(1_000);
    bus.publish(event(1));
    for (const leave of leaves) leave();
    for (const subscription of subscriptions) subscription.unsubscribe();
    for (const leave of leaves) leave();
    expect(bus.size()).toBe(0);
    await clock.advanceAsync(100);
    expect(calls).toBe(0);
    expect(clock.pending()).toBe(0);
    bus.publish(event(2));
    await turn();
    expect(clock.pending()).toBe(0);
  });

  it('close completes RxJS subscriptions, delivers nothing more and refuses newcomers', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    const complete = vi.fn();
    const next = vi.fn();
    bus.events$.subscribe({ next, complete });
    bus.subscribe(next);
    bus.publish(event(1));
    bus.close();
    bus.subscribe(next);
    bus.events$.subscribe({ next, complete });
    bus.publish(event(2));
    await clock.advanceAsync(10);
    expect(next).not.toHaveBeenCalled();
    expect(complete).toHaveBeenCalledTimes(2);
    expect(bus.size()).toBe(0);
  });

  it('runs on the system clock too', async () => {
    const bus = createEventBus({ clock: systemClock() });
    let calls = 0;
    bus.subscribe(() => {
      calls += 1;
    });
    for (let index = 0; index < 500; index += 1) bus.publish(event(index));
    await vi.waitFor(() => expect(calls).toBe(500));
  });
});
