import { describe, expect, it } from 'vitest';
import { findLeftovers, leftBehind } from '../../bench/leftovers.ts';
import { layerFaults } from '../../scripts/scorecard/gate-layer-faults.ts';
import { permitRefusals } from '../../scripts/scorecard/gate-permits.ts';

describe('the gate under faults', () => {
  it('denies 88 of 88 broken layers, and approves where none is broken', async () => {
    expect(await layerFaults()).toEqual({ tried: 88, denied: 88, astray: [], sound: 8 });
  });

  it('signs for no permit that is wrong, and for each that is right', async () => {
    expect(await permitRefusals(4)).toEqual({ tried: 32, signed: 0, astray: [], sound: 4, soundOf: 4 });
  });

  it('leaves no handle, timer or listener behind', async () => {
    const left = await findLeftovers(1_024);
    expect(left.decisions).toBe(1_024);
    expect(leftBehind(left)).toEqual([]);
    // What counts as left behind is seen when it is there.
    expect(leftBehind({ ...left, after: { ...left.after, timers: (left.before['timers'] ?? 0) + 3 }, signalListeners: 2 })).toEqual([
      '3 timers',
      '2 signal listeners',
    ]);
  });
});
