import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessRisk, type RiskInput } from '../../src/risk/index.ts';
import { anyInput, entry, fee, unknown, usual } from './any-input.ts';
import { account, allowance, anyAmount, outflow, USDC } from './fixtures.ts';

describe('each signal only ever raises the score', () => {
  const raises = (worse: (any: RiskInput) => RiskInput, strictly: boolean) => {
    fc.assert(
      fc.property(anyInput, (any) => {
        expect(assessRisk(worse(any)).score).toBeGreaterThanOrEqual(assessRisk(any).score);
      }),
      { numRuns: 200 },
    );
    if (strictly) expect(assessRisk(worse(usual())).score).toBeGreaterThan(assessRisk(usual()).score);
  };
  const first = (any: RiskInput) =>
    any.effects.flatMap((effect) => (effect.kind === 'outflow' ? [effect.counterparty] : []))[0] ?? account(1);

  it('a listing', () =>
    raises((any) => ({ ...any, listed: (id) => (id === first(any) ? { ...entry(1), account: first(any) } : any.listed(id)) }), true));
  it('an unknown part', () => raises((any) => ({ ...any, effects: [...any.effects, unknown] }), true));
  it('an unlimited allowance', () => raises((any) => ({ ...any, effects: [...any.effects, allowance(account(900), 'unlimited')] }), true));
  it('a payment to a new account', () => raises((any) => ({ ...any, effects: [...any.effects, outflow(account(901), 3n, USDC)] }), true));
  it('a payment to an unread account', () => raises((any) => ({ ...any, effects: [...any.effects, outflow(null, 3n, USDC)] }), true));
  it('a higher fee', () =>
    raises(
      (any) => ({
        ...any,
        effects:
          any.effects.length === 0
            ? []
            : [...any.effects.map((effect) => (effect.kind === 'fee' ? fee(effect.max * 2n) : effect)), fee(10n ** 30n)],
      }),
      true,
    ));
  it('no longer being on the allow list', () => raises((any) => ({ ...any, allowListed: () => false }), false));
  it('a lower limit', () =>
    raises(
      (any) => ({ ...any, amountsInUnit: { ...any.amountsInUnit, perTransaction: (any.amountsInUnit.perTransaction ?? 0n) / 64n } }),
      true,
    ));
  it('low confidence', () => raises((any) => ({ ...any, declaredConfidence: any.declaredConfidence === undefined ? 0.2 : 0 }), true));
  it('a swinging market', () => raises((any) => ({ ...any, market: { atMs: any.nowMs, dailyVolatility: 1, priceImpact: 1 } }), true));
  it('a missing market', () => expect(assessRisk(usual({ market: undefined })).score).toBeGreaterThan(assessRisk(usual()).score));
  it('a missing profile', () => expect(assessRisk(usual({ profile: undefined })).score).toBeGreaterThan(assessRisk(usual()).score));
  it('a value that cannot be told', () =>
    expect(assessRisk(usual({ amountsInUnit: { outflow: null, perTransaction: 1n } })).score).toBeGreaterThan(assessRisk(usual()).score));

  it('a larger amount, whatever the profile', () => {
    const sized = (any: RiskInput, amount: bigint) =>
      assessRisk({ ...any, amountsInUnit: { ...any.amountsInUnit, outflow: amount } }).score;
    fc.assert(
      fc.property(anyInput, anyAmount, anyAmount, (any, a, b) => {
        expect(sized(any, a > b ? a : b)).toBeGreaterThanOrEqual(sized(any, a > b ? b : a));
      }),
      { numRuns: 300 },
    );
    expect(sized(usual(), 40_000_000n)).toBeGreaterThan(sized(usual(), 1_500_000n));
  });
});
