import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/index.ts';
import { parseAccount } from '../../src/core/index.ts';
import { assessRisk, levelOf, parseScreening } from '../../src/risk/index.ts';
import { anyInput, entry, fee, listing, market, nowMs, unknown, usual } from './any-input.ts';
import { account, allowance, ETH, habitual, outflow, USDC, WALLET } from './fixtures.ts';

const ids = (assessment: ReturnType<typeof assessRisk>) => assessment.factors.map((factor) => factor.id);

describe('assessRisk', () => {
  it('finds nothing in an everyday payment', () => {
    const assessment = assessRisk(usual());
    expect(assessment).toMatchObject({ score: 0, level: 'low', factors: [], flags: [], patterns: [], recommendations: [], vetoes: [] });
  });

  it('reaches every level', () => {
    const low = assessRisk(usual());
    const medium = assessRisk(usual({ effects: [allowance(account(77), 'unlimited')], allowListed: () => true }));
    const high = assessRisk(
      usual({ effects: [outflow(account(77), 3_000_000_000n)], amountsInUnit: { outflow: 20_000_000n, perTransaction: 20_000_000n } }),
    );
    const critical = assessRisk(usual({ listed: listing(entry(1)) }));
    expect([low, medium, high, critical].map(({ level }) => level)).toEqual(['low', 'medium', 'high', 'critical']);
  });

  it('has its levels where the contract has them', () => {
    expect([0, 29.99, 30, 59.99, 60, 80, 80.01, 100, Number.NaN].map(levelOf)).toEqual([
      'low',
      'low',
      'medium',
      'medium',
      'high',
      'high',
      'critical',
      'critical',
      'critical',
    ]);
  });

  it('stays within its bounds, orders its factors and says the same twice', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const assessment = assessRisk(any);
        for (const value of [assessment.score, ...Object.values(assessment.breakdown)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        }
        expect(assessment.level).toBe(levelOf(assessment.score));
        expect(assessment.factors.map(({ points }) => points)).toEqual(
          assessment.factors.map(({ points }) => points).sort((a, b) => b - a),
        );
        expect(assessRisk(any)).toEqual(assessment);
        expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is missing', () => {
  it('is listed', () => {
    const nothing = assessRisk(usual({ profile: undefined, market: undefined, amountsInUnit: { outflow: null, perTransaction: null } }));
    expect(nothing.flags).toEqual(expect.arrayContaining(['inputs_missing', 'no_profile', 'no_market_data', 'amount_unpriced']));
    expect(assessRisk(usual({ profile: habitual(5) })).flags).toEqual(['inputs_missing', 'profile_cold']);
  });

  it('includes market data that is old, early by its own fault or no number', () => {
    for (const bad of [
      { ...market, atMs: nowMs - 600_001 },
      { ...market, atMs: nowMs + 600_001 },
      { ...market, atMs: Number.NaN },
      { ...market, dailyVolatility: Number.NaN },
      { ...market, dailyVolatility: -1 },
      { ...market, priceImpact: -1 },
    ]) {
      expect(assessRisk(usual({ market: bad })).flags).toContain('no_market_data');
    }
  });

  it('includes effects: an empty list is an unread transaction', () =>
    expect(ids(assessRisk(usual({ effects: [] })))).toContain('effect_unknown'));
  it('fades as payments settle', () => {
    const scores = [0, 5, 10, 19, 20].map((count) => assessRisk(usual({ profile: habitual(count), allowListed: () => true })).score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(scores.length);
  });
});

describe('vetoes', () => {
  it.each([
    ['a payee', outflow(account(50), 1n)],
    ['a spender', allowance(account(50), 1n)],
    [
      'an operator',
      { leaf: '0', source: 'bytes', kind: 'operator', owner: WALLET, operator: account(50), collection: account(51), approved: true },
    ],
    ['a delegate', { leaf: '0', source: 'bytes', kind: 'delegation', account: WALLET, delegate: account(50), scope: 'all' }],
    ['a new owner', { leaf: '0', source: 'bytes', kind: 'control', account: WALLET, aspect: 'owner', to: account(50) }],
    [
      'a called contract',
      {
        leaf: '0',
        source: 'bytes',
        kind: 'call',
        contract: account(50),
        selector: '00000000',
        method: null,
        args: null,
        value: 0n,
        asset: ETH,
      },
    ],
    ['an unread contract', { ...unknown, contract: account(50) } as Effect],
    ['a payer', { ...outflow(account(50), 1n), kind: 'inflow' } as Effect],
  ] as [string, Effect][])('a listed account denies as %s, allow-listed or not', (_, effect) => {
    const assessment = assessRisk(usual({ effects: [effect], listed: listing(entry(50)), allowListed: () => true }));
    expect(assessment.vetoes).toEqual([{ reason: 'address_blacklisted', detail: expect.any(String), account: account(50) }]);
    expect(assessment.level).toBe('critical');
    expect(assessment.recommendations[0]).toBe('Do not send this transaction.');
  });

  it('a listed token contract denies', () => {
    const token = parseAccount(`eip155:1:${USDC.slice(USDC.indexOf(':0x') + 1)}`);
    const assessment = assessRisk(
      usual({ effects: [outflow(account(1), 1n, USDC)], listed: (id) => (id === token ? { ...entry(0), account: token } : undefined) }),
    );
    expect(assessment.vetoes).toHaveLength(1);
  });

  it('no weight averages a listing away', () => {
    const weights = { transaction: 0.001, behavioral: 1, market: 1 };
    const assessment = assessRisk(usual({ listed: listing(entry(1)), weights }));
    expect(assessment.vetoes).toHaveLength(1);
    expect(assessment.level).toBe('critical');
  });

  it('an expired entry lists nothing, one that expires later or never still does', () => {
    const at = (expiresMs: number | null) => assessRisk(usual({ listed: listing(entry(1, { expiresMs })) })).vetoes.length;
    expect([at(nowMs), at(nowMs + 1), at(null), at(Number.NaN)]).toEqual([0, 1, 1, 1]);
  });

  it('a malformed stored entry lists', () => {
    const listed = (id: ReturnType<typeof account>) => (id === account(1) ? parseScreening({ junk: true }, id) : undefined);
    expect(assessRisk(usual({ listed })).vetoes).toHaveLength(1);
  });
});

describe('nothing the caller says loosens', () => {
  it('claimed confidence never lowers the score', () => {
    const without = assessRisk(usual({ effects: [unknown] })).score;
    for (const claim of [0.5, 0.9, 1]) expect(assessRisk(usual({ effects: [unknown], declaredConfidence: claim })).score).toBe(without);
    for (const claim of [Number.NaN, -1, 2, Number.POSITIVE_INFINITY]) {
      expect(assessRisk(usual({ effects: [unknown], declaredConfidence: claim })).score).toBeGreaterThan(
        assessRisk(usual({ effects: [unknown] })).score - 1,
      );
      expect(ids(assessRisk(usual({ declaredConfidence: claim })))).toContain('confidence_low');
    }
  });

  it('weights that are no shares are the default ones', () => {
    const score = assessRisk(usual({ effects: [unknown] })).score;
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(assessRisk(usual({ effects: [unknown], weights: { transaction: bad, behavioral: bad, market: bad } })).score).toBe(score);
    }
  });

  it('an allow list that answers something truthy but not true allows nothing', () => {
    const allowListed = (() => 'yes') as unknown as (id: string) => boolean;
    expect(ids(assessRisk(usual({ effects: [outflow(account(77), 1n)], allowListed })))).toContain('new_destination');
  });
});

describe('single signals', () => {
  it('an allowance to a new spender, unlimited or as good as', () => {
    expect(ids(assessRisk(usual({ effects: [allowance(account(1), 5n)] })))).toEqual([]);
    // The first allowance of a wallet that never gave one is unlike its habits, besides.
    expect(ids(assessRisk(usual({ effects: [allowance(account(77), 5n)] })))).toEqual(['unlike_habits', 'allowance_new_spender']);
    // Having been paid is no reason to be given everything without a question.
    const all = ids(assessRisk(usual({ effects: [allowance(account(1), (1n << 256n) - 2n)] })));
    expect(all).toEqual(['allowance_unlimited', 'pattern:approval_phishing']);
    expect(ids(assessRisk(usual({ effects: [allowance(account(77), 0n)] })))).toEqual([]);
  });

  it('everything to a new spender is for a person to decide', () => {
    expect(assessRisk(usual({ effects: [allowance(account(77), 'unlimited')] })).level).toBe('high');
    expect(assessRisk(usual({ effects: [allowance(account(77), 'unlimited')], allowListed: () => true })).level).toBe('medium');
  });

  it('a change of control', () => {
    const effect: Effect = { leaf: '0', source: 'bytes', kind: 'control', account: WALLET, aspect: 'code', to: null };
    expect(ids(assessRisk(usual({ effects: [effect] })))).toEqual(['control_change']);
  });

  it('fees that eat the payment, only where both are in one asset', () => {
    expect(ids(assessRisk(usual({ effects: [outflow(account(1), 900n), fee(100n)] })))).toEqual(['fee_share']);
    expect(ids(assessRisk(usual({ effects: [outflow(account(1), 9_001n), fee(100n)] })))).toEqual([]);
    expect(ids(assessRisk(usual({ effects: [outflow(account(1), 900n, USDC), fee(100n)] })))).toEqual([]);
  });

  it('an hour at which the agent was never active', () => {
    expect(ids(assessRisk(usual({ nowMs: nowMs + 8 * 3_600_000, market: { ...market, atMs: nowMs + 8 * 3_600_000 } })))).toEqual([
      'pattern:timing_attack',
      'unusual_hour',
    ]);
  });
});
