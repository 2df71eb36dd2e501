import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createDeadlines, WHEEL_TICK_MS } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { countedClock } from './counted-clock.ts';

const never = (): Promise<never> => new Promise(() => {});
/** A foreign promise-like with this `then`. */
const thenable = (then: (resolve: (value: unknown) => void) => void): PromiseLike<unknown> => {
  return { then } as PromiseLike<unknown>;
};

describe('within', () => {
  it('gives the answer, sync or not', async () => {
    const clock = countedClock(createManualClock());
    const deadlines = createDeadlines(clock);
    await expect(deadlines.within(10, () => 7)).resolves.toBe(7);
    await expect(deadlines.within(10, () => undefined)).resolves.toBeUndefined();
    expect(clock.made()).toBe(0);
    await expect(deadlines.within(10, async () => 8)).resolves.toBe(8);
    expect(deadlines.pending()).toBe(0);
  });

  it('passes on what was thrown or rejected', async () => {
    const deadlines = createDeadlines(createManualClock());
    const mine = new Error('mine');
    await expect(
      deadlines.within(10, () => {
        throw mine;
      }),
    ).rejects.toBe(mine);
    await expect(deadlines.within(10, () => Promise.reject(mine))).rejects.toBe(mine);
    expect(deadlines.pending()).toBe(0);
  });

  it('rejects with TIMEOUT when the time is over, and not before', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    let error: unknown;
    void deadlines.within(100, never).catch((cause: unknown) => {
      error = cause;
    });
    await clock.advanceAsync(99);
    expect(error).toBeUndefined();
    await clock.advanceAsync(1 + WHEEL_TICK_MS);
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, details: { timeoutMs: 100 } });
    expect(deadlines.pending()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('ignores a late answer and a late error', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    let answer: (value: string) => void = () => {};
    let fail: (error: Error) => void = () => {};
    const outcomes: unknown[] = [];
    const watch = (promise: Promise<unknown>): void =>
      void promise.then(
        (value) => outcomes.push(value),
        (error: { code: string }) => outcomes.push(error.code),
      );
    watch(
      deadlines.within(
        10,
        () =>
          new Promise<string>((resolve) => {
            answer = resolve;
          }),
      ),
    );
    watch(
      deadlines.within(
        10,
        () =>
          new Promise<string>((_, reject) => {
            fail = reject;
          }),
      ),
    );
    await clock.advanceAsync(20);
    answer('late');
    fail(new Error('late'));
    await clock.advanceAsync(20);
    expect(outcomes).toEqual(['TIMEOUT', 'TIMEOUT']);
  });

  it('aborts the signal with the same error, and only on the timeout', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    const signals: AbortSignal[] = [];
    await deadlines.within(10, async (signal) => void signals.push(signal));
    const late = deadlines.within(10, (signal) => {
      signals.push(signal);
      return never();
    });
    const outcome = late.catch((error: unknown) => error);
    await clock.advanceAsync(50);
    const error = await outcome;
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(signals[1]?.reason).toBe(error);
    expect(error).toMatchObject({ code: 'TIMEOUT' });
  });

  it('times out a thenable that hangs, and reads one that answers', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    await expect(deadlines.within(10, () => thenable((resolve) => resolve(5)))).resolves.toBe(5);
    const outcome = deadlines.within(10, () => thenable(() => undefined)).catch((error: { code: string }) => error.code);
    await clock.advanceAsync(20);
    expect(await outcome).toBe('TIMEOUT');
    const throwing = thenable(() => {
      throw new Error('then');
    });
    await expect(deadlines.within(10, () => throwing)).rejects.toThrow('then');
    expect(deadlines.pending()).toBe(0);
  });

  it('stands until a plain value is there: a thenable that hands on one that hangs does not escape it', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    const handsOn = thenable((resolve) => resolve(never()));
    const outcomes = [deadlines.within(10, () => handsOn), deadlines.race(10, handsOn)].map((work) =>
      work.catch((error: { code: string }) => error.code),
    );
    await clock.advanceAsync(20);
    expect(
      await Promise.race([Promise.all(outcomes), Promise.resolve().then(() => new Promise((resolve) => setTimeout(resolve, 500, 'hung')))]),
    ).toEqual(['TIMEOUT', 'TIMEOUT']);
  });

  it('a time that is no time is over at once', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    const outcomes = [Number.NaN, -1, 0, undefined as unknown as number].map((ms) =>
      deadlines.within(ms, never).catch((error: { code: string }) => error.code),
    );
    await clock.advanceAsync(2 * WHEEL_TICK_MS);
    expect(await Promise.all(outcomes)).toEqual(Array(4).fill('TIMEOUT'));
  });

  it('race bounds work that has begun', async () => {
    const clock = createManualClock();
    const deadlines = createDeadlines(clock);
    await expect(deadlines.race(10, Promise.resolve(3))).resolves.toBe(3);
    const outcome = deadlines.race(10, never()).catch((error: { code: string }) => error.code);
    await clock.advanceAsync(20);
    expect(await outcome).toBe('TIMEOUT');
  });
});

describe('on the system clock', () => {
  it('times out, and leaves no timer behind after 20,000 calls', async () => {
    const clock = countedClock(systemClock());
    const deadlines = createDeadlines(clock);
    const begun = clock.monotonicMs();
    await expect(Promise.race([deadlines.within(40, never), new Promise((resolve) => setTimeout(resolve, 2_000))])).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(clock.monotonicMs() - begun).toBeGreaterThanOrEqual(40);
    const before = clock.made();
    await Promise.all(Array.from({ length: 20_000 }, (_, index) => deadlines.within(5_000, async () => index)));
    expect(deadlines.pending()).toBe(0);
    expect(clock.alive()).toBeLessThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 4 * WHEEL_TICK_MS));
    expect(clock.alive()).toBe(0);
    expect(clock.made() - before).toBeLessThan(500);
  });
});
