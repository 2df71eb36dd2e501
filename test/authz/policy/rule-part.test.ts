import { describe, expect, it } from 'vitest';
import type { Rule, RuleContext, RuleItem, When } from '../../../src/authz/index.ts';
import { ItemCells } from '../../../src/authz/policy/language/item-cells.ts';
import { OWN_FIELDS } from '../../../src/authz/policy/language/own-fields.ts';
import { RuleIndex } from '../../../src/authz/policy/language/rule-index.ts';
import type { RulePart } from '../../../src/authz/policy/language/rule-part.ts';

const is = (field: string, value: string | readonly string[], operator = typeof value === 'string' ? 'eq' : 'in'): When =>
  ({ field, operator, value }) as When;
const rule = (id: string, then: Rule['then'], ...when: When[]): Rule => ({
  id,
  when,
  then,
  label: id,
  priority: 0,
  code: 'policy_rule_denied',
});
const partOf = (...rules: Rule[]): RulePart => new RuleIndex(rules).partOf('outflow');
type Finder = RulePart['against'];
/** Ids of the rules, by the field that they are found by and the number of its value among all that are named. */
const told = ({ rules }: RulePart, { always, fields }: Finder) => {
  const ids = (places: readonly number[] | undefined) => places?.map((place) => rules[place]?.id).join(' ') ?? '';
  return {
    always: ids(always),
    fields: fields.map(({ scale, byCell, places }) => [OWN_FIELDS[scale], ids(places), ...Array.from(byCell, (bucket) => ids(bucket))]),
  };
};

describe('rules of one effect', () => {
  it('are found by the values that they name, those against an item apart from those for it', () => {
    const part = partOf(
      rule('ok', 'allow', is('destination', 'b')),
      rule('e', 'escalate', is('asset', ['eth', 'usd'])),
      rule('d', 'deny', is('asset', 'eth'), is('amount', '5', 'gt')),
      rule('any', 'deny', is('amount', '7', 'gt')),
      rule('all', 'allow'),
    );
    expect(part.rules.map(({ id }) => id)).toEqual(['d', 'any', 'e', 'ok', 'all']);
    // Nobody's values have the cell 0.
    expect(told(part, part.against)).toEqual({ always: 'any', fields: [['asset', 'd e', '', 'd e', 'e']] });
    expect(told(part, part.allowing)).toEqual({ always: 'all', fields: [['destination', 'ok', '', 'ok']] });
    // All that they look at is borne by items themselves.
    expect(part.reader.later).toEqual([]);
  });

  it('are found by the value that the fewest of them name', () => {
    const both = (id: string, asset: string | readonly string[], destination: string | readonly string[]) =>
      rule(id, 'deny', is('asset', asset), is('destination', destination));
    const few = partOf(both('r1', 'eth', 'b'), both('r2', 'eth', 'c'), both('r3', 'eth', 'd'));
    expect(told(few, few.against).fields).toEqual([['destination', 'r1 r2 r3', '', 'r1', 'r2', 'r3']]);
    // Of a list, the value counts that the most rules name.
    const list = partOf(both('r1', 'eth', ['x', 'b']), both('r2', 'usd', 'b'), both('r3', 'dai', 'b'));
    expect(told(list, list.against).fields).toEqual([['asset', 'r1 r2 r3', '', 'r1', 'r2', 'r3']]);
    // Where it is the same by either, the one counts that is written first.
    const same = partOf(both('r1', 'eth', 'b'));
    expect(told(same, same.against).fields).toEqual([['asset', 'r1', '', 'r1']]);
  });

  it('count the values of rules for an item and against it together, and of each field apart', () => {
    const part = partOf(
      rule('r', 'deny', is('asset', 'eth'), is('destination', 'b')),
      rule('a1', 'allow', is('asset', 'eth')),
      rule('a2', 'allow', is('contract', 'b')),
    );
    expect(told(part, part.against).fields).toEqual([['destination', 'r', '', 'r']]);
    expect(told(part, part.allowing).fields.map(([field, ids]) => [field, ids])).toEqual([
      ['asset', 'a1'],
      ['contract', 'a2'],
    ]);
  });

  it('are not put again to what they are found by, and to all else that they say', () => {
    const { table, reader } = partOf(
      rule('key', 'deny', is('asset', 'eth')),
      rule('twice', 'deny', is('asset', 'eth'), is('asset', 'usd', 'ne'), { any: [is('asset', 'eth'), is('amount', '5', 'gt')] }),
    );
    const holds = (asset: string, amount: bigint) => {
      const cells = new ItemCells(reader, { asset, amount } as unknown as RuleItem, { decimals: () => 0 } as unknown as RuleContext);
      return [table.holds(0, cells, true), table.holds(1, cells, true)];
    };
    expect([holds('dai', 5n), holds('dai', 6n), holds('eth', 0n), holds('usd', 6n)]).toEqual([
      [true, false],
      [true, true],
      [true, true],
      [true, false],
    ]);
  });

  it('read the fields that they look at, and those of other effects not', () => {
    const read: string[] = [];
    const item = new Proxy({ effect: 'outflow', asset: 'eth', amount: 1n, destination: 'b', contract: 'c', selector: 'd' } as object, {
      get: (of, name) => {
        read.push(String(name));
        return (of as Record<string | symbol, unknown>)[name];
      },
    }) as RuleItem;
    const { reader } = partOf(
      rule('d', 'deny', is('effect', 'outflow'), is('asset', 'eth'), { not: { any: [is('destination', 'b')] } }),
      rule('call', 'deny', is('effect', 'call'), is('contract', 'b'), is('selector', 'x')),
    );
    const cells = new ItemCells(reader, item, {} as RuleContext);
    expect(cells.at(OWN_FIELDS.indexOf('asset'))).toBe(1);
    expect(read).toEqual(expect.arrayContaining(['asset', 'destination']));
    for (const name of ['effect', 'contract', 'selector']) expect(read, name).not.toContain(name);
  });
});
