import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMOVED } from '../../../src/risk/screening/build-part.ts';
import { EMPTY_TABLE, type KeyTable } from '../../../src/risk/screening/key-table.ts';
import { ListingTable, MAX_LISTINGS } from '../../../src/risk/screening/listing.ts';
import { TableBuilder } from '../../../src/risk/screening/table-builder.ts';

const at = () => undefined;
/** Few enough that they meet, spread over parts and buckets, and with halves in common. */
const half = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff));
const step = fc.record({ hi: half, lo: half, listing: fc.integer({ min: 0, max: 0xfffe }), isRemoval: fc.boolean() });
type Step = { hi: number; lo: number; listing: number; isRemoval: boolean };

async function changed(base: KeyTable, steps: readonly Step[]): Promise<KeyTable> {
  const builder = new TableBuilder(base);
  for (const { hi, lo, listing, isRemoval } of steps) isRemoval ? builder.remove(hi, lo) : builder.add(hi, lo, listing);
  return builder.build(Math.max, at);
}

/** The same by a map. */
function model(base: ReadonlyMap<string, number>, steps: readonly Step[]): Map<string, number> {
  const rows = new Map(base);
  for (const { hi, lo, listing } of steps) rows.set(`${hi} ${lo}`, Math.max(listing, rows.get(`${hi} ${lo}`) ?? 0));
  for (const { hi, lo, isRemoval } of steps) if (isRemoval) rows.delete(`${hi} ${lo}`);
  return rows;
}

describe('a table of digests', () => {
  it('holds what a map would hold, through changes on changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 60 }), { minLength: 1, maxLength: 4 }), async (rounds) => {
        let table = EMPTY_TABLE;
        let expected: Map<string, number> = new Map();
        for (const steps of rounds) {
          const before = expected;
          const former = table;
          table = await changed(former, steps);
          expected = model(before, steps);
          expect(table.size).toBe(expected.size);
          for (const { hi, lo } of rounds.flat()) {
            expect(table.find(hi, lo)).toBe(expected.get(`${hi} ${lo}`) ?? -1);
            // The table that was built upon is as it was.
            expect(former.find(hi, lo)).toBe(before.get(`${hi} ${lo}`) ?? -1);
          }
        }
      }),
    );
  });

  it('finds each of 100,000, and none beside them, whatever bucket they are in', async () => {
    const builder = new TableBuilder();
    const hi = (n: number): number => Math.imul(n + 1, 0x9e3779b1) >>> 0;
    for (let n = 0; n < 100_000; n += 1) builder.add(hi(n), n, n % 1_000);
    const table = await builder.build(Math.max, at);
    let wrong = 0;
    for (let n = 0; n < 100_000; n += 1) {
      if (table.find(hi(n), n) !== n % 1_000) wrong += 1;
      if (table.find(hi(n), n + 1) !== -1 || table.find(hi(n) ^ 1, n) !== -1) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(table.size).toBe(100_000);
    expect(table.bytes).toBeLessThan(100_000 * 10);
  });

  it('keeps every digest of one bucket', async () => {
    const builder = new TableBuilder();
    for (let n = 4_999; n >= 0; n -= 1) builder.add(0x1234_5678, n, 7);
    const table = await builder.build(Math.max, at);
    expect(table.size).toBe(5_000);
    expect([0, 2_500, 4_999].map((n) => table.find(0x1234_5678, n))).toEqual([7, 7, 7]);
  });

  it('shares the parts that a change leaves alone', async () => {
    const base = await changed(EMPTY_TABLE, [{ hi: 0x0100_0000, lo: 1, listing: 1, isRemoval: false }]);
    const next = await changed(base, [{ hi: 0x0200_0000, lo: 1, listing: 1, isRemoval: false }]);
    expect(next.parts[1]).toBe(base.parts[1]);
    expect(next.parts[2]).not.toBe(base.parts[2]);
  });
});

describe('the listings of a table', () => {
  it('are as many as an entry has numbers for, and one more is refused', () => {
    const listings = new ListingTable();
    const row = (expiresMs: number) => ({ kind: 'scam', severity: 'low', votes: 1, expiresMs }) as const;
    for (let at = 0; at < MAX_LISTINGS; at += 1) listings.intern(row(at));
    expect(listings.size).toBeLessThanOrEqual(REMOVED);
    expect(listings.intern(row(7))).toBe(7);
    expect(() => listings.intern(row(MAX_LISTINGS))).toThrow('REQUEST_INVALID');
  });
});
