import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeadlines, WHEEL_TICK_MS } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { countedClock } from './counted-clock.ts';
import { expectCode } from './expect-code.ts';

const never = (): Promise<never> => new Promise(() => {});

describe('arm', () => {
  it('expires each deadline once, never early, at most one tick late, in any mix', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(3_000), ms: fc.oneof(fc.nat(50), fc.nat(10_000)), cancelAfter: fc.option(fc.nat(10_000)) }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 700 }),
        (plans, stride) => {
          const clock = createManualClock();
          const deadlines = createDeadlines(clock);
          const fired = new Map<number, number[]>();
          const cancelled = new Map<number, number>();
          for (const [index, plan] of plans.entries()) {
            clock.schedule(plan.at, () => {
              const handle = deadlines.arm(plan.ms, () => fired.set(index, [...(fired.get(index) ?? []), clock.monotonicMs()]));
              if (plan.cancelAfter !== null)
                clock.schedule(plan.cancelAfter, () => {
                  if (!fired.has(index)) cancelled.set(index, clock.monotonicMs());
                  handle.cancel();
                  handle.cancel();
                });
            });
          }
          for (let now = 0; now < 24_000; now += stride) clock.advance(stride);
          for (const [index, plan] of plans.entries()) {
            const due = plan.at + plan.ms;
            const times = fired.get(index) ?? [];
            if (cancelled.has(index)) {
              expect(times).toEqual([]);
              expect(cancelled.get(index)).toBeLessThanOrEqual(due + 2 * WHEEL_TICK_MS);
            } else {
              expect(times).toHaveLength(1);
              expect(times[0]).toBeGreaterThanOrEqual(due);
              expect(times[0]).toBeLessThanOrEqual(due + 2 * WHEEL_TICK_MS);
            }
          }
          expect(deadlines.pending()).toBe(0);
          expect(clock.pending()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps one timer for any number of deadlines, and none for none', () => {
    const clock = countedClock(createManualClock());
    const deadlines = createDeadlines(clock);
    const handles = Array.from({ length: 10_000 }, () => deadlines.arm(1_000, () => {}));
    expect([deadlines.pending(), clock.alive(), clock.made()]).toEqual([10_000, 1, 1]);
    for (const handle of handles) handle.cancel();
    expect(deadlines.pending()).toBe(0);
  });

  it('a sudden jump of the clock expires everything that was due, once', () => {
    const clock = createManualClock();
    let jumped = 0;
    const deadlines = createDeadlines({ ...clock, monotonicMs: () => clock.monotonicMs() + jumped });
    const fired: number[] = [];
    for (const ms of [1, 100, 2_560, 2_561, 5_000, 100_000]) deadlines.arm(ms, () => void fired.push(ms));
    jumped = 60_000;
    clock.advance(WHEEL_TICK_MS);
    expect(fired.sort((a, b) => a - b)).toEqual([1, 100, 2_560, 2_561, 5_000]);
    clock.advance(60_000);
    expect(fired).toHaveLength(6);
  });

  it('one that throws, cancels another or arms again does not disturb the rest', () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    const fired: string[] = [];
    deadlines.arm(10, () => {
      throw new Error('task');
    });
    deadlines.arm(10, () => {
      fired.push('a');
      other.cancel();
    });
    const other = deadlines.arm(10, () => void fired.push('cancelled'));
    deadlines.arm(10, () => {
      fired.push('b');
      deadlines.arm(0, () => void fired.push('c'));
    });
    clock.advance(10);
    expect(fired).toEqual(['a', 'b']);
    clock.advance(WHEEL_TICK_MS);
    expect(fired).toEqual(['a', 'b', 'c']);
    expect(deadlines.pending()).toBe(0);
  });

  it('close expires what waits and takes nothing new', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    const outcome = deadlines.within(60_000, never).catch((error: { code: string }) => error.code);
    deadlines.close();
    expect(await outcome).toBe('TIMEOUT');
    expect([deadlines.pending(), clock.pending()]).toEqual([0, 0]);
    expectCode('SHUTTING_DOWN', () => deadlines.arm(1, () => {}));
    let ran = false;
    await expect(
      deadlines.within(1, () => {
        ran = true;
      }),
    ).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect(deadlines.race(1, Promise.resolve(1))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(ran).toBe(false);
  });
});
