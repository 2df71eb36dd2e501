import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessRisk, passesRisk, type RiskInput, strongestReasons, whatWouldPass } from '../../../src/risk/index.ts';
import { later } from '../../../src/risk/remedies/changed-input.ts';
import { account, allowance, dueAfter, ETH, habitual, input, outflow } from '../fixtures.ts';

const nowMs = dueAfter();
const profile = habitual();
const market = { atMs: nowMs, dailyVolatility: 0, priceImpact: null };
const terms = { maxRiskScore: 80, worthOf: (_asset: string, amount: bigint) => amount };
const paying = (amount: bigint, to = account(1), more: Partial<RiskInput> = {}): RiskInput =>
  input({
    effects: [outflow(to, amount)],
    nowMs,
    profile,
    market,
    amountsInUnit: { outflow: amount, perTransaction: 10n ** 12n },
    ...more,
  });
const passes = (changed: RiskInput): boolean => passesRisk(assessRisk(changed), terms.maxRiskScore);

describe('what would have passed', () => {
  it('is a smaller amount that, scored again, does pass', () => {
    const large = paying(900_000_003n);
    expect(passes(large)).toBe(false);
    const amount = whatWouldPass(large, terms).find(({ kind }) => kind === 'amount');
    if (amount?.kind !== 'amount') throw new Error('no amount passes');
    const atMost = BigInt(amount.atMost);
    expect(atMost).toBeGreaterThan(0n);
    expect(atMost).toBeLessThan(900_000_003n);
    expect(passes(paying(atMost))).toBe(true);
    expect(assessRisk(paying(atMost)).score).toBe(amount.score);
    expect(passes(paying(atMost * 3n)), 'it is not far below what passes').toBe(false);
  });

  it('is true whatever is asked: every remedy, applied, passes', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 13n), fc.nat(30), fc.nat(23), fc.boolean(), (amount, to, hour, cold) => {
        const asked = paying(amount, account(to), { nowMs: nowMs + hour * 3_600_000, ...(cold ? { profile: habitual(5) } : {}) });
        if (passes(asked)) return;
        for (const remedy of whatWouldPass(asked, terms)) {
          const applied =
            remedy.kind === 'amount'
              ? {
                  ...asked,
                  effects: [outflow(account(to), BigInt(remedy.atMost))],
                  amountsInUnit: { ...asked.amountsInUnit, outflow: BigInt(remedy.atMost) },
                }
              : remedy.kind === 'destination'
                ? { ...asked, allowListed: () => true }
                : remedy.kind === 'wait'
                  ? later(asked, remedy.forMs)
                  : undefined;
          expect(applied, remedy.kind).toBeDefined();
          expect(passes(applied as RiskInput), JSON.stringify(remedy)).toBe(true);
          expect(assessRisk(applied as RiskInput).score).toBe(remedy.score);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the policy naming the spender, for rights without a bound; and nothing lifts a listing', () => {
    const right = { ...paying(1n), effects: [allowance(account(77), 'unlimited')] };
    expect(passes(right)).toBe(false);
    const remedies = whatWouldPass(right, terms);
    for (const remedy of remedies) {
      if (remedy.kind === 'allowance') expect(passes({ ...right, effects: [allowance(account(77), BigInt(remedy.atMost))] })).toBe(true);
      if (remedy.kind === 'destination') expect(passes({ ...right, allowListed: () => true })).toBe(true);
    }
    expect(remedies.length).toBeGreaterThan(0);
    const listing = { account: account(1), kind: 'theft', severity: 'high', source: 'list', addedMs: 0, expiresMs: null } as const;
    expect(whatWouldPass(paying(5n, account(1), { listed: () => listing as never }), terms)).toEqual([]);
  });

  it('takes at most twenty scores, and needs none for what one payment among several does', () => {
    let scores = 0;
    // Each score asks the list about the payee once.
    const listed = (asked: string): undefined => {
      if (asked === account(99)) scores += 1;
    };
    const worst = paying(10n ** 12n, account(99), {
      effects: [outflow(account(99), 10n ** 12n), allowance(account(77), 'unlimited')],
      listed,
    });
    whatWouldPass(worst, terms);
    expect(scores).toBeGreaterThan(0);
    expect(scores).toBeLessThanOrEqual(20);
    for (const amount of [1n, 10n, 10n ** 6n, 10n ** 9n, 10n ** 14n]) {
      scores = 0;
      whatWouldPass(paying(amount, account(99), { listed }), terms);
      expect(scores).toBeLessThanOrEqual(20);
    }
    const both = paying(10n ** 12n, account(99), { effects: [outflow(account(99), 10n ** 11n), outflow(account(98), 10n ** 11n, ETH)] });
    expect(whatWouldPass(both, terms).filter(({ kind }) => kind === 'amount')).toEqual([]);
  });

  it('tells the three strongest reasons, most points first', () => {
    const reasons = strongestReasons(assessRisk(paying(10n ** 12n, account(99))));
    expect(reasons).toHaveLength(3);
    expect(reasons.map(({ points }) => points)).toEqual(reasons.map(({ points }) => points).toSorted((a, b) => b - a));
    for (const { detail } of reasons) expect(detail).not.toBe('');
  });
});
