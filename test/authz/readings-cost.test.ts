import { expect, it } from 'vitest';
import { alikeRows, fleetRow, readingsOf } from '../../src/authz/index.ts';
import { parseAccount, sha256Hex, storeKey } from '../../src/core/index.ts';
import { alikeKey } from '../../src/risk/index.ts';

const AGENT = 'a' as Parameters<typeof alikeRows>[0];
const party = (n: number) => parseAccount(`ton:-239:0:${sha256Hex(`${n}`).slice(-64)}`);

/** Readings of a payment to so many accounts, of which some share their ends with one that was paid. */
function readingsOfMany(count: number) {
  const keys = Array.from({ length: count }, (_, n) => party(n)).flatMap((one) => [fleetRow(one), ...alikeRows(AGENT, one)]);
  const paid = new Map(keys.filter((_, at) => at % 7 === 1).map((key) => [key, { value: [party(9_999)] }]));
  const row = (key: string) => paid.get(key) as never;
  return () => readingsOf({ agent: AGENT, nowMs: 1_800_000_000_000, keys, row, lookedUp: undefined });
}

/** The least of seven, ms: what else the machine does makes a run longer. */
function leastMs(run: () => unknown): number {
  return Math.min(
    ...Array.from({ length: 7 }, () => {
      const beganMs = performance.now();
      run();
      return performance.now() - beganMs;
    }),
  );
}

it('readings of many accounts cost as much for each as readings of few: a batch of payments is no way to keep the gate busy', () => {
  const [few, many] = [readingsOfMany(15), readingsOfMany(240)];
  for (let warm = 0; warm < 20; warm += 1) few();
  // 16 times as many; account by account with each other they were 256 times as much work, and 1.7 seconds.
  expect(leastMs(many)).toBeLessThan(80 * Math.max(0.02, leastMs(few)));
});

it('accounts that were paid are read for whoever shares their ends, and for nobody else', () => {
  const { alike = [] } = readingsOfMany(30)();
  expect(alike.length).toBeGreaterThan(5);
  const ends = new Set(Array.from({ length: 30 }, (_, n) => alikeRows(AGENT, party(n))).flat());
  for (const [end, accounts] of alike) {
    expect(ends.has(storeKey.doc(alikeKey(AGENT, end)))).toBe(true);
    expect(accounts).toEqual([party(9_999)]);
  }
});
