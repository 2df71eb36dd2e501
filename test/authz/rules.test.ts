import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, FIELDS, OPERATORS, type Permissions } from '../../src/authz/index.ts';
import { isCastellanError, type Token } from '../../src/core/index.ts';
import { FIELD_CASES } from './field-cases.ts';
import { BASE, BOB, ETH, EVE, ether, fee, foreign, judgeOnce, OPEN, policyOf, request, send, TOKENS, USDC } from './fixture.ts';

const _problemsOf = (permissions: unknown, tokens: readonly Token[] = TOKENS, base = BASE): readonly string[] => {
  try {
    compilePolicy(permissions, tokens, base);
  } catch (error) {
    if (isCastellanError(error) && error.code === 'POLICY_INVALID') return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
};
const ruled = (field: string, operator: string, value: unknown, action = 'deny'): Permissions => ({
  ...OPEN,
  rules: [{ id: 'r', conditions: [{ field, operator, value } as never], action: action as never }],
});
const verdictOf = async (permissions: Permissions, amount = '1'): Promise<string> =>
  (await judgeOnce({ policy: policyOf(permissions), request: foreign(), effects: [fee(), send(ether(amount))] })).verdict;

describe('rules', () => {
  it('compare exact decimals, never text', async () => {
    expect(await verdictOf(ruled('amount', 'gt', '5000'), '9')).toBe('approved');
    expect(await verdictOf(ruled('amount', 'gt', '0.999999999999999999'))).toBe('denied');
    expect(await verdictOf(ruled('amount', 'gt', '1.000'))).toBe('approved');
    expect(await verdictOf(ruled('amount', 'gte', '1.0000000000000000000000001'))).toBe('approved');
    expect(await verdictOf(ruled('amount', 'eq', 1))).toBe('denied');
    expect(await verdictOf(ruled('amount', 'between', [1, 2]))).toBe('denied');
    expect(await verdictOf(ruled('amount', 'between', ['1.1', 2]))).toBe('approved');
    expect(await verdictOf(ruled('amount', 'in', [3, '1']))).toBe('denied');
    expect(await verdictOf(ruled('amount', 'not_in', [3, '1']))).toBe('approved');
  });

  it('agree with exact arithmetic on random amounts and thresholds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 9_000n }),
        fc.bigInt({ min: 0n, max: 9_000n }),
        fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'ne'),
        async (amount, threshold, operator) => {
          const text = `${threshold / 1_000n}.${(threshold % 1_000n).toString().padStart(3, '0')}`;
          const holds = {
            gt: amount > threshold,
            gte: amount >= threshold,
            lt: amount < threshold,
            lte: amount <= threshold,
            eq: amount === threshold,
            ne: amount !== threshold,
          }[operator];
          const judgement = await judgeOnce(
            { policy: policyOf(ruled('amount', operator, text)), request: foreign(), effects: [fee(), send(amount * 10n ** 15n)] },
            { settings: { riskEnabled: false, allowUnenforced: true } },
          );
          expect(judgement.reasons.some(({ code }) => code === 'policy_rule_denied')).toBe(holds);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('cannot be passed by splitting the amount over a batch', async () => {
    const batch = Array.from({ length: 6 }, (_, index) => send(ether('1'), BOB, ETH, `0.${index}`));
    const judgement = await judgeOnce({ policy: policyOf(ruled('amount', 'gt', 5)), request: foreign(), effects: [fee(), ...batch] });
    expect(judgement.reasons.map(({ code }) => code)).toContain('policy_rule_denied');
  });

  it('deny where an amount cannot be compared', async () => {
    const odd = 'eip155:1/erc20:0x2222222222222222222222222222222222222222' as typeof USDC;
    const judgement = await judgeOnce({
      policy: policyOf(ruled('amount', 'gt', 5)),
      request: foreign(),
      effects: [fee(), send(1n, BOB, odd)],
    });
    expect(judgement.reasons.map(({ code }) => code)).toContain('policy_rule_denied');
    const allowing = policyOf({
      limits: OPEN.limits,
      rules: [{ id: 'a', conditions: [{ field: 'amount', operator: 'lt', value: 5 }], action: 'allow' }],
    });
    expect(
      (await judgeOnce({ policy: allowing, request: foreign(), effects: [fee(), send(1n, BOB, odd)] })).reasons.map(({ code }) => code),
    ).toContain('policy_no_match');
  });

  it('order: deny over escalate over allow, whatever the priority', async () => {
    const rule = (id: string, action: string, priority: number) =>
      ({ id, conditions: [{ field: 'asset', operator: 'eq', value: 'ETH' }], action, priority }) as never;
    expect(await verdictOf({ ...OPEN, rules: [rule('a', 'allow', 99), rule('e', 'escalate', 50), rule('d', 'deny', 1)] })).toBe('denied');
    expect(await verdictOf({ ...OPEN, rules: [rule('a', 'allow', 99), rule('e', 'escalate', 1)] })).toBe('escalated');
    expect(await verdictOf({ limits: OPEN.limits, rules: [rule('a', 'allow', 1)] })).toBe('approved');
    const both = await judgeOnce({ policy: policyOf({ ...OPEN, rules: [rule('low', 'deny', 1), rule('high', 'deny', 9)] }) });
    expect(both.reasons.map((reason) => reason.rule)).toEqual(['high', 'low']);
  });

  it('an allowing rule opens no disabled capability', async () => {
    expect(
      await verdictOf({ capabilities: { transfers: { enabled: false } }, rules: [{ id: 'a', conditions: [], action: 'allow' }] }),
    ).toBe('denied');
  });

  it('read the time in UTC', async () => {
    // 2025-10-09T08:53:20Z, a Thursday.
    expect(await verdictOf(ruled('hour', 'eq', 8))).toBe('denied');
    expect(await verdictOf(ruled('weekday', 'eq', 4))).toBe('denied');
    expect(await verdictOf({ ...OPEN, timeRestrictions: [{ startHour: 8, endHour: 9, daysOfWeek: [4] }] })).toBe('approved');
    expect(await verdictOf({ ...OPEN, timeRestrictions: [{ startHour: 9, endHour: 24 }] })).toBe('denied');
    expect(await verdictOf({ ...OPEN, timeRestrictions: [{ type: 'deny', startHour: 8, endHour: 9 }] })).toBe('denied');
  });

  it.each([
    ['destination', 'eq', BOB, 'denied'],
    ['destination', 'ne', BOB, 'approved'],
    ['destination', 'in', [EVE, BOB.slice(9)], 'denied'],
    ['chain', 'eq', 'eip155:1', 'denied'],
    ['capability', 'eq', 'transfers', 'denied'],
    ['capability', 'not_in', ['transfers', 'nft'], 'approved'],
    ['contract', 'exists', true, 'approved'],
    ['selector', 'eq', '0x12345678', 'approved'],
    ['riskScore', 'gte', 1, 'denied'],
    ['riskScore', 'gt', 99, 'approved'],
    ['value', 'gte', 1, 'denied'],
    ['effect', 'eq', 'outflow', 'denied'],
    ['hazard', 'exists', true, 'approved'],
    ['hazard', 'eq', 'destroys_account', 'approved'],
    ['site', 'exists', true, 'approved'],
    ['site', 'not_in', ['App.example', 'b.example'], 'approved'],
    ['unlimited', 'eq', true, 'approved'],
    ['listed', 'eq', true, 'approved'],
    ['withinHours', 'eq', true, 'denied'],
    ['isNewDestination', 'eq', true, 'denied'],
    ['asset', 'eq', 'USDC', 'approved'],
    ['asset', 'exists', true, 'denied'],
  ] as const)('%s %s %j', async (field, operator, value, verdict) => {
    expect(await verdictOf(ruled(field, operator, value))).toBe(verdict);
  });

  it('have a case for each field and operator of the closed catalogue', () => {
    const here = [
      'destination',
      'chain',
      'capability',
      'contract',
      'selector',
      'riskScore',
      'value',
      'effect',
      'hazard',
      'site',
      'unlimited',
    ];
    const also = ['listed', 'withinHours', 'isNewDestination', 'asset', 'amount', 'hour', 'weekday'];
    expect(Object.keys(FIELDS).sort()).toEqual([...here, ...also, ...Object.keys(FIELD_CASES)].sort());
    expect([...OPERATORS].sort().join(' ')).toBe('between contains eq exists gt gte in lt lte matches ne not_in');
  });

  it('say themselves what they are', () => {
    const { rules } = policyOf({ ...OPEN, requireApprovalAbove: '1.50', allowedTokens: ['ETH'] });
    const said = (name: string) => {
      const { when, then, label } = rules.find(({ id }) => id === name) ?? {};
      return [when, then, (label ?? '').length > 0];
    };
    expect(said('requireApprovalAbove')).toEqual([[{ field: 'value', operator: 'gt', value: '1.5' }], 'escalate', true]);
    expect(said('tokens')).toEqual([[{ field: 'asset', operator: 'not_in', value: [ETH] }], 'deny', true]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it('asset limits have their own threshold for a person', async () => {
    const policy = policyOf({ ...OPEN, limits: { ...OPEN.limits, assets: { USDC: { daily: 100, requireApprovalAbove: 5 } } } });
    const pay = async (amount: bigint) =>
      (
        await judgeOnce({
          policy,
          request: request({
            action: { kind: 'transfer', asset: USDC, amount, to: BOB },
            declared: { asset: USDC, amount: `${amount}`, destination: BOB },
          }),
          effects: [fee(), send(amount, BOB, USDC)],
        })
      ).verdict;
    expect([await pay(5_000_000n), await pay(5_000_001n), await pay(100_000_001n)]).toEqual(['approved', 'escalated', 'denied']);
  });
});
