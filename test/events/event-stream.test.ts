import { bufferTime, filter, firstValueFrom, groupBy, map, mergeMap, type Observable, scan, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createEventBus, EVENT_QUEUE_LIMIT } from '../../src/core/index.ts';
import {
  type AnomalyDetectedEvent,
  type Decision,
  type DecisionMadeEvent,
  type EmergencyChangedEvent,
  type EventOf,
  type EventSeverity,
  type ExecutionFailedEvent,
  type ExecutionSuccessEvent,
  ofAgent,
  ofSeverity,
  ofType,
  type SecurityEvent,
  type SecurityEventType,
} from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const ALL_TYPES = [
  ...['decision_made', 'policy_rejected', 'approval_requested', 'approval_decision', 'execution_success', 'execution_failed'],
  ...['cap_warning', 'monitor_unrecorded', 'monitor_reorg', 'anomaly_detected', 'fraud_detected', 'key_event', 'permission_changed'],
  'shadow_difference',
  ...[
    'wallet_event',
    'breaker_state',
    'emergency_changed',
    'incident_event',
    'outside_event',
    'unauthorized_attempt',
    'audit_checkpoint',
    'health_changed',
  ],
] as readonly SecurityEventType[];

let count = 0;
function eventOf(type: SecurityEventType, agent: string | null = 'a1', severity: EventSeverity = 'info', details = {}): SecurityEvent {
  count += 1;
  const more = type === 'decision_made' ? { decision: { verdict: 'approved', ...details } } : { details };
  return { v: 1, id: `e${count}`, tenant: 'default', at: count, agent, severity, type, ...more } as unknown as SecurityEvent;
}
function streamOf() {
  const clock = createManualClock();
  const bus = createEventBus({ clock });
  return { clock, bus, publish: (...events: readonly SecurityEvent[]) => events.forEach(bus.publish), settle: () => clock.advanceAsync(0) };
}
function listOf<T>(stream: Observable<T>): T[] {
  const seen: T[] = [];
  stream.subscribe((value) => seen.push(value));
  return seen;
}

describe('the union', () => {
  it('is narrowed by its type, at compile time', () => {
    const read = (event: SecurityEvent): void => {
      if (event.type === 'decision_made') expectTypeOf(event).toEqualTypeOf<DecisionMadeEvent>();
      else expectTypeOf(event.details).not.toBeAny();
      if (event.type === 'emergency_changed') expectTypeOf(event).toEqualTypeOf<EmergencyChangedEvent>();
      // @ts-expect-error: not every event has a decision
      event.decision;
    };
    expectTypeOf(read).parameters.toEqualTypeOf<[SecurityEvent]>();
    expectTypeOf<SecurityEvent['type']>().toEqualTypeOf<SecurityEventType>();
    expectTypeOf<EventOf<'decision_made'>>().toEqualTypeOf<DecisionMadeEvent>();
    expectTypeOf<EventOf<'execution_success' | 'execution_failed'>>().toEqualTypeOf<ExecutionSuccessEvent | ExecutionFailedEvent>();
    // Each name has exactly one member.
    expectTypeOf<{ [Type in SecurityEventType]: EventOf<Type>['type'] }>().toEqualTypeOf<{ [Type in SecurityEventType]: Type }>();
  });
});

describe('ofType', () => {
  it('narrows what passes', () => {
    const { bus } = streamOf();
    expectTypeOf(bus.events$.pipe(ofType('decision_made'))).toEqualTypeOf<Observable<DecisionMadeEvent>>();
    expectTypeOf(
      bus.events$.pipe(
        ofType('decision_made'),
        map(({ decision }) => decision),
      ),
    ).toEqualTypeOf<Observable<Decision>>();
    expectTypeOf(bus.events$.pipe(ofType('execution_success', 'execution_failed'))).toEqualTypeOf<
      Observable<ExecutionSuccessEvent | ExecutionFailedEvent>
    >();
    expectTypeOf(bus.events$.pipe(ofAgent('a1'), ofType('anomaly_detected'), ofSeverity('error'))).toEqualTypeOf<
      Observable<AnomalyDetectedEvent>
    >();
    // @ts-expect-error: there is no such event
    ofType('decision_mad');
    // @ts-expect-error: there is no such severity
    ofSeverity('fatal');
  });

  it('lets its types pass, in order, and nothing else', async () => {
    const { bus, publish, settle } = streamOf();
    for (const type of ALL_TYPES) {
      const seen = listOf(bus.events$.pipe(ofType(type)));
      publish(...ALL_TYPES.map((each) => eventOf(each)));
      await settle();
      expect(seen.map((event) => event.type)).toEqual([type]);
    }
    const both = listOf(bus.events$.pipe(ofType('wallet_event', 'key_event')));
    const none = listOf(bus.events$.pipe(ofType()));
    publish(...ALL_TYPES.map((each) => eventOf(each)));
    await settle();
    expect(both.map(({ type }) => type)).toEqual(['key_event', 'wallet_event']);
    expect(none).toEqual([]);
  });
});

