import { describe, expect, it } from 'vitest';
import type { When } from '../../../src/authz/index.ts';
import { describeRule, type Rule } from '../../../src/authz/index.ts';
import { formatDecimal, parseDecimal, parseSignedDecimal, scaleDecimal } from '../../../src/authz/policy/language/decimal.ts';
import { typeCovers } from '../../../src/authz/policy/language/declared-type.ts';
import { OPERATORS, parseOperator } from '../../../src/authz/policy/language/operators.ts';
import { parsePattern } from '../../../src/authz/policy/language/pattern.ts';
import { bareCodeHash, bareSelector, CODE_HASH, SELECTOR } from '../../../src/authz/policy/language/selector.ts';
import { effectiveTrust } from '../../../src/authz/policy/language/trust-label.ts';
import { boundsAmounts, conditionsOf } from '../../../src/authz/policy/language/when.ts';

describe('exact decimals', () => {
  it('are safe integers, or text in one form', () => {
    const read = (value: unknown) => {
      const decimal = parseDecimal(value);
      return decimal && [decimal.digits, decimal.scale];
    };
    expect([0, 7, 2 ** 53 - 1, '0', '10', '0.50', '1.000', '12.034'].map(read)).toEqual([
      [0n, 0],
      [7n, 0],
      [BigInt(2 ** 53 - 1), 0],
      [0n, 0],
      [10n, 0],
      [5n, 1],
      [1n, 0],
      [12_034n, 3],
    ]);
    expect(read('9'.repeat(78))).toEqual([10n ** 78n - 1n, 0]);
    expect(read(`0.${'0'.repeat(77)}1`)).toEqual([1n, 78]);
    for (const value of [
      -1,
      1.5,
      2 ** 53,
      Number.NaN,
      '01',
      '1.',
      '.1',
      '-1',
      '+1',
      '1e3',
      ' 1',
      '1 ',
      '',
      '0x1',
      'a1',
      '1a',
      '9'.repeat(79),
      `0.${'1'.repeat(79)}`,
      null,
      undefined,
      1n,
      ['1'],
    ])
      expect(parseDecimal(value), String(value)).toBeUndefined();
  });

  it('may lie below zero where they are signed, and zero has one spelling', () => {
    expect([parseSignedDecimal(-5), parseSignedDecimal('-0.50'), parseSignedDecimal('3'), parseSignedDecimal(0)]).toEqual([
      { digits: -5n, scale: 0 },
      { digits: -5n, scale: 1 },
      { digits: 3n, scale: 0 },
      { digits: 0n, scale: 0 },
    ]);
    for (const value of ['-0', '-0.0', '--1', '-', '5-', -1.5, -(2 ** 53), null, '-01'])
      expect(parseSignedDecimal(value), String(value)).toBeUndefined();
  });

  it('are written in the shortest form', () => {
    const written = (digits: bigint, scale: number) => formatDecimal({ digits, scale });
    expect([
      written(0n, 0),
      written(5n, 1),
      written(50n, 1),
      written(1_050n, 3),
      written(-5n, 2),
      written(100n, 0),
      written(0n, 4),
      written(-1_200n, 2),
    ]).toEqual(['0', '0.5', '5', '1.05', '-0.05', '100', '0', '-12']);
  });

  it('come to units where nothing is lost', () => {
    expect([
      scaleDecimal({ digits: 15n, scale: 1 }, 3),
      scaleDecimal({ digits: 15n, scale: 1 }, 1),
      scaleDecimal({ digits: 15n, scale: 1 }, 0),
    ]).toEqual([1_500n, 15n, undefined]);
  });
});

