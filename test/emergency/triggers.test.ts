import { Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SecurityEvent } from '../../src/core/index.ts';
import { type EmergencyTrigger, TRIGGER_WINDOW_MS } from '../../src/emergency/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { breakable, houseOf, START_MS } from './fixture.ts';

const BY = { approvedBy: 'ops', notes: 'fine' };
const PAUSE: EmergencyTrigger = { event: 'multiple_failures', threshold: 3, action: 'pause' };
const KILL: EmergencyTrigger = { event: 'fraud_detected', threshold: 2, windowMs: 10_000, action: 'kill' };

describe('a trigger', () => {
  it('pauses the agent whose events fill the window, and no other', async () => {
    const { controller, tell, log } = houseOf({ triggers: [PAUSE] });
    await controller.start();
    await tell('execution_failed', 'a1');
    await tell('policy_rejected', 'a1', { reasons: ['window_limit'] });
    for (let index = 0; index < 2; index += 1) await tell('execution_failed', 'a2');
    await tell('execution_success', 'a1');
    await tell('execution_failed', null);
    expect((await controller.read()).epoch).toBe(0);
    await tell('execution_failed', 'a1');
    const { paused, kill } = await controller.read();
    expect(paused).toEqual({
      a1: { reason: '3 × multiple_failures within 3600000 ms', by: 'trigger:multiple_failures', atMs: START_MS, untilMs: null },
    });
    expect(kill).toBeNull();
    const [entry] = (await log.query({ types: ['emergency_changed'] })).entries;
    expect(entry?.event).toMatchObject({
      details: { event: 'multiple_failures', threshold: 3, windowMs: TRIGGER_WINDOW_MS, action: 'pause', agent: 'a1' },
    });
    controller.stop();
  });

  it('kills for the whole tenant, whoever the events are of', async () => {
    const { controller, tell } = houseOf({ triggers: [KILL] });
    await controller.start();
    await tell('fraud_detected', 'a1');
    await tell('fraud_detected', null);
    expect((await controller.read()).kill).toMatchObject({ by: 'trigger:fraud_detected' });
    controller.stop();
  });

  it('counts in a sliding window whose both ends are included', async () => {
    const { controller, clock, tell } = houseOf({ triggers: [KILL] });
    await controller.start();
    await tell('fraud_detected', 'a1');
    await clock.advanceAsync(10_001);
    await tell('fraud_detected', 'a1');
    expect((await controller.read()).epoch).toBe(0);
    await clock.advanceAsync(10_000);
    await tell('fraud_detected', 'a1');
    expect((await controller.read()).kill).not.toBeNull();
    controller.stop();
  });

  it('trips once in a burst, and again only after as many events as the first time', async () => {
    const { controller, clock, tell, log } = houseOf({ triggers: [PAUSE] });
    await controller.start();
    for (let index = 0; index < 20; index += 1) await tell('execution_failed', 'a1');
    expect((await controller.read()).epoch).toBe(1);
    clock.advance(1_000);
    await controller.resumeAgent('a1', BY);
    for (let index = 0; index < 2; index += 1) await tell('execution_failed', 'a1');
    expect(Object.keys((await controller.read()).paused)).toEqual([]);
    await tell('execution_failed', 'a1');
    expect(Object.keys((await controller.read()).paused)).toEqual(['a1']);
    expect((await log.query({ types: ['emergency_changed'] })).entries).toHaveLength(3);
    controller.stop();
  });

  it('counts anew after a resume also where nobody publishes the change', async () => {
    const { controller, clock, tell } = houseOf({ triggers: [PAUSE], publish: () => undefined });
    await controller.start();
    for (let index = 0; index < 2; index += 1) await tell('execution_failed', 'a1');
    await controller.pauseAgent('a1', { reason: 'odd' });
    clock.advance(1_000);
    await controller.resumeAgent('a1', BY);
    for (let index = 0; index < 2; index += 1) await tell('execution_failed', 'a1');
    expect((await controller.read()).epoch).toBe(2);
    controller.stop();
  });

  it('counts anew also where another process resumed the agent, or the pause ended by itself', async () => {
    const one = houseOf({ triggers: [PAUSE] });
    const two = houseOf({ on: one });
    await one.controller.start();
    for (let index = 0; index < 3; index += 1) await one.tell('execution_failed', 'a1');
    one.clock.advance(1_000);
    await two.controller.resumeAgent('a1', BY);
    for (let index = 0; index < 3; index += 1) await one.tell('execution_failed', 'a1');
    expect((await one.controller.read()).epoch).toBe(3);
    one.clock.advance(1_000);
    await two.controller.resumeAgent('a1', BY);
    await two.controller.pauseAgent('a1', { reason: 'rest', duration: 5 });
    for (let index = 0; index < 5; index += 1) await one.tell('execution_failed', 'a1');
    expect((await one.controller.read()).epoch).toBe(5);
    await one.clock.advanceAsync(5_000);
    for (let index = 0; index < 3; index += 1) await one.tell('execution_failed', 'a1');
    expect((await one.controller.read()).epoch).toBe(6);
    one.controller.stop();
  });

  it('does not count denials that only say that the stop is on', async () => {
    const { controller, tell } = houseOf({ triggers: [PAUSE] });
    await controller.start();
    await controller.activateKillSwitch({ reason: 'r', triggeredBy: 't' });
    for (let index = 0; index < 5; index += 1) {
      await tell('policy_rejected', 'a1', { reasons: [{ code: 'halted' }] });
      await tell('policy_rejected', 'a1', { reason: 'agent_paused' });
    }
    expect((await controller.read()).paused).toEqual({});
    await tell('policy_rejected', 'a1', { reasons: ['halted', 'window_limit'] });
    await tell('policy_rejected', 'a1', { reasons: [] });
    await tell('policy_rejected', 'a1');
    expect(Object.keys((await controller.read()).paused)).toEqual(['a1']);
    controller.stop();
  });

  it('pauses the agent where the kill switch is switched off', async () => {
    const { controller, tell } = houseOf({ triggers: [{ ...KILL, threshold: 1 }], killSwitchEnabled: false });
    await controller.start();
    await tell('fraud_detected', 'a1');
    expect(await controller.read()).toMatchObject({ kill: null, paused: { a1: { by: 'trigger:fraud_detected' } } });
    controller.stop();
  });

  it('is left out where automatic responses are', async () => {
    const { controller, tell } = houseOf({ triggers: [KILL], autoResponseEnabled: false });
    await controller.start();
    for (let index = 0; index < 5; index += 1) await tell('fraud_detected', 'a1');
    expect((await controller.read()).epoch).toBe(0);
    expect(controller.health().triggers).toBe(0);
    controller.stop();
  });

  it('is refused where it could not work', () => {
    for (const wrong of [
      { threshold: 0 },
      { threshold: 1.5 },
      { threshold: 10_001 },
      { windowMs: 0 },
      { windowMs: Number.POSITIVE_INFINITY },
      { event: 'emergency_changed' },
      { event: 7 },
      { action: 'warn' },
    ]) {
      expectCode('CONFIG_INVALID', () => houseOf({ triggers: [{ ...KILL, ...wrong } as EmergencyTrigger] }));
    }
  });
});