describe('ofAgent and ofSeverity', () => {
  it('let pass what they name', async () => {
    const { bus, publish, settle } = streamOf();
    const mine = listOf(bus.events$.pipe(ofAgent('a1')));
    const grave = listOf(bus.events$.pipe(ofSeverity('error', 'critical')));
    publish(
      eventOf('key_event', 'a1'),
      eventOf('key_event', 'A1', 'error'),
      eventOf('key_event', null, 'critical'),
      eventOf('key_event', 'a2', 'warning'),
    );
    await settle();
    expect(mine.map(({ agent }) => agent)).toEqual(['a1']);
    expect(grave.map(({ severity }) => severity)).toEqual(['error', 'critical']);
  });

  it('keep a consumer that throws from harming anybody, behind as many operators as there are', async () => {
    const { bus, publish, settle } = streamOf();
    bus.events$.pipe(ofType('key_event'), ofAgent('a1'), ofSeverity('info')).subscribe(() => {
      throw new Error('boom');
    });
    const seen = listOf(bus.events$.pipe(ofType('key_event')));
    publish(eventOf('key_event'), eventOf('key_event'));
    await settle();
    expect([seen.length, bus.failed()]).toEqual([2, 2]);
  });
});

describe('examples', () => {
  it('bufferTime: denials of each tenth of a second, as one list', async () => {
    const { bus, publish } = streamOf();
    const first = firstValueFrom(
      bus.events$.pipe(
        ofType('policy_rejected'),
        bufferTime(100),
        filter((denials) => denials.length > 0),
      ),
    );
    publish(eventOf('policy_rejected'), eventOf('key_event'), eventOf('policy_rejected'));
    expect((await first).map(({ type }) => type)).toEqual(['policy_rejected', 'policy_rejected']);
  });

  it('scan: a running count of verdicts', async () => {
    const { bus, publish, settle } = streamOf();
    const counts = listOf(
      bus.events$.pipe(
        ofType('decision_made'),
        scan((sum: Readonly<Record<string, number>>, { decision: { verdict } }) => ({ ...sum, [verdict]: (sum[verdict] ?? 0) + 1 }), {}),
      ),
    );
    publish(eventOf('decision_made'), eventOf('decision_made', 'a2', 'warning', { verdict: 'denied' }), eventOf('decision_made'));
    await settle();
    expect(counts.at(-1)).toEqual({ approved: 2, denied: 1 });
  });

  it('groupBy: three anomalies of one agent, whichever agent it is', async () => {
    const { bus, publish, settle } = streamOf();
    const alarms = listOf(
      bus.events$.pipe(
        ofType('anomaly_detected'),
        groupBy(({ agent }) => agent),
        mergeMap((ofOne) =>
          ofOne.pipe(
            take(3),
            toArray(),
            map((events) => [ofOne.key, events.length]),
          ),
        ),
      ),
    );
    for (const agent of ['a1', 'a2', 'a1', 'a2', 'a1']) publish(eventOf('anomaly_detected', agent));
    await settle();
    expect(alarms).toEqual([['a1', 3]]);
  });
});

describe('1,000 subscribers', () => {
  it('each get every event, though one throws, one hangs and one never catches up', async () => {
    const { clock, bus, publish } = streamOf();
    const counts = new Array<number>(1_000).fill(0);
    for (let index = 0; index < 500; index += 1) bus.subscribe(() => void ((counts[index] as number) += 1));
    for (let index = 500; index < 1_000; index += 1)
      bus.events$.pipe(ofType('key_event'), ofAgent('a1')).subscribe(() => void ((counts[index] as number) += 1));
    bus.subscribe(() => {
      throw new Error('boom');
    });
    bus.subscribe(() => new Promise(() => undefined) as never);
    for (let index = 0; index < 40; index += 1) publish(eventOf('key_event'));
    await clock.advanceAsync(10_000);
    expect(new Set(counts)).toEqual(new Set([40]));
    expect([bus.failed(), bus.dropped()]).toEqual([40, 0]);
  });

  it('hold bounded queues: who lags behind loses the oldest, and it is counted', async () => {
    const { bus, publish, settle } = streamOf();
    const seen = listOf(bus.events$);
    const quick = listOf(bus.events$.pipe(ofType('wallet_event')));
    // All within one turn: nobody had theirs yet.
    publish(
      eventOf('wallet_event'),
      ...Array.from({ length: EVENT_QUEUE_LIMIT + 9 }, (_, index) => eventOf('key_event', 'a1', 'info', { index })),
    );
    for (let turn = 0; turn < 40; turn += 1) await settle();
    expect(seen).toHaveLength(EVENT_QUEUE_LIMIT);
    expect(seen[0]).toMatchObject({ details: { index: 9 } });
    // Filtered after delivery: a pipe has a queue for all types, and `select` one for its own alone.
    expect(quick).toEqual([]);
    expect(bus.dropped()).toBe(20);
  });
});
