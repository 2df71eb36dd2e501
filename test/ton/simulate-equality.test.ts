import { expect, it } from 'vitest';
import { runRandomPayments } from './random-payments.ts';

it('simulates what the chain then does, to the nanoton but for what storage costs in between', async () => {
  const { cases, byKind, differences, mostUncounted } = await runRandomPayments(30, 'equality');
  expect(differences).toEqual([]);
  expect(cases).toBe(30);
  expect(Object.keys(byKind).sort()).toEqual(['batch', 'jetton', 'native']);
  expect(mostUncounted).toBeLessThan(1_000n);
}, 60_000);
