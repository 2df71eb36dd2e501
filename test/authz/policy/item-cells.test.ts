import { describe, expect, it } from 'vitest';
import { settle } from '../../../scripts/scorecard/measure.ts';
import { evaluateRules, type Rule, type RuleContext, type RuleItem } from '../../../src/authz/index.ts';
import { ABSENT, FALSE, TRUE, UNKNOWN } from '../../../src/authz/policy/language/cell.ts';
import { type CellReader, ItemCells, readerOf, takeCells } from '../../../src/authz/policy/language/item-cells.ts';
import { OWN_FIELDS } from '../../../src/authz/policy/language/own-fields.ts';
import { RuleIndex } from '../../../src/authz/policy/language/rule-index.ts';
import { createScales } from '../../../src/authz/policy/language/scales.ts';

const item = (over: object = {}): RuleItem =>
  ({ effect: 'outflow', asset: 'eth', amount: 5n, destination: 'b', listed: true, ...over }) as RuleItem;
const rule = {
  id: 'r',
  then: 'deny',
  when: [
    { field: 'asset', operator: 'eq', value: 'eth' },
    { field: 'amount', operator: 'gt', value: '7' },
    { field: 'hour', operator: 'in', value: ['2', '3'] },
    { field: 'agent', operator: 'eq', value: 'a1' },
  ],
  label: 'r',
  priority: 0,
  code: 'policy_rule_denied',
} as Rule;
const readerOfRule = (): CellReader => createScales([rule]).reader;
const [ASSET, LISTED, UNLIMITED, AMOUNT] = ['asset', 'listed', 'unlimited', 'amount'].map((field) =>
  OWN_FIELDS.indexOf(field as 'asset'),
) as [number, number, number, number];
// Behind what items bear themselves, in the order in which the rule names them.
const [HOUR, AGENT] = [OWN_FIELDS.length, OWN_FIELDS.length + 1];
/** Counts how often each part is read. */
const counting = (hour = 3) => {
  const reads = { decimals: 0, localMs: 0, agent: 0 };
  const context = {
    decimals: () => {
      reads.decimals += 1;
      return 0;
    },
    localMs: () => {
      reads.localMs += 1;
      return hour * 3_600_000;
    },
    get agent() {
      reads.agent += 1;
      return 'a1';
    },
  } as unknown as RuleContext;
  return { reads, context };
};

describe('the cells of an item', () => {
  it('are read at once where it bears them, and the rest once where it is asked for', () => {
    const [reader, { reads, context }] = [readerOfRule(), counting()];
    const cells = new ItemCells(reader, item({ amount: 'unlimited' }), context);
    expect(reads).toEqual({ decimals: 0, localMs: 0, agent: 0 });
    expect([ASSET, LISTED, UNLIMITED, AMOUNT].map((scale) => cells.at(scale))).toEqual([1, TRUE, TRUE, 2]);
    for (let turn = 0; turn < 2; turn += 1) expect([cells.at(HOUR), cells.at(AGENT)]).toEqual([3, 1]);
    expect(reads).toEqual({ decimals: 0, localMs: 1, agent: 1 });
    new ItemCells(reader, item(), context);
    expect(reads.decimals).toBe(1);
  });

  it('are read by a reader of some scales where these are asked for', () => {
    const [reader, { reads, context }] = [readerOfRule(), counting()];
    const some = readerOf(reader, new Set([ASSET, HOUR]));
    expect([some.own.asset, some.own.amount, some.own.destination]).toEqual([reader.own.asset, null, null]);
    expect(some.later).toEqual([HOUR]);
    // Whether an item is listed or unlimited is always read at once: it is there.
    expect(readerOf(reader, new Set([LISTED, UNLIMITED, AMOUNT])).later).toEqual([]);
    expect(readerOf(reader, new Set([HOUR, AGENT])).later).toEqual([HOUR, AGENT]);
    const cells = new ItemCells(some, item(), context);
    expect([cells.at(ASSET), cells.at(HOUR), reads]).toEqual([1, 3, { decimals: 0, localMs: 1, agent: 0 }]);
  });

  it('that no rule compares are left to whoever asks', () => {
    const { own, later } = readerOfRule();
    expect([own.destination, own.effect]).toEqual([null, null]);
    for (const [scale, field] of OWN_FIELDS.entries())
      expect(later.includes(scale), field).toBe(!['asset', 'amount', 'listed', 'unlimited'].includes(field));
  });
});

describe('cells that were given back', () => {
  it('are taken for the next item, of which nothing is left out', () => {
    const own = readerOfRule();
    const first = takeCells(own, item(), counting().context);
    expect([ASSET, LISTED, UNLIMITED, HOUR, AGENT].map((scale) => first.at(scale))).toEqual([1, TRUE, FALSE, 3, 1]);
    first.release();
    const context = { ...counting(4).context, decimals: () => undefined, agent: undefined } as unknown as RuleContext;
    const second = takeCells(own, item({ asset: null, amount: null, listed: false }), context);
    expect(second).toBe(first);
    expect([ASSET, LISTED, UNLIMITED, AMOUNT, HOUR, AGENT].map((scale) => second.at(scale))).toEqual([
      ABSENT,
      FALSE,
      FALSE,
      ABSENT,
      4,
      UNKNOWN,
    ]);
  });

  it('are nobody else’s before that', () => {
    const own = readerOfRule();
    const { context } = counting();
    const [first, second] = [takeCells(own, item(), context), takeCells(own, item({ asset: 'x' }), context)];
    expect(second).not.toBe(first);
    expect([first.at(ASSET), second.at(ASSET)]).toEqual([1, 0]);
    expect(own.spare).toEqual([]);
  });

  it('are no more after many evaluations than one needed', () => {
    const index = new RuleIndex([rule]);
    const { context } = counting();
    const [one, sum] = [item(), item({ amount: 9n })];
    for (let turn = 0; turn < 5; turn += 1) evaluateRules(index, [one, one, one], [one, sum, one], context);
    expect(index.partOf('outflow').reader.spare).toHaveLength(2);
  });

  it('keep nothing of an item or of what was read beside it', async () => {
    const index = new RuleIndex([rule]);
    const evaluated = (): readonly WeakRef<object>[] => {
      const [of, { context }] = [item({ amount: 9n }), counting()];
      expect(evaluateRules(index, [of], [of], context).denied).toHaveLength(1);
      return [new WeakRef(of), new WeakRef(context)];
    };
    const gone = evaluated();
    await settle();
    expect(index.partOf('outflow').reader.spare).toHaveLength(1);
    expect(gone.map((one) => one.deref())).toEqual([undefined, undefined]);
  });
});
