import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountId, displayForms, parseAccount } from '../../../src/core/index.ts';
import { emptyHabits, type Habits } from '../../../src/risk/habits/habits.ts';
import { learnAction } from '../../../src/risk/habits/learn-action.ts';
import { mayResemble } from '../../../src/risk/habits/may-resemble.ts';
import { findLookalike, LEAST_LIKENESS } from '../../../src/risk/lookalike.ts';
import { payment } from './actions.ts';

const paid = (...accounts: readonly AccountId[]): Habits => {
  const habits = emptyHabits();
  for (const [n, party] of accounts.entries()) learnAction(habits, payment(n, { party }));
  return habits;
};
const may = (account: AccountId, ...known: readonly AccountId[]): boolean => mayResemble(paid(...known), account, LEAST_LIKENESS);
const evm = (digits: string, chain = 1): AccountId => parseAccount(`eip155:${chain}:0x${digits}`);
const ton = (hash: string, workchain = 0, chain = -239): AccountId => parseAccount(`ton:${chain}:${workchain}:${hash}`);
const digits = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''));
/** `other` with the first and last digits of `like`. */
const between = (like: string, other: string, first: number, last: number): string =>
  like.slice(0, first) + other.slice(first, other.length - last) + like.slice(like.length - last);

/** No lookalike that the slow look finds may be one that the quick one passes over. */
function held(candidate: AccountId, known: AccountId): boolean {
  const found = findLookalike(candidate, [known]) !== undefined;
  expect(may(candidate, known) || !found, `${candidate} and ${known}`).toBe(true);
  return found;
}

describe('a quick look for lookalikes', () => {
  const ends = fc.tuple(fc.nat(9), fc.nat(9));

  it('passes over no address of hex digits that the slow one finds', () => {
    let found = 0;
    fc.assert(
      fc.property(digits(40), digits(40), ends, fc.constantFrom(1, 137), (like, other, [first, last], chain) => {
        if (held(evm(between(like, other, first, last), chain), evm(like))) found += 1;
      }),
      { numRuns: 600 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('passes over no raw form either, on any workchain and network', () => {
    let found = 0;
    const where = fc.tuple(fc.constantFrom(0, -1), fc.constantFrom(-239, -3));
    fc.assert(
      fc.property(digits(64), digits(64), ends, where, (like, other, [first, last], [workchain, chain]) => {
        if (held(ton(between(like, other, first, last), workchain, chain), ton(like))) found += 1;
      }),
      { numRuns: 600 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it.each([
    ['EQ', -239, 0],
    ['UQ', -239, 1],
    ['kQ', -3, 0],
  ] as const)('passes over no friendly form %s whose checksum was ground', (_name, chain, variant) => {
    const known = ton('83dfd552e63729b472fcbcc8c45ebcc6691702558b68ec7527e1ba403a0f31a8');
    const last = (account: AccountId): string => displayForms(account)[variant]?.slice(-2) ?? '';
    let ground = 0;
    for (let n = 0; ground < 2 && n < 40_000; n += 1) {
      const candidate = ton(
        `83dfd552${(BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc834n).toString(16).padStart(56, '0').slice(-56)}`,
        0,
        chain,
      );
      if (last(candidate) !== last(known)) continue;
      expect(held(candidate, known)).toBe(true);
      ground += 1;
    }
    expect(ground).toBe(2);
  });

  it('spares the slow one nearly always', () => {
    const known = Array.from({ length: 80 }, (_, n) =>
      evm((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn).toString(16).slice(-40)),
    );
    const habits = paid(...known);
    const strangers = Array.from({ length: 2_000 }, (_, n) =>
      evm((BigInt(n + 999) * 0x85ebca6bc2b2ae3527d4eb2f165667b19e3779b9n).toString(16).slice(-40)),
    );
    expect(strangers.filter((stranger) => mayResemble(habits, stranger, LEAST_LIKENESS)).length).toBeLessThan(20);
  });

  it('leaves whatever it cannot read off codes to the slow one', () => {
    const known = evm('5e1f0a94b7c2d3e8f6a7b8c9d0e1f2a3b4c5d6e7');
    expect(may('other:main:alice' as AccountId, known)).toBe(true);
    expect(may(known, 'other:main:alice' as AccountId)).toBe(true);
    expect(may('eip155:1:alice' as AccountId, known)).toBe(true);
  });
});
