import { describe, expect, it } from 'vitest';
import { backoffMs, pause } from '../../src/adapters/notify/backoff.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

describe('the pauses', () => {
  it('double up to the most, and half of each is left to chance', () => {
    const random = createSeededRandom('pauses');
    for (let failures = 1; failures < 60; failures += 1) {
      const whole = Math.min(10_000, 100 * 2 ** (failures - 1));
      const drawn = Array.from({ length: 50 }, () => backoffMs({ firstMs: 100, mostMs: 10_000 }, failures, random));
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(whole / 2);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(whole);
      expect(new Set(drawn).size).toBeGreaterThan(10);
    }
  });

  it('end with the signal and leave no timer', async () => {
    const clock = createManualClock();
    const ended = new AbortController();
    const waiting = pause(clock, 1_000, ended.signal);
    ended.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    expect(clock.pending()).toBe(0);
    await expect(pause(clock, 1_000, ended.signal)).rejects.toThrow('over');
  });
});
