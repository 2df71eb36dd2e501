import { describe, expect, it } from 'vitest';
import type { Condition, RuleContext, RuleItem } from '../../../src/authz/index.ts';
import { ABSENT, cellRange, FALSE, TRUE, UNKNOWN } from '../../../src/authz/policy/language/cell.ts';
import { constantsOf, createScale, scaleName } from '../../../src/authz/policy/language/scale.ts';

const is = (field: string, operator: string, value: unknown, timeZone?: string): Condition =>
  ({ field, operator, value, ...(timeZone === undefined ? {} : { timeZone }) }) as Condition;
const ACCOUNT = `eip155:1:0x${'b2'.repeat(20)}`;

describe('whether a field applies', () => {
  const cellOf = (field: string, item: object, context: object): number | undefined =>
    createScale([is(field, 'exists', true)])?.read(item as RuleItem, context as RuleContext);

  it.each<[field: string, item: object, context: object, cell: number]>([
    ['amount', { amount: 0n }, {}, TRUE],
    ['amount', { amount: 'unlimited' }, {}, TRUE],
    ['amount', { amount: null }, {}, FALSE],
    ['netChange', { asset: 'eth' }, {}, TRUE],
    ['netChange', { asset: null }, {}, FALSE],
    ['value', {}, { value: 0n, exposure: undefined }, TRUE],
    ['value', {}, { value: undefined, exposure: 0n }, UNKNOWN],
    ['exposure', {}, { value: undefined, exposure: 0n }, TRUE],
    ['exposure', {}, { value: 0n, exposure: undefined }, UNKNOWN],
    ['riskScore', {}, { riskScore: 0 }, TRUE],
    ['riskScore', {}, { riskScore: undefined }, UNKNOWN],
    ['destinationAgeMs', { destination: ACCOUNT }, { ageMs: () => 0 }, TRUE],
    ['destinationAgeMs', { destination: ACCOUNT }, { ageMs: () => undefined }, UNKNOWN],
    ['destinationAgeMs', { destination: null }, { ageMs: () => 0 }, FALSE],
    ['destinationAgeMs', { destination: undefined }, { ageMs: () => 0 }, UNKNOWN],
    ['hour', {}, {}, TRUE],
    ['date', {}, {}, TRUE],
    ['listed', { listed: false }, {}, TRUE],
    ['isScreened', { destination: null, contract: null }, { isScreened: () => true }, FALSE],
    ['destination', { destination: ACCOUNT }, {}, TRUE],
    ['destination', { destination: null }, {}, FALSE],
    ['destination', { destination: undefined }, {}, UNKNOWN],
    ['args.a', { call: { args: { a: '' } } }, {}, TRUE],
    ['args.a', { call: { args: { b: '' } } }, {}, FALSE],
    ['args.a', { call: { args: undefined } }, {}, UNKNOWN],
  ])('%s, case %#', (field, item, context, cell) => expect(cellOf(field, item, context)).toBe(cell));

  it('is asked for, or that it does not', () => {
    const scale = createScale([is('amount', 'exists', true)]);
    expect(scale?.cells).toBeNull();
    expect(scale?.setOf(is('amount', 'exists', true))).toEqual(cellRange(TRUE, TRUE));
    expect(scale?.setOf(is('amount', 'exists', false))).toEqual(cellRange(FALSE, FALSE));
  });
});

describe('conditions', () => {
  it('share a scale where they compare one thing in one way, and only there', () => {
    const names = [
      is('method', 'eq', 'a'),
      is('method', 'exists', true),
      is('method', 'contains', 'a'),
      is('method', 'contains', 'b'),
      is('method', 'contains', []),
      is('method', 'matches', 'a'),
      is('hour', 'eq', '5'),
      is('hour', 'eq', '5', 'Europe/Berlin'),
      is('args.a', 'eq', '5'),
      is('args.a', 'eq', 'a'),
      is('args.a', 'eq', '0x12'),
      is('args.a', 'eq', ACCOUNT),
      is('args.a', 'contains', '5'),
      is('args.b', 'eq', '5'),
    ].map(scaleName);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe('method ');
    expect(names[4]).toBe('method contains ');
    for (const [operator, value] of [
      ['ne', 'b'],
      ['in', ['b', 'c']],
      ['not_in', ['d']],
    ] as const)
      expect(scaleName(is('method', operator, value))).toBe(names[0]);
    for (const operator of ['gt', 'between', 'in'] as const) expect(scaleName(is('args.a', operator, ['6', '7']))).toBe(names[8]);
  });

  it('of several kinds say of one field what each of them means', () => {
    const method = { call: { method: 'swapExact' } } as unknown as RuleItem;
    const read = (operator: string, value: string) => createScale([is('method', operator, value)])?.read(method, {} as RuleContext);
    expect([read('contains', 'Exact'), read('contains', 'exact')]).toEqual([TRUE, FALSE]);
    expect([read('matches', 'swap*'), read('matches', 'swap')]).toEqual([TRUE, FALSE]);
    expect([read('eq', 'swapExact'), read('eq', 'swap')]).toEqual([1, 0]);
    expect(createScale([is('method', 'contains', 'x')])?.read({} as RuleItem, {} as RuleContext)).toBe(ABSENT);
  });

  it('name constants as text, and none where they are true or false', () => {
    expect([constantsOf(is('amount', 'gt', '5')), constantsOf(is('asset', 'in', ['a', 'b']))]).toEqual([['5'], ['a', 'b']]);
    expect([constantsOf(is('listed', 'eq', true)), constantsOf(is('listed', 'eq', false))]).toEqual([[], []]);
    expect(createScale([])).toBeNull();
  });
});
