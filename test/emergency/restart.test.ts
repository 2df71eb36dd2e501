import { describe, expect, it } from 'vitest';
import { type EmergencyTrigger, TRIGGER_WINDOW_MS } from '../../src/emergency/index.ts';
import { houseOf } from './fixture.ts';

const BY = { approvedBy: 'ops', notes: 'fine' };
const PAUSE: EmergencyTrigger = { event: 'multiple_failures', threshold: 3, action: 'pause' };
const KILL: EmergencyTrigger = { event: 'fraud_detected', threshold: 2, windowMs: 10_000, action: 'kill' };

describe('a restart', () => {
  it('goes on counting where the process before stopped', async () => {
    const one = houseOf({ triggers: [PAUSE] });
    await one.controller.start();
    for (let index = 0; index < 2; index += 1) await one.tell('execution_failed', 'a1');
    one.controller.stop();
    one.clock.advance(60_000);
    const two = houseOf({ on: one, triggers: [PAUSE] });
    await two.controller.start();
    await two.tell('execution_failed', 'a1');
    expect(Object.keys((await two.controller.read()).paused)).toEqual(['a1']);
    two.controller.stop();
  });

  it('acts on a trip that the process before did not live to act on', async () => {
    const one = houseOf();
    for (let index = 0; index < 3; index += 1) await one.tell('execution_failed', 'a1');
    await one.tell('fraud_detected', 'a2');
    await one.tell('fraud_detected', 'a2');
    const two = houseOf({ on: one, triggers: [PAUSE, KILL] });
    await two.controller.start();
    await two.settle();
    expect(await two.controller.read()).toMatchObject({ kill: { by: 'trigger:fraud_detected' }, paused: { a1: {} } });
    two.controller.stop();
  });

  it('does not repeat what was answered: resumed, lifted, run out, or older than the window', async () => {
    const one = houseOf({ triggers: [PAUSE, KILL] });
    await one.controller.start();
    for (let index = 0; index < 9; index += 1) await one.tell('execution_failed', 'a1');
    for (let index = 0; index < 2; index += 1) await one.tell('fraud_detected', 'a3');
    one.clock.advance(1_000);
    await one.controller.resumeAgent('a1', BY);
    await one.controller.deactivateKillSwitch(BY);
    await one.controller.pauseAgent('a2', { reason: 'rest', duration: 2 });
    for (let index = 0; index < 9; index += 1) await one.tell('execution_failed', 'a2');
    one.clock.advance(2_000);
    const { epoch } = await one.controller.read();
    one.controller.stop();
    const two = houseOf({ on: one, triggers: [PAUSE, KILL] });
    await two.controller.start();
    await two.settle();
    expect((await two.controller.read()).epoch).toBe(epoch);
    for (let index = 0; index < 2; index += 1) await two.tell('execution_failed', 'a1');
    expect((await two.controller.read()).epoch).toBe(epoch);
    two.controller.stop();

    const rested = houseOf();
    for (let index = 0; index < 2; index += 1) await rested.tell('execution_failed', 'a1');
    rested.clock.advance(100);
    await rested.controller.pauseAgent('a1', { reason: 'rest', duration: 1 });
    rested.clock.advance(2_000);
    await rested.tell('execution_failed', 'a1');
    const awake = houseOf({ on: rested, triggers: [PAUSE] });
    await awake.controller.start();
    await awake.settle();
    expect((await awake.controller.read()).epoch).toBe(1);
    awake.controller.stop();

    const old = houseOf();
    for (let index = 0; index < 9; index += 1) await old.tell('execution_failed', 'a1');
    old.clock.advance(TRIGGER_WINDOW_MS + 1);
    const late = houseOf({ on: old, triggers: [PAUSE] });
    await late.controller.start();
    await late.settle();
    expect((await late.controller.read()).epoch).toBe(0);
    late.controller.stop();
  });

  it('counts once what the log and the bus both tell, and stays refused where the log cannot be read', async () => {
    const one = houseOf();
    const two = houseOf({
      on: one,
      triggers: [PAUSE],
      history: async function* (range) {
        await one.tell('execution_failed', 'a1');
        await one.tell('execution_failed', 'a1');
        for await (const event of one.log.history(range)) {
          two.bus.publish(event);
          yield event;
        }
        await two.settle();
      },
    });
    await two.controller.start();
    expect((await two.controller.read()).epoch).toBe(0);
    await two.tell('execution_failed', 'a1');
    expect((await two.controller.read()).epoch).toBe(1);
    two.controller.stop();

    const broken = houseOf({
      triggers: [PAUSE],
      history: () => {
        throw new Error('unreadable');
      },
    });
    await expect(broken.controller.start()).rejects.toThrow('unreadable');
    expect(broken.controller.health().started).toBe(false);
    expect(broken.bus.size()).toBe(0);
  });
});
