import { describe, expect, it } from 'vitest';
import { compilePolicy, type TemporalRuleInput } from '../../../src/authz/index.ts';
import { type AssetId, isCastellanError } from '../../../src/core/index.ts';
import { BASE, OPEN, policyOf, ROUTER, TOKENS } from '../fixture.ts';

const compiled = (...temporalRules: readonly TemporalRuleInput[]) => policyOf({ ...OPEN, temporalRules }).temporal;
const rule = (predicate: object, over: object = {}): TemporalRuleInput =>
  ({ predicate, consequence: 'reject', ...over }) as TemporalRuleInput;
const problemsOf = (...temporalRules: readonly TemporalRuleInput[]): unknown => {
  try {
    compiled(...temporalRules);
    return [];
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};
const velocity = (over: object = {}) => ({ kind: 'spend_velocity', windowMs: 1_500, maxAmount: '0.5', token: 'USDC', ...over });

describe('a temporal rule in words', () => {
  it('says what it counts and over how long', () => {
    const words = (predicate: object) => compiled(rule(predicate))[0]?.label;
    expect(words({ kind: 'simulation_failure_rate', windowMs: 1_500, threshold: 3 })).toBe('3 or more failed simulations within 1.5 s.');
    expect(words({ kind: 'contract_call_frequency', windowMs: 60_000, threshold: 3, contractAddress: ROUTER })).toBe(
      `More than 3 calls of ${ROUTER} within 60 s.`,
    );
    expect(words({ kind: 'success_drought', windowMs: 1_000, threshold: 3 })).toBe('Fewer than 3 successes within 1 s.');
    expect(words(velocity())).toBe('0.5 USDC or more spent within 1.5 s.');
    expect(words({ kind: 'consecutive_failures', count: 3 })).toBe('3 or more failures in a row.');
    expect(words({ kind: 'consecutive_failures', count: 3, windowMs: 2_000 })).toBe('3 or more failures in a row within 2 s.');
    expect(words({ kind: 'approval_flood', windowMs: 1_000, threshold: 3 })).toBe(
      '3 or more approvals that nobody gave in time within 1 s.',
    );
  });

  it('keeps a name to its beginning', () => {
    const long = { asset: 'eip155:1/erc20:0x1111111111111111111111111111111111111111' as AssetId, symbol: 'T'.repeat(90), decimals: 6 };
    const policy = compilePolicy({ ...OPEN, temporalRules: [rule(velocity({ token: long.symbol }))] }, [...TOKENS, long], BASE);
    expect(policy.temporal[0]?.label).toBe(`0.5 ${'T'.repeat(80)} or more spent within 1.5 s.`);
  });

  it('is whole: its id, what follows, and its code', () => {
    expect(
      compiled(rule({ kind: 'approval_flood', windowMs: 1_000, threshold: 3 }, { label: 'flood', consequence: 'flag_for_review' })),
    ).toEqual([
      {
        id: 'temporal.flood',
        when: [{ field: 'approval_flood', operator: 'gte', value: '3', windowMs: 1_000 }],
        then: 'review',
        label: '3 or more approvals that nobody gave in time within 1 s.',
        priority: 0,
        code: 'temporal_rule_triggered',
      },
    ]);
  });

  it('is refused by the place of what is wrong with it', () => {
    const fine = rule({ kind: 'approval_flood', windowMs: 1, threshold: 1 });
    expect(problemsOf(fine, rule({ kind: 'contract_call_frequency', windowMs: 1, threshold: 1, contractAddress: 'x' }))).toEqual([
      expect.stringMatching(/^temporalRules\[1\]\.predicate\.contractAddress: /),
    ]);
    expect(problemsOf(rule(velocity({ token: 'NOPE' })))).toEqual([expect.stringMatching(/^temporalRules\[0\]\.predicate\.token: /)]);
    expect(problemsOf(rule(velocity({ maxAmount: '0' })))).toEqual([
      'temporalRules[0].predicate.maxAmount: must be above 0, with no more decimals than the token has',
    ]);
    expect(problemsOf(rule(velocity({ maxAmount: 10n ** 78n })))).toContainEqual(expect.stringContaining('too many digits'));
    const unlisted = 'eip155:1/erc20:0x2222222222222222222222222222222222222222';
    expect(problemsOf(rule(velocity({ token: unlisted })))).toContain('temporalRules[0].predicate.token: the asset is on no token list');
    expect(problemsOf(fine, fine)).toEqual(['temporalRules[1].label: approval_flood is there twice']);
  });
});