describe('words of the language', () => {
  it('are operators, and the reference’s names of them', () => {
    expect(OPERATORS.map(parseOperator)).toEqual([...OPERATORS]);
    const aliases = {
      equals: 'eq',
      not_equals: 'ne',
      greater_than: 'gt',
      greater_than_or_equal: 'gte',
      less_than: 'lt',
      less_than_or_equal: 'lte',
    };
    for (const [alias, operator] of Object.entries(aliases)) expect(parseOperator(alias)).toBe(operator);
    for (const other of ['', 'like', 'EQ', 'toString', 'constructor']) expect(parseOperator(other)).toBeUndefined();
  });

  it('are types that a request may declare, each for what it covers', () => {
    const all = ['transfers', 'approvals', 'trading', 'staking', 'governance', 'nft', 'contracts'] as const;
    const covered = (type: string) => all.filter((capability) => typeCovers(type, capability));
    const expected: Readonly<Record<string, readonly string[]>> = {
      transfer: ['transfers'],
      transfer_from: ['transfers'],
      payment: ['transfers'],
      send: ['transfers'],
      approve: ['approvals'],
      approval: ['approvals'],
      swap: ['trading'],
      trade: ['trading'],
      stake: ['staking'],
      unstake: ['staking'],
      vote: ['governance'],
      delegate: ['governance'],
      nft: ['nft'],
      mint: ['nft'],
      contract_call: all,
      calls: all,
      transaction: all,
      signature: all,
      dance: [],
      constructor: [],
      toString: [],
    };
    for (const [type, list] of Object.entries(expected)) expect(covered(type), type).toEqual(list);
  });

  it('are bytes with or without their prefix', () => {
    expect([bareSelector('0xAABBCCDD'), bareSelector('aabbccdd'), bareCodeHash(`0X${'AB'.repeat(32)}`)]).toEqual([
      'aabbccdd',
      'aabbccdd',
      'ab'.repeat(32),
    ]);
    for (const text of ['0x12345678', '0X12345678', 'aAbBcCdD', '00000000']) expect(SELECTOR.test(text), text).toBe(true);
    for (const text of ['0x1234567', '0x123456789', 'x12345678', '0x0x12345678', 'g2345678', ' 12345678', '12345678 '])
      expect(SELECTOR.test(text), text).toBe(false);
    for (const text of ['ab'.repeat(32), `0x${'AB'.repeat(32)}`, `0X${'0f'.repeat(32)}`]) expect(CODE_HASH.test(text)).toBe(true);
    for (const text of ['ab'.repeat(31), `${'ab'.repeat(32)}a`, `x${'ab'.repeat(32)}`, `0x0x${'ab'.repeat(32)}`, 'zz'.repeat(32)])
      expect(CODE_HASH.test(text)).toBe(false);
  });

  it('are labels of trust, of which the least counts', () => {
    expect(effectiveTrust(undefined, 'owner')).toBe('message');
    expect(effectiveTrust('owner', 'owner')).toBe('owner');
    expect(effectiveTrust('owner', 'web')).toBe('web');
    expect(effectiveTrust('message', 'tool')).toBe('message');
    expect(effectiveTrust('web', 'tool')).toBe('web');
    expect(effectiveTrust('friend' as never, 'tool')).toBe('message');
  });
});

describe('joined conditions', () => {
  const of = (operator: string, field = 'amount'): When => ({ field, operator, value: '5' }) as When;
  const above = of('gt');
  const below = of('lt');
  const asset: When = { field: 'asset', operator: 'eq', value: 'x' };

  it('are flat from left to right', () => {
    expect(conditionsOf([{ all: [above, { not: below }] }, { any: [asset, of('gte')] }])).toEqual([above, below, asset, of('gte')]);
  });

  it('bound how much leaves where something holds from some amount upwards, and nothing else is asked', () => {
    const bounds: readonly (readonly When[])[] = [
      [above],
      [of('gte')],
      [asset, above],
      [{ all: [below, above] }],
      [{ any: [above, of('gte')] }],
      [{ not: below }],
      [{ not: of('lte') }],
      [{ not: { any: [below, above] } }],
      [{ not: { all: [below, of('lte')] } }],
      [{ not: { not: above } }],
    ];
    for (const when of bounds) expect(boundsAmounts(when), JSON.stringify(when)).toBe(true);
    const others: readonly (readonly When[])[] = [
      [],
      [asset],
      [below],
      [of('eq')],
      [of('gt', 'value')],
      [above, of('eq', 'destination')],
      [{ any: [above, below] }],
      [{ all: [below, of('eq')] }],
      [{ not: above }],
      [{ not: { all: [below, above] } }],
      [{ not: { any: [of('gt'), of('eq')] } }],
      [{ not: of('lt', 'value') }],
      [{ not: { not: below } }],
    ];
    for (const when of others) expect(boundsAmounts(when), JSON.stringify(when)).toBe(false);
  });
});

