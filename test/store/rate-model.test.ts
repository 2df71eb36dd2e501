import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateRow } from '../../src/core/rate.ts';
import { countEvent, EMPTY_RATE, eventsIn } from '../../src/core/rate.ts';

const WINDOW_MS = 10_000;

/** Plays takes at these distances; answers the row, and all accepted moments as a plain list. */
function play(max: number, gaps: readonly number[]): { readonly row: RateRow; readonly times: readonly number[]; readonly nowMs: number } {
  let row = EMPTY_RATE;
  let nowMs = 1_700_000_000_000;
  const times: number[] = [];
  for (const gap of gaps) {
    nowMs += gap;
    const inWindow = times.filter((at) => at + WINDOW_MS > nowMs).length;
    const seen = eventsIn(row, WINDOW_MS, nowMs).count;
    if (max <= 256) expect(seen).toBe(inWindow);
    else {
      expect(seen).toBeGreaterThanOrEqual(inWindow);
      expect(seen).toBeLessThanOrEqual(times.filter((at) => at + WINDOW_MS + Math.ceil(WINDOW_MS / 256) > nowMs).length);
    }
    if (seen + 1 > max) continue;
    row = countEvent(row, WINDOW_MS, max, nowMs, nowMs);
    times.push(nowMs);
  }
  return { row, times, nowMs };
}

describe('rate counting against a plain list of moments', () => {
  it('is exact up to 256', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 120 }),
        (max, gaps) => void play(max, gaps),
      ),
      { numRuns: 200 },
    );
  });

  it('counts in buckets above: never too few, at most one bucket late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30_000 })), { maxLength: 400 }),
        (gaps) => void play(300, gaps),
      ),
      { numRuns: 100 },
    );
  });

  it('loses no event when bound or window change', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1_000, max: 40_000 }),
        (gaps, windowMs) => {
          const { row, times, nowMs } = play(256, gaps);
          const changed = countEvent(row, windowMs, 1_000, nowMs, nowMs);
          expect(changed.buckets).not.toBe(null);
          const known = times.filter((at) => at + Math.min(windowMs, WINDOW_MS) > nowMs).length + 1;
          expect(eventsIn(changed, windowMs, nowMs).count).toBeGreaterThanOrEqual(known);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('tells when the next one fits', () => {
    const { row, nowMs } = play(3, [0, 100, 100]);
    const freeAtMs = eventsIn(row, WINDOW_MS, nowMs).freeAtMs(3) ?? 0;
    expect(eventsIn(row, WINDOW_MS, freeAtMs - 1).count).toBe(3);
    expect(eventsIn(row, WINDOW_MS, freeAtMs).count).toBe(2);
    expect(eventsIn(row, WINDOW_MS, nowMs).freeAtMs(4)).toBe(null);
  });

  it('stays small: 10,000 events in one window are at most 1.5 KB', () => {
    let row = EMPTY_RATE;
    for (let at = 1_700_000_000_000; at < 1_700_000_010_000; at++) row = countEvent(row, WINDOW_MS, 1_000_000, at, at);
    expect(eventsIn(row, WINDOW_MS, 1_700_000_009_999).count).toBe(10_000);
    expect(JSON.stringify(row).length).toBeLessThan(1_500);
  });
});
