import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { newId } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { expectCode } from './expect-code.ts';

describe('newId', () => {
  it('sorts by time and never repeats', () => {
    const random = systemRandom();
    const ids = Array.from({ length: 20_000 }, (_, index) => newId(random, 1_700_000_000_000 + Math.floor(index / 10)));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{28}$/);
    const times = ids.map((id) => Number.parseInt(id.slice(0, 12), 16));
    expect(times).toEqual(ids.map((_, index) => 1_700_000_000_000 + Math.floor(index / 10)));
    expect(newId(random, 0).slice(0, 12)).toBe('000000000000');
    expect(newId(random, 1_700_000_000_000.75).slice(0, 12)).toBe((1_700_000_000_000).toString(16).padStart(12, '0'));
  });
  it('rises within a millisecond, by strides that nobody can foresee', () => {
    const random = systemRandom();
    const ids = Array.from({ length: 50_000 }, () => newId(random, 1_700_000_000_123));
    expect([...ids].sort()).toEqual(ids);
    const strides = new Set(
      ids.slice(1).map((id, index) => Number.parseInt(id.slice(12, 20), 16) - Number.parseInt((ids[index] as string).slice(12, 20), 16)),
    );
    expect(strides.size).toBeGreaterThan(3_000);
    expect(Math.min(...strides)).toBeGreaterThan(0);
  });
  it('refuses a time that is none, and a source that gives too little', () => {
    for (const at of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 48]) expectCode('INTERNAL', () => newId(systemRandom(), at));
    expectCode('INTERNAL', () => newId({ bytes: () => new Uint8Array(3) }, 1));
  });
});

describe('systemRandom', () => {
  it('gives the length that was asked, each byte once', () => {
    const random = systemRandom();
    for (const length of [0, 1, 8, 16, 32, 64, 65, 4_096, 70_000]) expect(random.bytes(length)).toHaveLength(length);
    const seen = new Set<string>();
    for (let index = 0; index < 5_000; index += 1) seen.add(Buffer.from(random.bytes(16)).toString('hex'));
    expect(seen.size).toBe(5_000);
  });
  it('hands out bytes of its own: changing them changes no later draw', () => {
    const random = systemRandom();
    const drawn = random.bytes(16);
    expect(drawn.byteOffset).toBe(0);
    expect(drawn.buffer.byteLength).toBe(16);
  });
  it('spreads over all byte values', () => {
    const counts = new Array<number>(256).fill(0);
    const random = systemRandom();
    for (let index = 0; index < 4_000; index += 1) for (const byte of random.bytes(32)) counts[byte] = (counts[byte] ?? 0) + 1;
    // 500 expected each, deviation 22: eight deviations leave one failure in 10^13 runs.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(180);
  });
  it('refuses a length that is none', () => {
    for (const length of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) expectCode('INTERNAL', () => systemRandom().bytes(length));
  });
});

describe('systemClock', () => {
  it('moves forward, runs tasks once, not early, and cancels', async () => {
    const clock = systemClock();
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
    const begun = clock.monotonicMs();
    let cancelled = false;
    clock
      .schedule(5, () => {
        cancelled = true;
      })
      .cancel();
    let runs = 0;
    clock.schedule(20, () => {
      runs += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(clock.monotonicMs() - begun).toBeGreaterThan(50);
    expect([runs, cancelled]).toEqual([1, false]);
  });
});

describe('createSeededRandom', () => {
  it('repeats for a seed and differs between seeds, however it is drawn', () => {
    const whole = createSeededRandom(1).bytes(100);
    const parts = createSeededRandom(1);
    expect(Buffer.concat([parts.bytes(1), parts.bytes(32), parts.bytes(67)])).toEqual(Buffer.from(whole));
    expect(createSeededRandom(2).bytes(100)).not.toEqual(whole);
  });
});
