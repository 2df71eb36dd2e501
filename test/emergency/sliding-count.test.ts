import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlidingCount } from '../../src/emergency/sliding-count.ts';

describe('the sliding count', () => {
  it('is the definition, in any order of events, within its bounds', () => {
    const event = fc.record({ key: fc.constantFrom('a', 'b'), atMs: fc.nat(50) });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        (events, threshold, windowMs) => {
          const count = createSlidingCount(threshold, windowMs, 2);
          const told = new Map<string, number[]>();
          for (const { key, atMs } of events) {
            const times = [...(told.get(key) ?? []), atMs];
            const newestMs = Math.max(...times);
            // The newest events decide: as many as the threshold, not further apart than the window.
            const isFull = times.filter((timeMs) => timeMs >= newestMs - windowMs).length >= threshold;
            expect(count.add(key, atMs)).toBe(isFull);
            told.set(key, isFull ? [] : times);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('forgets the key counted longest ago once there are too many', () => {
    const count = createSlidingCount(2, 100, 3);
    for (const key of ['a', 'b', 'c', 'd']) expect(count.add(key, 1)).toBe(false);
    expect(count.size).toBe(3);
    expect([count.add('d', 1), count.add('a', 1)]).toEqual([true, false]);
  });

  it('ignores what happened before it was reset, also when told later', () => {
    const count = createSlidingCount(2, 100, 3);
    count.add('a', 10);
    count.reset('a', 20);
    expect([count.add('a', 19), count.add('a', 20), count.add('a', 15), count.add('a', 21)]).toEqual([false, false, false, true]);
  });
});
