import { expect, it } from 'vitest';
import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import type { Condition, Rule, RuleContext } from '../../src/authz/index.ts';
import { ItemCells } from '../../src/authz/policy/language/item-cells.ts';
import { OWN_FIELDS } from '../../src/authz/policy/language/own-fields.ts';
import { createScales } from '../../src/authz/policy/language/scales.ts';
import { drawFrom, randomItem } from './policy-random.ts';

const context = { decimals: () => 18 } as unknown as RuleContext;

it('fields that are read at once are what each of them is read as alone', () => {
  const draw = drawFrom(mulberry32(15));
  const items = Array.from({ length: 300 }, () => randomItem(draw));
  const when = OWN_FIELDS.map((field): Condition => {
    if (field === 'amount') return { field, operator: 'gt', value: '1' };
    if (field === 'listed' || field === 'unlimited') return { field, operator: 'eq', value: true };
    return { field, operator: 'in', value: [...new Set(items.flatMap((item) => ({ ...item, ...item.call })[field] ?? []))] };
  });
  const { reader, cellTest } = createScales([{ when } as unknown as Rule]);
  for (const condition of when) {
    const { scale } = cellTest(condition);
    const cells = items.map((item) => new ItemCells(reader, item, context).at(scale));
    expect(cells, condition.field).toEqual(items.map((item) => reader.reads[scale]?.(item, context)));
    expect(new Set(cells).size, condition.field).toBeGreaterThan(condition.field === 'chain' ? 0 : 1);
  }
});