describe('a rule in words', () => {
  const words = (...when: readonly object[]) => describeRule({ id: 'r', then: 'deny', when: when as Rule['when'] });
  const one = (operator: string, value: unknown, field = 'method') => words({ field, operator, value });
  it('has a sign for each comparison', () => {
    const signs = { eq: '=', ne: '≠', gt: '>', gte: '≥', lt: '<', lte: '≤' };
    for (const [operator, sign] of Object.entries(signs)) expect(one(operator, '5')).toBe(`deny when method ${sign} 5 (r)`);
    expect(one('in', ['a', 'b'])).toBe('deny when method in [a, b] (r)');
    expect(one('not_in', [])).toBe('deny when method not in [] (r)');
    expect(one('between', ['1', '2'])).toBe('deny when method between 1 and 2 (r)');
    expect(one('contains', 'a"b')).toBe('deny when method contains "a\\"b" (r)');
    expect(one('matches', 'a*')).toBe('deny when method matches "a*" (r)');
    expect([one('exists', true), one('exists', false)]).toEqual(['deny when method is there (r)', 'deny when method is not there (r)']);
    expect([one('eq', true, 'listed'), one('eq', false, 'listed'), one('ne', true, 'listed'), one('ne', false, 'listed')]).toEqual([
      'deny when listed (r)',
      'deny when not listed (r)',
      'deny when not listed (r)',
      'deny when listed (r)',
    ]);
  });

  it('writes out short lists, and counts long ones', () => {
    const list = (count: number) => Array.from({ length: count }, (_, at) => String(at));
    expect(one('in', list(8))).toBe('deny when method in [0, 1, 2, 3, 4, 5, 6, 7] (r)');
    expect(one('in', list(9))).toBe('deny when method in a list of 9 (r)');
  });

  it('has brackets where they are needed', () => {
    const a = { field: 'a', operator: 'eq', value: '1' };
    const zone = { field: 'hour', operator: 'lt', value: '5', timeZone: 'Europe/Berlin' };
    expect(words()).toBe('deny when always (r)');
    expect(words(a, { any: [a, a] })).toBe('deny when a = 1 and (a = 1 or a = 1) (r)');
    expect(words({ any: [a, a] })).toBe('deny when a = 1 or a = 1 (r)');
    expect(words(a, { any: [a] })).toBe('deny when a = 1 and a = 1 (r)');
    expect(words({ not: { all: [a, zone] } })).toBe('deny when not (a = 1 and hour < 5 Europe/Berlin) (r)');
    expect(words({ not: { not: a } })).toBe('deny when not not a = 1 (r)');
    expect(words({ all: [{ any: [a, { all: [a, a] }] }, a] })).toBe('deny when (a = 1 or (a = 1 and a = 1)) and a = 1 (r)');
  });
});

describe('patterns', () => {
  const matches = (pattern: string, ...texts: readonly string[]) => texts.map((text) => parsePattern(pattern)?.(text));
  it('take sets apart to their ends', () => {
    expect(matches('[b-d]', 'a', 'b', 'c', 'd', 'e')).toEqual([false, true, true, true, false]);
    expect(matches('[!b-d]', 'a', 'b', 'd', 'e')).toEqual([true, false, false, true]);
    expect(matches('[ac]', 'a', 'b', 'c')).toEqual([true, false, true]);
    expect(matches('[a-a]', 'a', 'b')).toEqual([true, false]);
    expect(matches('[a!]', '!', 'a', 'b')).toEqual([true, true, false]);
    expect(matches('[\\a-\\c]', 'b', 'd')).toEqual([true, false]);
    expect(matches('[a\\-c]', '-', 'b', 'c')).toEqual([true, false, true]);
    expect(matches('x[ab]y', 'xay', 'xaby', 'xy', 'xcy')).toEqual([true, false, false, false]);
    expect(matches('[😀-😂]', '😁', '😃')).toEqual([true, false]);
  });

  it('stay at a star as long as it takes, and nowhere else', () => {
    expect(matches('*', '', 'a', 'ab')).toEqual([true, true, true]);
    expect(matches('a*', 'a', 'ab', 'ba', '')).toEqual([true, true, false, false]);
    expect(matches('*a', 'a', 'ba', 'ab')).toEqual([true, true, false]);
    expect(matches('a**b', 'ab', 'axxb', 'a')).toEqual([true, true, false]);
    expect(matches('?*', '', 'a', 'ab')).toEqual([false, true, true]);
    expect(matches('a*b*', 'ab', 'aXbY', 'aX')).toEqual([true, true, false]);
    expect(matches('\\\\', '\\', 'a')).toEqual([true, false]);
    expect(matches('\\?', '?', 'a')).toEqual([true, false]);
  });

  it('go on over words of bits', () => {
    for (const length of [31, 32, 33, 63, 64, 65]) {
      const text = 'ab'.repeat(64).slice(0, length);
      expect(matches(text, text, text.slice(1), `${text}a`), String(length)).toEqual([true, false, false]);
      expect(matches(`*${text}*`, `xx${text}yy`, text.slice(1)), String(length)).toEqual([true, false]);
      expect(matches(`${text}*c`, `${text}--c`, `${text}c`, text), String(length)).toEqual([true, true, false]);
    }
  });
});
