import { expect, it } from 'vitest';
import { runFuzz } from './fuzz/run-fuzz.ts';

it('mutated payloads of every kind are refused, or read wholly', () => {
  const { taken, complete, refusals, faults } = runFuzz(1_500, 1);
  expect(faults).toEqual([]);
  // Both halves of the road were taken, or the above would say little.
  expect(taken).toBeGreaterThan(300);
  expect(complete).toBeGreaterThan(80);
  expect(refusals.size).toBeGreaterThan(8);
});
