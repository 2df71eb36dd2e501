import { describe, expect, it } from 'vitest';
import { createWaiters } from '../../src/approvals/waiters.ts';
import type { ApprovalRecord } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const record = (id: string, state: ApprovalRecord['state']): ApprovalRecord => ({ request: { id }, state }) as ApprovalRecord;

/** Waiters over records that the test sets, and how often they were asked for. */
function rig(states: Record<string, ApprovalRecord['state']> = {}) {
  const clock = createManualClock();
  const asked: (readonly string[])[] = [];
  let isDown = false;
  const waiters = createWaiters(clock, async (ids) => {
    asked.push(ids);
    if (isDown) throw new Error('down');
    return ids.flatMap((id) => (states[id] === undefined ? [] : [record(id, states[id])]));
  });
  return { clock, waiters, states, asked, down: (value: boolean) => (isDown = value) };
}

describe('callers that wait', () => {
  it('are woken by name, all who wait for it and nobody else, and leave no timer', async () => {
    const { clock, waiters } = rig();
    const waits = [waiters.wait('a', 1_000), waiters.wait('a', 1_000), waiters.wait('b', 1_000)];
    expect(waiters.waiting()).toBe(3);
    waiters.tell('a');
    waiters.tell('nobody');
    expect(await Promise.all(waits.slice(0, 2))).toEqual([true, true]);
    expect(waiters.waiting()).toBe(1);
    waiters.tell('b');
    expect(await waits[2]).toBe(true);
    expect(waiters.waiting()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('end at their deadline, not before, and at once for a time that is over', async () => {
    const { clock, waiters } = rig();
    let told: boolean | undefined;
    void waiters.wait('a', 100)?.then((value) => (told = value));
    await clock.advanceAsync(99);
    expect(told).toBeUndefined();
    await clock.advanceAsync(1);
    expect(told).toBe(false);
    const over = waiters.wait('a', -5);
    await clock.advanceAsync(0);
    expect(await over).toBe(false);
    expect(clock.pending()).toBe(0);
  });

  it('may wait longer than a timer can count', async () => {
    const { clock, waiters } = rig();
    let told: boolean | undefined;
    void waiters.wait('a', 1e12)?.then((value) => (told = value));
    await clock.advanceAsync(10);
    expect([told, waiters.waiting()]).toEqual([undefined, 1]);
    waiters.tell('a');
    const long = waiters.wait('b', Number.MAX_SAFE_INTEGER);
    expect(clock.pending()).toBe(2);
    waiters.tell('b');
    expect(await long).toBe(true);
  });

  it('are found by looking, four times a second, one look for all of them and only while somebody waits', async () => {
    const { clock, waiters, states, asked } = rig({ a: 'pending' });
    const waits = [waiters.wait('a', 60_000), waiters.wait('b', 60_000), waiters.wait('b', 60_000)];
    await clock.advanceAsync(249);
    expect(asked).toEqual([]);
    await clock.advanceAsync(1);
    expect(asked).toEqual([['a', 'b']]);
    await clock.advanceAsync(250);
    expect(asked).toHaveLength(2);
    expect(waiters.waiting()).toBe(3);
    states['a'] = 'approved';
    await clock.advanceAsync(250);
    expect(await waits[0]).toBe(true);
    states['b'] = 'expired';
    await clock.advanceAsync(250);
    expect(await Promise.all(waits)).toEqual([true, true, true]);
    expect(asked.slice(2)).toEqual([['a', 'b'], ['b']]);
    await clock.advanceAsync(10_000);
    expect(asked).toHaveLength(4);
    expect(clock.pending()).toBe(0);
    void waiters.wait('c', 60_000);
    await clock.advanceAsync(250);
    expect(asked.at(-1)).toEqual(['c']);
  });

  it('go on waiting where a look fails', async () => {
    const { clock, waiters, asked, down } = rig({ a: 'approved' });
    const wait = waiters.wait('a', 60_000);
    down(true);
    await clock.advanceAsync(500);
    expect([asked.length, waiters.waiting()]).toEqual([2, 1]);
    down(false);
    await clock.advanceAsync(250);
    expect(await wait).toBe(true);
  });

  it('start no second look while one is under way', async () => {
    const clock = createManualClock();
    let looks = 0;
    let finish: (() => void) | undefined;
    const waiters = createWaiters(clock, () => {
      looks += 1;
      return new Promise((resolve) => (finish = () => resolve([])));
    });
    void waiters.wait('a', 60_000);
    await clock.advanceAsync(250);
    void waiters.wait('b', 60_000);
    await clock.advanceAsync(5_000);
    expect(looks).toBe(1);
    finish?.();
    await clock.advanceAsync(250);
    expect(looks).toBe(2);
  });

  it('are 4096 at most', async () => {
    const { waiters } = rig();
    for (let count = 0; count < 4_096; count += 1) expect(waiters.wait(`a${count}`, 60_000)).toBeInstanceOf(Promise);
    expect(waiters.wait('more', 60_000)).toBeUndefined();
    waiters.tell('a0');
    expect(waiters.wait('more', 60_000)).toBeInstanceOf(Promise);
    expect(waiters.waiting()).toBe(4_096);
  });
});
