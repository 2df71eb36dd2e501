import { expect, it } from 'vitest';
import { count, countOn, LIMIT, lesser, soon } from './sample.ts';

it.each([
  [1, 2, 1],
  [2, 1, 1],
  [3, 3, 3],
])('tells the lesser', (a, b, found) => {
  expect(lesser(a, b)).toBe(found);
});

it('counts and ends', async () => {
  count.calls = 0;
  countOn(LIMIT);
  await new Promise((resolve) => setImmediate(resolve));
  expect(count.calls).toBe(7);
});

it('waits for what comes', async () => {
  expect(await soon()).toBeUndefined();
});