describe('a trip is not lost', () => {
  it('where the store fails: the agent is stopped here at once and durably later', async () => {
    const one = houseOf();
    const down = breakable(one.store);
    const { controller, tell, clock } = houseOf({ on: one, store: down.store, triggers: [PAUSE, KILL] });
    await controller.start();
    for (let index = 0; index < 2; index += 1) await tell('execution_failed', 'a1');
    down.isDown = true;
    expect(controller.locallyHalted('a1')).toBe(false);
    await tell('execution_failed', 'a1');
    expect([controller.locallyHalted('a1'), controller.locallyHalted('a2')]).toEqual([true, false]);
    for (let index = 0; index < 9; index += 1) await tell('execution_failed', 'a1');
    await tell('fraud_detected', 'a2');
    await tell('fraud_detected', 'a2');
    expect(controller.locallyHalted('a2')).toBe(true);
    await clock.advanceAsync(20_000);
    expect(controller.health().notDurable).toEqual(['a1', '*']);
    down.isDown = false;
    await clock.advanceAsync(5_000);
    expect(controller.health().notDurable).toEqual([]);
    expect(await one.controller.read()).toMatchObject({
      epoch: 2,
      kill: { by: 'trigger:fraud_detected' },
      paused: { a1: { by: 'trigger:multiple_failures' } },
    });
    controller.stop();
  });

  it('where another subscriber throws, the source fails, or an event is odd', async () => {
    let source = new Subject<SecurityEvent>();
    const events$ = new Observable<SecurityEvent>((subscriber) => source.subscribe(subscriber));
    const house = houseOf({ triggers: [KILL], events$ });
    const { controller, clock, settle } = house;
    await controller.start();
    const fraud = (id: string): SecurityEvent => ({
      v: 1,
      id,
      tenant: 'acme',
      at: clock.nowMs(),
      agent: 'a1',
      severity: 'critical',
      type: 'fraud_detected',
      details: {},
    });
    source.next(fraud('f1'));
    source.next({ ...fraud('odd'), type: 'emergency_changed', change: null } as never);
    expect(controller.health().faults).toBe(1);
    const broken = source;
    source = new Subject();
    broken.error(new Error('the bus broke'));
    expect(source.observed).toBe(false);
    await clock.advanceAsync(100);
    expect(source.observed).toBe(true);
    source.next(fraud('f2'));
    await settle();
    expect((await controller.read()).kill).not.toBeNull();
    controller.stop();
    expect(source.observed).toBe(false);

    const shared = houseOf({ triggers: [{ ...KILL, threshold: 1 }] });
    shared.bus.subscribe(() => {
      throw new Error('a subscriber');
    });
    await shared.controller.start();
    await shared.tell('fraud_detected', 'a1');
    expect((await shared.controller.read()).kill).not.toBeNull();
    shared.controller.stop();
  });

  it('where the clock of an event lies in the future or far back', async () => {
    const { controller, bus, clock, settle } = houseOf({ triggers: [KILL] });
    await controller.start();
    const fraud = (id: string, at: number): SecurityEvent => ({
      v: 1,
      id,
      tenant: 'acme',
      at,
      agent: 'a1',
      severity: 'critical',
      type: 'fraud_detected',
      details: {},
    });
    bus.publish(fraud('future', START_MS + 1e12));
    await settle();
    clock.advance(5_000);
    bus.publish(fraud('now', clock.nowMs()));
    await settle();
    expect((await controller.read()).kill).not.toBeNull();
    controller.stop();
  });
});
