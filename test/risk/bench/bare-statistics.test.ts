import { mean, quantile } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { BareStatistics } from '../../../bench/risk/bare-statistics.ts';
import { madeAccount, madePayments } from '../../../bench/risk/made-payments.ts';
import { OwnRisk } from '../../../bench/risk/own-risk.ts';
import { fresh } from '../screening/lists.ts';

const take = (seed: number, count: number) => {
  const made = madePayments(seed);
  return Array.from({ length: count }, () => made.next().value);
};

describe('bare statistics', () => {
  it('are no straw man: they tell an outlier from what is usual', () => {
    const bare = new BareStatistics();
    const payments = take(1, 600);
    const scores = payments.map((payment) => {
      const score = bare.score(payment);
      bare.learn(payment);
      return score;
    });
    const [last] = payments.slice(-1);
    const usual = quantile(scores.slice(200), 0.99);
    const odd = bare.score({
      ...(last as (typeof payments)[number]),
      to: madeAccount(77),
      amount: 10n ** 22n,
      atMs: (last?.atMs ?? 0) + 1_000,
    });
    expect(odd).toBeGreaterThan(1.3 * usual);
    expect(mean(scores.slice(200))).toBeLessThan(usual);
  });

  it('count parties about right', () => {
    const bare = new BareStatistics();
    const payments = take(2, 1_500);
    for (const payment of payments) bare.learn(payment);
    const distinct = new Set(payments.map(({ to }) => to)).size;
    expect(Math.abs(bare.distinct() / distinct - 1)).toBeLessThan(0.35);
  });
});

describe('payments that both sides get', () => {
  it('are the same each time, in the order of time, and teach our own side too', () => {
    expect(take(3, 50)).toEqual(take(3, 50));
    const payments = take(3, 120);
    expect(payments.every(({ atMs }, at) => at === 0 || atMs > (payments[at - 1]?.atMs ?? 0))).toBe(true);
    const own = new OwnRisk(fresh());
    const scores = payments.map((payment) => {
      const score = own.score(payment);
      own.learn(payment);
      return score;
    });
    expect(own.profile.count).toBe(120);
    expect(Math.min(...scores.slice(60))).toBeLessThan(30);
  });
});
