import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookedIn, pendingOf, roomAtMs } from '../../src/core/ledger.ts';
import { addHeld, addInFlight, EMPTY_LEDGER, heldUntil, MAX_HELD, pruneHeld, takeHeld } from '../../src/core/ledger-hold.ts';
import { bookAmount, EMPTY_WINDOW, pruneWindow, seedWindow, unbookAmount } from '../../src/core/ledger-window.ts';

const NOW = 1_700_000_000_000;

describe('holds', () => {
  it('are rounded up, never down, by at most 1/32 of their life or 250 ms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 0, max: 1e6 }), (ttlMs, offset) => {
        const until = heldUntil(NOW + offset + ttlMs, NOW + offset);
        expect(until).toBeGreaterThanOrEqual(NOW + offset + ttlMs);
        expect(until - (NOW + offset + ttlMs)).toBeLessThanOrEqual(Math.max(250, ttlMs / 32));
      }),
    );
  });

  it('count up to and including their last millisecond, and are dropped after it', () => {
    const row = addHeld(EMPTY_LEDGER, NOW, 5n, NOW);
    expect(pendingOf(row, NOW)).toBe(5n);
    expect(pendingOf(pruneHeld(row, NOW), NOW)).toBe(5n);
    expect(pendingOf(row, NOW + 1)).toBe(0n);
    expect(pruneHeld(row, NOW + 1).held).toEqual([]);
  });

  it('of one length stay at most 66 entries however many there are', () => {
    let row = EMPTY_LEDGER;
    for (let at = NOW; at < NOW + 120_000; at += 37) row = addHeld(row, heldUntil(at + 60_000, at), 1n, at);
    expect(row.held.length).toBeLessThanOrEqual(66);
  });

  it('of any mix stay bounded, in order, add up, and free nothing early', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ttlMs: fc.integer({ min: 0, max: 1e7 }), amount: fc.bigInt({ min: 0n, max: 10n ** 30n }) }), {
          maxLength: 600,
        }),
        (holds) => {
          let row = EMPTY_LEDGER;
          for (const { ttlMs, amount } of holds) row = addHeld(row, NOW + ttlMs, amount, NOW);
          expect(row.held.length).toBeLessThanOrEqual(MAX_HELD);
          expect(row.held.every(([dueMs], index) => index === 0 || dueMs > (row.held[index - 1]?.[0] ?? 0))).toBe(true);
          for (const laterMs of [0, 1e3, 1e5, 5e6]) {
            const naive = holds.reduce((sum, { ttlMs, amount }) => (ttlMs >= laterMs ? sum + amount : sum), 0n);
            const pending = pendingOf(row, NOW + laterMs);
            if (holds.length <= MAX_HELD) expect(pending).toBe(naive);
            else expect(pending >= naive).toBe(true);
          }
          for (const { ttlMs, amount } of holds) row = takeHeld(row, NOW + ttlMs, amount) ?? { ...row, total: 'lost' };
          expect(row).toEqual({ ...EMPTY_LEDGER, held: [] });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cannot be taken twice, and nothing in flight goes below zero', () => {
    const row = addHeld(EMPTY_LEDGER, NOW, 5n, NOW);
    expect(takeHeld(row, NOW, 6n)).toBe(undefined);
    expect(takeHeld(row, NOW + 1, 5n)).toBe(undefined);
    expect(addInFlight(EMPTY_LEDGER, -1n)).toBe(undefined);
  });
});

describe('windows', () => {
  const bookings = fc.array(
    fc.record({ atMs: fc.integer({ min: NOW, max: NOW + 100_000 }), amount: fc.bigInt({ min: 0n, max: 10n ** 24n }) }),
    { maxLength: 80 },
  );

  it('hold every booking for the whole window and at most 1/256 longer', () => {
    fc.assert(
      fc.property(bookings, fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 0, max: 200_000 }), (list, windowMs, laterMs) => {
        const nowMs = NOW + laterMs;
        const booked = list.reduce((row, { atMs, amount }) => bookAmount(row, windowMs, atMs, amount), EMPTY_WINDOW);
        const standing = (graceMs: number): bigint =>
          list.reduce((sum, { atMs, amount }) => (atMs + windowMs + graceMs > nowMs ? sum + amount : sum), 0n);
        const { used } = bookedIn(booked, windowMs, nowMs);
        expect(used >= standing(0)).toBe(true);
        expect(used <= standing(Math.ceil(windowMs / 256))).toBe(true);
        expect(bookedIn(pruneWindow(booked, windowMs, nowMs), windowMs, nowMs).used).toBe(used);
        expect(list.reduce((row, { atMs, amount }) => unbookAmount(row, windowMs, atMs, amount), booked)).toEqual(EMPTY_WINDOW);
      }),
      { numRuns: 100 },
    );
  });

  it('that come later never know less than what truly stands', () => {
    fc.assert(
      fc.property(bookings, fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 90_000 }), (list, knownMs, windowMs) => {
        const nowMs = NOW + 100_000;
        const known = pruneWindow(
          list.reduce((row, { atMs, amount }) => bookAmount(row, knownMs, atMs, amount), EMPTY_WINDOW),
          knownMs,
          nowMs,
        );
        const total = list.reduce((sum, { amount }) => sum + amount, 0n);
        const truth = list.reduce((sum, { atMs, amount }) => (atMs + windowMs > nowMs ? sum + amount : sum), 0n);
        for (const source of [{ windowMs: knownMs, row: known }, undefined]) {
          const { used } = bookedIn(seedWindow(windowMs, nowMs, total, source), windowMs, nowMs);
          expect(used >= truth).toBe(true);
          expect(used <= total).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tell when room for a request returns', () => {
    const window = bookAmount(bookAmount(EMPTY_WINDOW, 25_600, NOW, 50n), 25_600, NOW + 5_000, 50n);
    const row = addHeld({ ...EMPTY_LEDGER, total: '100' }, NOW + 60_000, 10n, NOW);
    const atMs = (requested: bigint): number | null => roomAtMs(row, window, 25_600, 100n, requested, NOW + 6_000);
    expect(atMs(30n)).toBe(NOW + 100 + 25_600);
    expect(atMs(60n)).toBe(NOW + 5_100 + 25_600);
    expect(atMs(100n)).toBe(NOW + 60_001);
    expect(atMs(101n)).toBe(null);
    expect(roomAtMs(row, window, null, 120n, 20n, NOW)).toBe(NOW + 60_001);
    expect(roomAtMs(row, window, 0, 10n, 11n, NOW)).toBe(null);
  });
});
