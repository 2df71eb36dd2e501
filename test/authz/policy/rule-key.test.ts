import { describe, expect, it } from 'vitest';
import type { When } from '../../../src/authz/index.ts';
import { conjuncts, isKey } from '../../../src/authz/policy/language/rule-key.ts';

const is = (field: string, operator: string, value: unknown): When => ({ field, operator, value }) as When;
const values = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `v${index}`);

describe('what a rule is found by', () => {
  it.each([
    ...['destination', 'contract', 'selector', 'method', 'protocol', 'operation', 'asset', 'site'],
    ...['hazard', 'effect', 'capability', 'chain', 'type', 'agent', 'wallet'],
  ])('is the value of %s, or a few of them', (field) => {
    expect(isKey(is(field, 'eq', 'a'))).toBe(true);
    expect(isKey(is(field, 'in', ['a', 'b']))).toBe(true);
  });

  it.each(['ne', 'not_in', 'contains', 'matches', 'gt'])('is nothing that is compared by %s', (operator) =>
    expect(isKey(is('asset', operator, 'a'))).toBe(false),
  );

  it.each<[string, unknown]>([
    ['amount', '5'],
    ['hour', '5'],
    ['trust', 'web'],
    ['destinationCodeHash', 'ab'],
    ['args.to', 'a'],
    ['listed', true],
  ])('is not %j, which many rules would share or none name', (field, value) => expect(isKey(is(field, 'eq', value))).toBe(false));

  it('is no list that is longer than 64 values', () => {
    expect([1, 63, 64, 65, 1_000].map((count) => isKey(is('asset', 'in', values(count))))).toEqual([true, true, true, false, false]);
  });

  it('is no join, whatever it joins', () => {
    const key = is('asset', 'eq', 'a');
    expect([{ all: [key] }, { any: [key] }, { not: key }].map((node) => isKey(node))).toEqual([false, false, false]);
  });
});

it('everything that has to hold is told one after the other, out of joins by "and" alone', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((value) => is('asset', 'eq', value)) as [When, When, When];
  const [either, not] = [{ any: [a, b] }, { not: { all: [a, b] } }];
  expect(conjuncts([])).toEqual([]);
  expect(conjuncts([a, { all: [b, { all: [c, either] }] }, not])).toEqual([a, b, c, either, not]);
});
