import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../src/core/index.ts';
import { createHops, type HopOptions } from '../../../src/risk/index.ts';
import { account } from '../fixtures.ts';
import { address, bytesOf, fresh, source } from './lists.ts';

const [shop, thief, friend] = [account(1), account(2), account(3)];
const DAY = 86_400_000;

function hopsBeside(listed: ReadonlySet<AccountId>, change: Partial<HopOptions> = {}) {
  return createHops({ screen: (one) => ({ verdict: listed.has(one) ? 'listed' : 'clear', hits: [] }), ...change });
}

describe('one payment away', () => {
  it('from an account that it paid, or that paid it, which weighs half', () => {
    const hops = hopsBeside(new Set([thief]));
    hops.observe({ from: shop, to: thief, atMs: 5 });
    hops.observe({ from: thief, to: friend, atMs: 6 });
    expect(hops.hopRisk(shop, 10)).toEqual({ account: shop, via: thief, direction: 'paid', atMs: 5, points: 20 });
    expect(hops.hopRisk(friend, 10)).toEqual({ account: friend, via: thief, direction: 'received', atMs: 6, points: 10 });
    expect(hops.hopRisk(account(4), 10)).toBeUndefined();
  });

  it('not two', () => {
    const hops = hopsBeside(new Set([thief]));
    hops.observe({ from: shop, to: thief, atMs: 1 });
    hops.observe({ from: friend, to: shop, atMs: 2 });
    expect(hops.hopRisk(friend, 3)).toBeUndefined();
  });

  it('by the lists of today: listed late counts, let go does not', () => {
    const listed = new Set<AccountId>();
    const hops = hopsBeside(listed);
    hops.observe({ from: shop, to: thief, atMs: 1 });
    expect(hops.hopRisk(shop, 2)).toBeUndefined();
    listed.add(thief);
    expect(hops.hopRisk(shop, 2)?.via).toBe(thief);
    listed.delete(thief);
    expect(hops.hopRisk(shop, 2)).toBeUndefined();
  });

  it('counts for a year, and by how bad the listing is', async () => {
    const screening = fresh();
    await screening.load(source({ format: 'csv' }), bytesOf(`address,severity\n${address(2)},critical\n${address(3)},low\n`));
    const hops = createHops({ screen: (one) => screening.screen(one) });
    hops.observe({ from: shop, to: friend, atMs: 300 * DAY });
    hops.observe({ from: shop, to: thief, atMs: 0 });
    expect(hops.hopRisk(shop, 365 * DAY)).toMatchObject({ via: thief, points: 50 });
    expect(hops.hopRisk(shop, 365 * DAY + 1)).toMatchObject({ via: friend, points: 20 });
    expect(hops.hopRisk(shop, 665 * DAY + 1)).toBeUndefined();
    // A time that is none excuses nothing.
    expect(hops.hopRisk(shop, Number.NaN)).toMatchObject({ via: thief });
  });

  it('does not go through an ordinary contract, nor from one that is only doubtful', async () => {
    const usdc = 'eip155:1:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' as AccountId;
    const screening = fresh();
    await screening.load(source(), bytesOf(`${usdc}\n${address(2)}\n${address(3)}\n`));
    await screening.load(source({ name: 'ordinary', basis: 'ordinary' }), bytesOf(address(3)));
    const hops = createHops({ screen: (one) => screening.screen(one) });
    hops.observe({ from: usdc, to: thief, atMs: 1 });
    hops.observe({ from: shop, to: usdc, atMs: 1 });
    hops.observe({ from: shop, to: friend, atMs: 1 });
    expect(screening.screen(friend).verdict).toBe('doubtful');
    expect([usdc, shop].map((one) => hops.hopRisk(one, 2))).toEqual([undefined, undefined]);
  });

  it('is not washed away by many small payments', () => {
    const hops = hopsBeside(new Set([thief]), { capacity: 100 });
    hops.observe({ from: shop, to: thief, atMs: 1 });
    for (let n = 10; n < 1_000; n += 1) hops.observe({ from: shop, to: account(n), atMs: n });
    for (let n = 10; n < 1_000; n += 1) hops.observe({ from: account(n), to: account(n + 5_000), atMs: n });
    expect(hops.hopRisk(shop, 2_000)?.via).toBe(thief);
  });

  it('is not washed away by a thief that pays back', () => {
    const thieves = new Set(Array.from({ length: 40 }, (_, n) => account(n + 100)));
    const hops = hopsBeside(thieves);
    hops.observe({ from: shop, to: account(100), atMs: 1 });
    for (const one of thieves) hops.observe({ from: one, to: shop, atMs: 2 });
    expect(hops.hopRisk(shop, 3)).toMatchObject({ direction: 'paid', via: account(100) });
  });

  it('ignores a payment to itself, and keeps to its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(200), fc.nat(1_000)), { maxLength: 400 }), (payments) => {
        const hops = hopsBeside(new Set([account(7), account(8)]), { capacity: 20 });
        for (const [from, to, atMs] of payments) {
          hops.observe({ from: account(from), to: account(to), atMs });
          hops.hopRisk(account(to), atMs);
        }
        expect(hops.size).toBeLessThanOrEqual(40);
      }),
    );
    const hops = hopsBeside(new Set([thief]));
    hops.observe({ from: thief, to: thief, atMs: 1 });
    expect(hops.size).toBe(0);
  });

  it.each([{ capacity: 0 }, { capacity: 1.5 }, { maxAgeMs: 0 }, { maxAgeMs: Number.NaN }])('%j is no memory', (change) => {
    expect(() => hopsBeside(new Set(), change)).toThrow('CONFIG_INVALID');
  });
});
