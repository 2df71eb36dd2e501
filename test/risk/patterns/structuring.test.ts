import { describe, expect, it } from 'vitest';
import type { RiskInput } from '../../../src/risk/index.ts';
import { account, DAY, HOUR, habitual, outflow } from '../fixtures.ts';
import { isUnchecked, matchOf, nowMs, paid, warm } from './match.ts';

const TARGET = 77;
/** Up to two million is what this wallet usually pays. */
const PART = 1_900_000n;
const prepaid = (parts: number, apartMs = HOUR, amount = PART) =>
  paid(
    warm,
    () => TARGET,
    Array.from({ length: parts }, () => amount),
    apartMs,
    nowMs - HOUR,
  );
const next = (profile: RiskInput['profile'], amount = PART, change: Partial<RiskInput> = {}) =>
  matchOf('structuring', {
    ...{ profile, effects: [outflow(account(TARGET), amount)], amountsInUnit: { outflow: amount, perTransaction: null } },
    ...change,
  });
const fires = (parts: number) => next(prepaid(parts)) !== undefined;

describe('structuring', () => {
  it('escalates where the parts come to what would have been large, and whenever that has doubled', () => {
    const at = Array.from({ length: 16 }, (_, parts) => parts).filter(fires);
    expect(at.length).toBeGreaterThanOrEqual(2);
    expect(at.length).toBeLessThanOrEqual(3);
    expect(next(prepaid(at[0] as number))).toMatchObject({
      recommendedAction: 'escalate',
      reason: 'risk_high',
      evidence: { destination: account(TARGET), parts: (at[0] as number) + 1 },
    });
  });

  it('is not worn down: what was stopped does not settle, and the next try crosses again', () => {
    const profile = prepaid(Array.from({ length: 16 }, (_, parts) => parts).find(fires) as number);
    for (let tried = 0; tried < 5; tried += 1) expect(next(profile)).toBeDefined();
  });

  it('sees a large third payment behind two small ones, and in one transaction what is split in it', () => {
    const primed = prepaid(2, HOUR, 1_000n);
    expect(next(primed, 90_000_000n)).toBeDefined();
    const split = Array.from({ length: 5 }, () => outflow(account(TARGET), 18_000_000n));
    expect(next(primed, 90_000_000n, { effects: split })).toBeDefined();
  });

  it('sums up against the limit for one transaction where the habits do not say enough', () => {
    const young = paid(habitual(9), () => TARGET, [1_000_000n, 1_000_000n], HOUR, nowMs - HOUR);
    const limited = (perTransaction: bigint) => next(young, 1_000_000n, { amountsInUnit: { outflow: 1_000_000n, perTransaction } });
    expect(limited(2_500_000n)).toMatchObject({ evidence: { overLimit: true } });
    expect(limited(3_200_000n)).toBeUndefined();
    // Alone it is denied by the limit itself.
    expect(limited(900_000n)).toBeUndefined();
  });

  it('leaves alone two payments, small sums, long known accounts and those that the policy names', () => {
    expect(next(prepaid(1))).toBeUndefined();
    expect(next(prepaid(8, HOUR, 1_000n), 1_000n)).toBeUndefined();
    expect(next(prepaid(3, 3 * DAY), PART)).toBeUndefined();
    const parts = Array.from({ length: 16 }, (_, count) => count).find(fires) as number;
    expect(next(prepaid(parts), PART, { allowListed: () => true })).toBeUndefined();
    // The first payment lies eight days back: the party is not young any more.
    const old = paid(
      warm,
      () => TARGET,
      Array.from({ length: 9 }, () => PART),
      DAY,
      nowMs - DAY / 2,
    );
    expect(next(old)).toBeUndefined();
  });

  it('says nothing without a profile, which raises the score by itself', () => {
    expect(next(undefined)).toBeUndefined();
    expect(isUnchecked('structuring', { profile: undefined })).toBe(false);
  });
});
