import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountId, accountAddress, accountKey, displayForms, parseAccount } from '../../src/core/index.ts';
import { findLookalike } from '../../src/risk/index.ts';
import { account } from './fixtures.ts';

const evm = (digits: string): AccountId => parseAccount(`eip155:1:0x${digits}`);
const ton = (hex: string, chain = 'ton:-239'): AccountId => parseAccount(`${chain}:0:${hex}`);
const KNOWN = evm('5e1f0a94b7c2d3e8f6a7b8c9d0e1f2a3b4c5d6e7');
const hexDigits = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((digits) => digits.join(''));

describe('findLookalike on hex addresses', () => {
  /** `KNOWN` with all but the first `prefix` and last `suffix` digits changed. */
  const imitation = (prefix: number, suffix: number): AccountId => {
    const digits = KNOWN.slice(-40);
    const changed = [...digits].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('');
    return evm(digits.slice(0, prefix) + changed.slice(prefix, 40 - suffix) + digits.slice(40 - suffix));
  };

  it.each([
    [10, 6, 'strong'],
    [4, 4, 'strong'],
    [3, 4, 'strong'],
    [4, 3, 'strong'],
    [2, 5, 'weak'],
    [20, 2, 'weak'],
    [3, 3, undefined],
    [4, 0, undefined],
    [1, 8, undefined],
    [39, 0, undefined],
    [0, 39, undefined],
    [0, 0, undefined],
  ] as [number, number, 'strong' | 'weak' | undefined][])('first %i and last %i digits: %s', (prefix, suffix, strength) => {
    const found = findLookalike(imitation(prefix, suffix), [account(3), KNOWN, account(4)]);
    if (strength === undefined) expect(found).toBeUndefined();
    else expect(found).toEqual({ imitates: KNOWN, prefix, suffix, total: prefix + suffix, bits: (prefix + suffix) * 4, strength });
  });

  it('never takes an account for its own lookalike, on another chain neither', () => {
    expect(findLookalike(KNOWN, [KNOWN])).toBeUndefined();
    expect(findLookalike(parseAccount(`eip155:8453:${accountKey(KNOWN)}`), [KNOWN])).toBeUndefined();
    expect(findLookalike(KNOWN, [])).toBeUndefined();
  });

  it('names the closest of several', () => {
    const near = evm('5e1f0a0000000000000000000000000000c5d6e7');
    const nearer = evm('5e1f0a94000000000000000000000000b4c5d6e7');
    expect(findLookalike(nearer, [near, KNOWN])?.imitates).toBe(KNOWN);
    expect(findLookalike(nearer, [KNOWN, near])?.imitates).toBe(KNOWN);
  });

  it('does not hold addresses of leading zeros for alike', () => {
    const vanity = ['0000000000001111111111111111111111111111', '0000000000002222222222222222222222222222'].map(evm);
    expect(findLookalike(vanity[0] as AccountId, [vanity[1] as AccountId])).toBeUndefined();
  });

  it('finds what comparing with every known account finds, each time it is asked', () => {
    const plain = (candidate: string, known: string): number => {
      let prefix = 0;
      while (prefix < 40 && candidate[prefix] === known[prefix]) prefix += 1;
      let suffix = 0;
      while (suffix < 40 && candidate[39 - suffix] === known[39 - suffix]) suffix += 1;
      return prefix === 40 || Math.min(prefix, suffix) < 2 || prefix + suffix < 7 ? 0 : prefix + suffix;
    };
    // Few distinct ends, so that likenesses of every length come up.
    const ends = fc.tuple(
      fc.constantFrom('ab', 'ac'),
      fc.constantFrom('00', '12'),
      fc.constantFrom('0', '1'),
      hexDigits(30),
      fc.constantFrom('0', '7'),
      fc.constantFrom('ee', 'ef'),
      fc.constantFrom('55', '65'),
    );
    const digits = ends.map((parts) => parts.join('')).filter((text) => text.length === 40);
    let likenesses = 0;
    fc.assert(
      fc.property(digits, fc.array(digits, { maxLength: 40 }), (candidate, known) => {
        const list = known.map(evm);
        const totals = known.map((other) => plain(candidate, other));
        const expected = known.includes(candidate) ? 0 : Math.max(0, ...totals);
        if (expected > 0) likenesses += 1;
        for (let time = 0; time < 2; time += 1) expect(findLookalike(evm(candidate), list)?.total ?? 0).toBe(expected);
      }),
      { numRuns: 300 },
    );
    expect(likenesses).toBeGreaterThan(50);
  });
});

describe('findLookalike on base64url addresses', () => {
  const HASH = 'a41f0b94b7c2d3e8f6a7b8c9d0e1f2a3b4c5d6e7a41f0b94b7c2d3e8f6a7b8c9';
  const known = ton(HASH);
  /** A candidate whose bounceable form ends like the known one's: grinds the last hash bytes until the checksum fits. */
  const ground = (keep: number, suffix: number): AccountId => {
    const end = displayForms(known)[0]?.slice(-suffix);
    for (let nonce = 0; nonce < 2 ** 20; nonce += 1) {
      const tail = nonce.toString(16).padStart(8, '0');
      const candidate = ton(`${HASH.slice(0, keep)}${'5'.repeat(64 - keep - 8)}${tail}`);
      if (displayForms(candidate)[0]?.endsWith(end as string)) return candidate;
    }
    throw new Error('not found');
  };

  it('does not count the constant prefix: two strangers share EQ and more', () => {
    const stranger = ton(`a4${'0'.repeat(62)}`);
    expect(accountAddress(stranger).slice(0, 4)).toBe(accountAddress(known).slice(0, 4));
    expect(findLookalike(stranger, [known])).toBeUndefined();
  });

  it('finds the same visible ends, checksum included', () => {
    const candidate = ground(20, 2);
    const found = findLookalike(candidate, [ton('1'.repeat(64)), known]);
    expect(found).toMatchObject({ imitates: known, strength: 'strong', suffix: 2 });
    const [shown, original] = [accountAddress(candidate), accountAddress(known)];
    expect(shown.slice(2, 2 + (found?.prefix ?? 0))).toBe(original.slice(2, 2 + (found?.prefix ?? 0)));
    expect(shown.slice(-2)).toBe(original.slice(-2));
    expect(found?.bits).toBe((found?.prefix ?? 0) * 6 - 4 + 12);
  });

  it('does not go by one end alone', () => {
    expect(findLookalike(ton(`${HASH.slice(0, 40)}${'0'.repeat(24)}`), [known])).toBeUndefined();
  });

  it('is no lookalike of itself, and none across families of addresses', () => {
    expect(findLookalike(known, [known])).toBeUndefined();
    expect(findLookalike(known, [KNOWN])).toBeUndefined();
    expect(findLookalike(KNOWN, [known])).toBeUndefined();
  });

  it('finds the same ends of the raw form, whichever form was meant', () => {
    const raw = (begin: number, end: number): AccountId => ton(`${HASH.slice(0, begin)}${'5'.repeat(64 - begin - end)}${HASH.slice(-end)}`);
    expect(findLookalike(raw(3, 4), [known])).toMatchObject({ imitates: known, prefix: 3, suffix: 4, bits: 28, strength: 'strong' });
    expect(findLookalike(raw(2, 5), [known])).toMatchObject({ bits: 28, strength: 'weak' });
    expect(findLookalike(raw(3, 3), [known])).toBeUndefined();
  });
});
