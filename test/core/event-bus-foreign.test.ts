import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventBus, ofType, type SecurityEvent } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

/** RxJS once more, as a caller has it whose copy is not ours: none of its classes is one of ours. */
const require = createRequire(import.meta.url);
const theirs = require(join(dirname(require.resolve('rxjs/package.json')), 'dist/bundles/rxjs.umd.js')) as typeof import('rxjs');

const event = (number: number, agent = 'a1'): SecurityEvent => ({
  v: 1,
  id: `e${number}`,
  tenant: 't',
  at: number,
  agent,
  severity: 'info',
  type: 'cap_warning',
  details: { number },
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const fatal: unknown[] = [];
const note = (error: unknown): void => void fatal.push(error);
process.on('uncaughtExceptionMonitor', note);
afterEach(() => expect(fatal).toEqual([]));

describe('events$ with another copy of RxJS', () => {
  it('really meets another copy', () => {
    const { events$ } = createEventBus({ clock: createManualClock() });
    expect(events$).not.toBeInstanceOf(theirs.Observable);
    expect(theirs.isObservable(events$)).toBe(true);
  });

  it('goes through its operators, alone and beside ours, and lets go of them', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const seen: string[] = [];
    const stream = bus.events$.pipe(
      ofType('cap_warning'),
      theirs.filter(({ agent }) => agent === 'a1'),
      theirs.map(({ id }) => id),
      theirs.bufferCount(2),
    );
    const subscription = stream.subscribe((pair) => seen.push(pair.join('+')));
    expect(bus.size()).toBe(1);
    for (const number of [1, 2, 3, 4, 5]) bus.publish(event(number, number === 3 ? 'b1' : 'a1'));
    await turn();
    expect(seen).toEqual(['e1+e2', 'e4+e5']);
    subscription.unsubscribe();
    expect(bus.size(), 'nobody is queued for any more').toBe(0);
  });

  it('is taken in by its creators, and left when they have enough', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const first = theirs.firstValueFrom(bus.events$);
    const two = theirs.lastValueFrom(theirs.from(bus.events$).pipe(theirs.take(2), theirs.toArray()));
    const both = theirs.lastValueFrom(theirs.merge(bus.events$, theirs.of(event(0))).pipe(theirs.take(2), theirs.toArray()));
    expect(bus.size()).toBe(3);
    for (const number of [1, 2, 3]) bus.publish(event(number));
    await turn();
    expect((await first).id).toBe('e1');
    expect((await two).map(({ id }) => id)).toEqual(['e1', 'e2']);
    expect((await both).map(({ id }) => id)).toEqual(['e0', 'e1']);
    expect(bus.size()).toBe(0);
  });

  it('completes it on close, and hands on what an operator throws as an error', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const told: unknown[] = [];
    const complete = () => void told.push('complete');
    bus.events$.pipe(theirs.ignoreElements()).subscribe({ complete });
    bus.events$
      .pipe(
        theirs.map(() => {
          throw new Error('of the operator');
        }),
      )
      .subscribe({ error: (error: Error) => void told.push(error.message) });
    bus.publish(event(1));
    await turn();
    bus.close();
    expect(told).toEqual(['of the operator', 'complete']);
  });

  it('counts a consumer of it that throws, and changes nothing for the others', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const seen: string[] = [];
    bus.events$.pipe(theirs.tap()).subscribe(() => {
      throw new Error('of the consumer');
    });
    bus.events$.pipe(theirs.tap()).subscribe(({ id }) => seen.push(id));
    for (const number of [1, 2]) bus.publish(event(number));
    await turn();
    expect([bus.failed(), seen]).toEqual([2, ['e1', 'e2']]);
    bus.close();
  });

  it('takes a Subject for a consumer like any other', async () => {
    const bus = createEventBus({ clock: createManualClock() });
    const subject = new theirs.Subject<SecurityEvent>();
    const seen: string[] = [];
    subject.subscribe(({ id }) => seen.push(id));
    const subscription = bus.events$.subscribe(subject);
    bus.publish(event(1));
    await turn();
    subscription.unsubscribe();
    expect([seen, bus.size()]).toEqual([['e1'], 0]);
  });
});
