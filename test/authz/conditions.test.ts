import { describe, expect, it } from 'vitest';
import { compilePolicy, describeRule, type Rule, type RuleContext, type RuleItem, type When } from '../../src/authz/index.ts';
import { ItemCells } from '../../src/authz/policy/language/item-cells.ts';
import { compileTest, truthOf as truthOfTest } from '../../src/authz/policy/language/rule-test.ts';
import { createScales } from '../../src/authz/policy/language/scales.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { BASE, CHAIN, ETH, ether, fee, foreign, judgeOnce, OPEN, policyOf, send, TOKENS } from './fixture.ts';

const ruled = (...conditions: unknown[]) => ({ ...OPEN, rules: [{ id: 'own', conditions, action: 'deny' }] }) as never;
const problemsOf = (...conditions: unknown[]): readonly string[] => {
  try {
    compilePolicy(ruled(...conditions), TOKENS, BASE);
  } catch (error) {
    if (isCastellanError(error)) return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
};
const denied = async (...conditions: unknown[]): Promise<boolean> =>
  (await judgeOnce({ policy: policyOf(ruled(...conditions)), request: foreign(), effects: [fee(), send(ether('1'))] })).reasons.some(
    ({ rule }) => rule === 'own',
  );
const leaf = (field: string, operator: string, value: unknown) => ({ field, operator, value });
const YES = leaf('amount', 'eq', 1);
const NO = leaf('amount', 'gt', 1);

describe('joined conditions', () => {
  it.each<[string, unknown, boolean]>([
    ['all', { all: [YES, YES] }, true],
    ['all but one', { all: [YES, NO] }, false],
    ['any', { any: [NO, YES] }, true],
    ['none', { any: [NO, NO] }, false],
    ['not', { not: NO }, true],
    ['not not', { not: { not: NO } }, false],
    ['nested', { all: [{ any: [NO, { not: { all: [YES, NO] } }] }, { not: { any: [NO, NO] } }] }, true],
    ['not of what does not apply', { not: leaf('contract', 'exists', true) }, true],
  ])('%s', async (_, tree, holds) => expect(await denied(tree)).toBe(holds));

  it('keep what cannot be told on either side of a "not"', async () => {
    const item = { asset: 'x', amount: 1n } as unknown as RuleItem;
    const context = { decimals: () => undefined } as unknown as RuleContext;
    const unknown: When = { field: 'amount', operator: 'gt', value: '1' };
    const yes: When = { field: 'unlimited', operator: 'eq', value: false };
    const no: When = { field: 'unlimited', operator: 'eq', value: true };
    const truthOf = (when: When) => {
      const { reader, cellTest } = createScales([{ when: [when] } as unknown as Rule]);
      return truthOfTest(compileTest(when, cellTest), new ItemCells(reader, item, context));
    };
    expect(truthOf(unknown)).toBe('unknown');
    expect(truthOf({ not: unknown })).toBe('unknown');
    expect([truthOf({ all: [unknown, no] }), truthOf({ all: [no, unknown] }), truthOf({ all: [unknown, yes] })]).toEqual([
      false,
      false,
      'unknown',
    ]);
    expect([truthOf({ any: [unknown, yes] }), truthOf({ any: [yes, unknown] }), truthOf({ any: [unknown, no] })]).toEqual([
      true,
      true,
      'unknown',
    ]);
  });

  it('of what cannot be told count against the request, negated or not', async () => {
    const odd = 'eip155:1/erc20:0x2222222222222222222222222222222222222222' as typeof ETH;
    for (const tree of [leaf('amount', 'gt', 5), { not: leaf('amount', 'gt', 5) }]) {
      const by = async (action: string, code: string) => {
        const policy = policyOf({ limits: OPEN.limits, rules: [{ id: 'own', conditions: [tree], action }] } as never);
        const { reasons } = await judgeOnce({ policy, request: foreign(), effects: [fee(), send(1n, undefined, odd)] });
        return reasons.some((reason) => reason.code === code);
      };
      expect(await by('deny', 'policy_rule_denied')).toBe(true);
      expect(await by('allow', 'policy_no_match')).toBe(true);
    }
  });

  it('are put to the fee where they bound nothing but how much leaves', async () => {
    const policy = (tree: unknown) => policyOf(ruled(leaf('asset', 'eq', 'ETH'), tree));
    const of = async (tree: unknown) =>
      (await judgeOnce({ policy: policy(tree), request: foreign(), effects: [fee(ether('3')), send(ether('1'))] })).reasons.some(
        ({ rule }) => rule === 'own',
      );
    expect(await of({ not: leaf('amount', 'lte', 2) })).toBe(true);
    expect(await of({ any: [leaf('amount', 'gt', 2), leaf('amount', 'lt', '0.1')] })).toBe(false);
  });
});

describe('at load', () => {
  const nested = (depth: number): unknown => (depth === 0 ? YES : { not: nested(depth - 1) });
  it.each<[string, unknown, string]>([
    ['an empty all', { all: [] }, 'rules[0].conditions[0].all'],
    ['an empty any', { any: [] }, 'rules[0].conditions[0].any'],
    ['an empty join inside', { any: [YES, { all: [] }] }, 'rules[0].conditions[0].any[1].all'],
    ['a join of two kinds', { all: [YES], any: [YES] }, 'rules[0].conditions[0]'],
    ['a field inside that nobody knows', { any: [leaf('colour', 'eq', 1)] }, 'rules[0].conditions[0].any[0].field'],
    ['what is no condition', { not: 5 }, 'rules[0].conditions[0].not'],
    ['too deep', nested(8), 'rules[0].conditions[0].not.not'],
    ['contains on a number', leaf('amount', 'contains', '1'), 'rules[0].conditions[0].operator'],
    ['part of an address', leaf('destination', 'contains', 'b2'), 'rules[0].conditions[0].operator'],
    ['nothing contained', leaf('method', 'contains', ''), 'rules[0].conditions[0].value'],
    ['half a set', leaf('method', 'matches', 'a[b'), 'rules[0].conditions[0].value'],
    ['a long pattern', leaf('method', 'matches', 'a'.repeat(257)), 'rules[0].conditions[0].value'],
    ['an hour that never comes', leaf('hour', 'eq', 24), 'rules[0].conditions[0].value'],
    ['half an hour', leaf('hour', 'gt', '9.5'), 'rules[0].conditions[0].value'],
    ['no such day', leaf('date', 'eq', '2025-02-29'), 'rules[0].conditions[0].value'],
    ['a day as a number', leaf('date', 'eq', 20_250_228), 'rules[0].conditions[0].value'],
    ['no such zone', { ...leaf('hour', 'eq', 9), timeZone: 'Mars/Olympus' }, 'rules[0].conditions[0].timeZone'],
    ['a zone for an amount', { ...YES, timeZone: 'Europe/Berlin' }, 'rules[0].conditions[0].timeZone'],
    ['an argument without a name', leaf('args.', 'eq', 1), 'rules[0].conditions[0].field'],
    ['numbers and text in one list', leaf('args.a', 'in', [1, 'b']), 'rules[0].conditions[0].value'],
    ['a fraction of a base unit', leaf('args.a', 'gt', '1.5'), 'rules[0].conditions[0].value'],
    ['a label that nobody has', leaf('trust', 'eq', 'friend'), 'rules[0].conditions[0].value'],
    ['an amount below zero', leaf('amount', 'gt', -1), 'rules[0].conditions[0].value'],
    ['a score above all', leaf('riskScore', 'gt', 101), 'rules[0].conditions[0].value'],
  ])('%s is refused, by its path', (_, condition, path) => {
    const problems = problemsOf(condition);
    expect(problems.length).toBeGreaterThan(0);
    expect(
      problems.every((problem) => problem.startsWith(path)),
      problems.join(' | '),
    ).toBe(true);
  });

  it('as many conditions as a rule may have, and one more', () => {
    const many = (count: number) => Array.from({ length: 5 }, () => ({ any: Array.from({ length: count }, () => YES) }));
    expect(problemsOf(...many(50))).toEqual([]);
    expect(problemsOf(...many(51))[0]).toContain('more than 256');
    expect(problemsOf(nested(7))).toEqual([]);
  });
});

describe('a rule in words', () => {
  const words = (...conditions: unknown[]) => describeRule(policyOf(ruled(...conditions)).rules.find(({ id }) => id === 'own') as never);
  it('reads as it is joined', () => {
    expect(words()).toBe('deny when always (own)');
    expect(words(YES, leaf('unlimited', 'eq', false))).toBe('deny when amount = 1 and not unlimited (own)');
    const tree = { any: [leaf('amount', 'gt', '5.50'), { not: { ...leaf('hour', 'between', [9, 17]), timeZone: 'Europe/Berlin' } }] };
    expect(words(leaf('chain', 'eq', 'eip155:1'), tree)).toBe(
      `deny when chain = ${CHAIN} and (amount > 5.5 or not hour between 9 and 17 Europe/Berlin) (own)`,
    );
    expect(words({ all: [leaf('method', 'matches', 'swap*'), leaf('site', 'exists', false)] })).toBe(
      'deny when method matches "swap*" and site is not there (own)',
    );
    expect(words({ any: [leaf('asset', 'in', ['ETH', 'USDC']), { all: [YES, NO] }] })).toContain(`asset in [${ETH}, `);
  });
});
