import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountRows, createAccountView, parseState } from '../../src/adapters/store/redis/account-view.ts';

const HOUR_MS = 3_600_000;
const state = parseState('v 0 0 ');
if (state === undefined) throw new Error('This is a state.');

/** Two hours of bookings, one hold that ends, something in flight. */
const rows = (nowMs: number): AccountRows => ({
  ledger: { total: '70', inFlight: '3', held: [[nowMs + 500, '5']], windows: [HOUR_MS] } as unknown as AccountRows['ledger'],
  windows: [[HOUR_MS, { sum: '60', buckets: [[Math.floor((nowMs - HOUR_MS / 2) / (HOUR_MS / 32)), '60']] } as never]],
  time: null,
  lastId: '',
  atMs: nowMs,
});

describe('what a look leaves under a limit', () => {
  const start = 1_700_000_000_000;
  const asked = fc.record({
    windowMs: fc.constantFrom(0, HOUR_MS, null),
    limit: fc.constantFrom('0', '50', '100', '1000', '-1', '01', '', ' 7'),
    afterMs: fc.constantFrom(0, 1, 499, 500, 501, HOUR_MS),
  });

  it('is the same whatever the view was asked before', () => {
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 12 }), (questions) => {
        const view = createAccountView('a|x', state, rows(start));
        for (const { windowMs, limit, afterMs } of questions) {
          const fresh = createAccountView('a|x', state, rows(start));
          const at = start + afterMs;
          expect(view.roomUnder({ windowMs, limit, rule: 'r' }, at, at)).toBe(fresh.roomUnder({ windowMs, limit, rule: 'r' }, at, at));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is exact, falls below nothing where more is held than is left, and is none for a limit that cannot be read', () => {
    const view = createAccountView('a|x', state, rows(start));
    const under = (windowMs: number | null, limit: string, afterMs = 0) =>
      view.roomUnder({ windowMs, limit, rule: 'r' }, start + afterMs, start + afterMs);
    expect(under(0, '100')).toBe(100n);
    expect(under(null, '100')).toBe(100n - 70n - 3n - 5n);
    expect(under(null, '100', 501)).toBe(100n - 70n - 3n);
    expect(under(null, '50')).toBe(-28n);
    expect(under(null, '050')).toBeUndefined();
    expect(under(null, '100')).toBe(22n);
  });
});
