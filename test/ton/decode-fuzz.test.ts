import { describe, expect, it } from 'vitest';
import { decodeSeed } from './fuzz/decode-seed.ts';
import { HEAVY } from './fuzz/heavy.ts';
import { faultOf, runFuzz } from './fuzz/run-fuzz.ts';
import { slowestAgain } from './fuzz/slowest.ts';
import { refusalOf } from './order-fixture.ts';

it('mutated payloads of every kind are refused, or read wholly', () => {
  const { tried, heavy, taken, complete, refusals, faults } = runFuzz(1_500, 1);
  expect(faults).toEqual([]);
  // Both halves of the road were taken, or the above would say little.
  expect(tried).toBe(1_500);
  expect(heavy).toBeGreaterThan(1);
  expect(taken).toBeGreaterThan(300);
  expect(complete).toBeGreaterThan(80);
  expect(refusals.length).toBeGreaterThan(8);
});

describe('payloads that are as much work as can be', () => {
  const [refused, read] = [
    HEAVY.filter(({ name }) => name.startsWith('a tree of many')),
    HEAVY.filter(({ name }) => !name.includes('many')),
  ];

  it.each(read)('$name: read wholly, or said not to be, and bounded', (seed) => {
    const taken = decodeSeed(seed.payload, seed.wallet);
    expect(faultOf(seed, taken)).toBeNull();
    expect(taken.decoded.effects.length).toBeLessThan(3_000);
    // An order whose leaves are not all followed is never one that is understood.
    const isBounded = taken.decoded.effects.some((effect) => effect.kind === 'unknown' && /^more than|cannot be read/.test(effect.detail));
    expect(taken.decoded.complete && isBounded).toBe(false);
  });

  it.each(refused)('$name: refused', ({ payload }) => expect(refusalOf(payload)).toBe('too_many_cells'));

  it('are told as the slowest, and timed anew each time', async () => {
    const again = HEAVY.slice(0, 2).map(({ payload, wallet }) => ({ payload: Buffer.from(payload).toString('hex'), wallet, ms: 0 }));
    const both = await slowestAgain(again, Number.POSITIVE_INFINITY);
    expect(both).toBeGreaterThan(0.5);
    expect(await slowestAgain([], 1)).toBe(0);
  });
});
