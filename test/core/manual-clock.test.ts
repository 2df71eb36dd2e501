import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/testing/manual-clock.ts';

describe('createManualClock', () => {
  it('stands still, and moves both clocks', () => {
    const clock = createManualClock(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    clock.advance(5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_005, 5]);
    clock.setNow(10);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([10, 5]);
  });

  it('runs tasks in order of time, then of scheduling, at their own moment', () => {
    const clock = createManualClock(0);
    const seen: unknown[] = [];
    clock.schedule(20, () => seen.push(['b', clock.nowMs()]));
    clock.schedule(10, () => {
      seen.push(['a', clock.nowMs()]);
      clock.schedule(5, () => seen.push(['nested', clock.nowMs()]));
    });
    clock.schedule(20, () => seen.push(['c', clock.nowMs()]));
    clock.schedule(1, () => seen.push('cancelled')).cancel();
    clock.advance(19);
    expect(seen).toEqual([
      ['a', 10],
      ['nested', 15],
    ]);
    expect(clock.pending()).toBe(2);
    clock.advance(1);
    expect(seen.slice(2)).toEqual([
      ['b', 20],
      ['c', 20],
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('advanceAsync lets promises run between tasks', async () => {
    const clock = createManualClock(0);
    const seen: string[] = [];
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.schedule(ms, resolve));
    void (async () => {
      await sleep(10);
      seen.push('first');
      await sleep(10);
      seen.push('second');
    })();
    await clock.advanceAsync(25);
    expect(seen).toEqual(['first', 'second']);
  });
});
