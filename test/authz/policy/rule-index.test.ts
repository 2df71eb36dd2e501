import { describe, expect, it } from 'vitest';
import { evaluateRules, type Rule, type RuleContext, type RuleItem, type When } from '../../../src/authz/index.ts';
import { RuleIndex } from '../../../src/authz/policy/language/rule-index.ts';

const CONTEXT = { decimals: () => 0, agent: 'a1', type: 'transfer', localMs: () => 0 } as unknown as RuleContext;
const item = (over: object = {}): RuleItem =>
  ({
    effect: 'outflow',
    capability: 'transfers',
    asset: 'eth',
    amount: 5n,
    destination: 'b',
    contract: null,
    selector: null,
    ...over,
  }) as RuleItem;
const rule = (id: string, then: Rule['then'], ...when: When[]): Rule => ({
  id,
  when,
  then,
  label: id,
  priority: 0,
  code: 'policy_rule_denied',
});
const is = (field: string, value: string, operator = 'eq'): When => ({ field, operator, value }) as When;
const found = (rules: readonly Rule[], of: RuleItem, sum = of, context = CONTEXT) => {
  const { denied, escalated, unmatched } = evaluateRules(new RuleIndex(rules), [of], [sum], context);
  return [...denied.map((one) => one.rule.id), ...escalated.map(({ id }) => id), ...unmatched.map(() => 'unmatched')];
};

describe('rules by effect', () => {
  const RULES = [
    rule('any', 'deny', is('asset', 'eth')),
    rule('call', 'deny', is('effect', 'call')),
    rule('notCall', 'deny', is('effect', 'call', 'ne')),
    rule('either', 'escalate', { any: [is('effect', 'deploy'), is('agent', 'a1')] }),
    rule('twice', 'deny', is('effect', 'outflow'), is('effect', 'call')),
    rule('ok', 'allow', is('effect', 'outflow')),
  ];
  it.each<[string, RuleItem, readonly string[]]>([
    ['one that rules name', item(), ['any', 'notCall', 'either']],
    ['another', item({ effect: 'call', asset: null }), ['call', 'either', 'unmatched']],
    ['one that none names', item({ effect: 'operator' }), ['any', 'notCall', 'either', 'unmatched']],
    // No item should lack its effect; one that does meets every rule that could be about it.
    ['one that cannot be told', item({ effect: undefined }), ['any', 'call', 'notCall', 'twice', 'either', 'unmatched']],
  ])('%s', (_, of, ids) => expect(found(RULES, of)).toEqual(ids));

  it('are told apart where no rule names one, and where there is none', () => {
    expect(found([rule('ok', 'allow', is('agent', 'a1'))], item())).toEqual([]);
    expect(found([], item())).toEqual(['unmatched']);
  });

  it('are sorted once an effect, and once for all that no rule names', () => {
    const index = new RuleIndex(RULES);
    const ids = (effect: string | undefined): readonly string[] => index.partOf(effect as string).rules.map(({ id }) => id);
    const parts = ['outflow', 'call', 'operator'].map((effect) => index.partOf(effect));
    expect(ids('operator')).toEqual(['any', 'notCall', 'either']);
    expect(ids('call')).toEqual(['any', 'call', 'either']);
    expect(ids('outflow')).toEqual(['any', 'notCall', 'either', 'ok']);
    expect(ids(undefined)).toEqual(['any', 'call', 'notCall', 'twice', 'either', 'ok']);
    for (const [at, effect] of ['outflow', 'call', 'operator'].entries()) expect(index.partOf(effect)).toBe(parts[at]);
    expect(index.partOf('message')).toBe(parts[2]);
    expect(index.partOf(undefined as never)).toBe(index.partOf(undefined as never));
  });

  it('keep the order of reasons among those found in several ways', () => {
    const rules = [
      rule('d1', 'deny', is('destination', 'b')),
      rule('d2', 'deny', is('asset', 'eth')),
      rule('d3', 'deny'),
      rule('e', 'escalate', is('asset', 'eth')),
    ];
    expect(found(rules, item())).toEqual(['d1', 'd2', 'd3', 'e', 'unmatched']);
    expect(found([...rules].reverse(), item())).toEqual(['d3', 'd2', 'd1', 'e', 'unmatched']);
  });

  it('look at what cannot be told against the item, and never for it', () => {
    const rules = [rule('no', 'deny', is('destination', 'x')), rule('ok', 'allow', is('destination', 'b'))];
    expect(found(rules, item({ destination: undefined }))).toEqual(['no', 'unmatched']);
    expect(found(rules, item({ destination: null }))).toEqual(['unmatched']);
  });
});

describe('what is found for one item', () => {
  const above = rule('above', 'deny', is('effect', 'outflow'), is('amount', '7', 'gt'));
  const allow = rule('ok', 'allow', is('amount', '7', 'lte'));

  it('counts the whole transaction beside it', () => {
    expect(found([above, allow], item())).toEqual([]);
    expect(found([above, allow], item(), item({ amount: 8n }))).toEqual(['above', 'unmatched']);
    expect(found([above, allow], item({ amount: 8n }), item())).toEqual(['above', 'unmatched']);
  });

  it('is the same where another evaluation begins inside it, or one before it threw', () => {
    const early = rule('early', 'deny', is('hour', '0'), is('amount', '9', 'lt'));
    const index = new RuleIndex([above, early, rule('ok', 'allow')]);
    const ids = (amount: bigint, context: RuleContext): readonly string[] => {
      const one = [item({ amount })];
      return evaluateRules(index, one, one, context).denied.map((denial) => denial.rule.id);
    };
    const late = { ...CONTEXT, localMs: () => 3_600_000 } as RuleContext;
    const inner: string[][] = [];
    const outer = {
      ...CONTEXT,
      decimals: () => {
        inner.push([...ids(1n, late)]);
        return 0;
      },
      localMs: () => {
        inner.push([...ids(9n, late)]);
        return 0;
      },
    } as RuleContext;
    // The second time, rows of the first are there to be used again.
    for (let round = 0; round < 2; round += 1) {
      inner.length = 0;
      expect(ids(8n, outer)).toEqual(['above', 'early']);
      expect(inner).toEqual([[], ['above']]);
    }
    const broken = {
      ...CONTEXT,
      localMs: () => {
        throw new RangeError('no clock');
      },
    } as RuleContext;
    expect(() => ids(9n, broken)).toThrow(RangeError);
    expect(ids(7n, late)).toEqual([]);
    expect(ids(7n, CONTEXT)).toEqual(['early']);
  });
});
