import { expect, it } from 'vitest';
import { runRandomPayments } from './random-payments.ts';

it('simulates what the chain then does, to the nanoton but for storage', async () => {
  const { cases, byKind, differences, mostStorage } = await runRandomPayments(30, 'equality');
  expect(differences).toEqual([]);
  expect(cases).toBe(30);
  expect(Object.keys(byKind).sort()).toEqual(['batch', 'jetton', 'native']);
  expect(mostStorage).toBeLessThan(1_000n);
}, 60_000);
