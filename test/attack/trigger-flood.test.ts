import { describe, expect, it } from 'vitest';
import type { SecurityEvent } from '../../src/core/event.ts';
import { createEventBus } from '../../src/core/event-bus.ts';
import { toTriggerRules } from '../../src/emergency/trigger-rule.ts';
import { createTriggers } from '../../src/emergency/triggers.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

describe('a flood of failures in one turn', () => {
  it('trips a trigger whose threshold is above what the queue of a subscriber holds', async () => {
    const clock = createManualClock();
    const bus = createEventBus({ clock });
    let trips = 0;
    const triggers = createTriggers({
      rules: toTriggerRules([{ event: 'policy_rejected', threshold: 3_000, action: 'kill' }]),
      events$: bus.select,
      clock,
      isStopped: () => trips > 0,
      act: () => (trips += 1),
    });
    await triggers.start(undefined, { epoch: 0, kill: null, paused: {} });
    for (let n = 0; n < 6_000; n += 1)
      bus.publish({
        v: 1,
        id: `e${n}`,
        tenant: 't',
        at: clock.nowMs(),
        agent: 'a1',
        severity: 'info',
        type: 'policy_rejected',
        details: {},
      } as unknown as SecurityEvent);
    for (let turn = 0; turn < 200; turn += 1) await clock.advanceAsync(1);
    expect(trips).toBe(1);
    triggers.stop();
  });
});
