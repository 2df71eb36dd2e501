import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { type AssetId, isCastellanError, type Token } from '../../../src/core/index.ts';
import { BASE, BOB, CHAIN, ETH, TOKENS, USDC } from '../fixture.ts';

const NATIVE: Token = { asset: 'eip155:137/slip44:966' as AssetId, symbol: 'POL', decimals: 18 };
const TWIN: Token = { asset: `eip155:137/erc20:0x${'aa'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 6 };
const read = (conditions: readonly unknown[], tokens: readonly Token[] = TOKENS): unknown => {
  try {
    const { rules } = compilePolicy({ limits: { unit: ETH }, rules: [{ id: 'own', conditions, action: 'deny' }] }, tokens, BASE);
    return rules.find(({ id }) => id === 'own')?.when;
  } catch (error) {
    if (isCastellanError(error)) return error.details['problems'];
    throw error;
  }
};
const one = (field: string, operator: string, value: unknown, more: object = {}, tokens: readonly Token[] = TOKENS): unknown => {
  const found = read([{ field, operator, value, ...more }], tokens) as readonly unknown[];
  return found.length === 1 && typeof found[0] === 'object' ? found[0] : found;
};
const is = (field: string, operator: string, value: unknown, more: object = {}) => ({ field, operator, value, ...more });
const wrong = (problem: string, at = 'value') => [`rules[0].conditions[0].${at}: ${problem}`];
const NUMBER = 'must be a safe integer or an exact decimal string of the field’s range';

describe('a condition comes to its canonical form', () => {
  it('with numbers in the shortest text', () => {
    expect(one('amount', 'greater_than', '1.50')).toEqual(is('amount', 'gt', '1.5'));
    expect(one('amount', 'in', [1, '1.0', 2])).toEqual(is('amount', 'in', ['1', '2']));
    expect(one('amount', 'in', ['1', 1])).toEqual(is('amount', 'eq', '1'));
    expect(one('amount', 'not_in', ['1'])).toEqual(is('amount', 'ne', '1'));
    expect(one('amount', 'between', ['1', '1.0'])).toEqual(is('amount', 'between', ['1', '1']));
    expect(one('netChange', 'lt', '-2.0')).toEqual(is('netChange', 'lt', '-2'));
    expect(one('riskScore', 'gte', '99.5')).toEqual(is('riskScore', 'gte', '99.5'));
    expect(one('destinationAgeMs', 'gt', Number.MAX_SAFE_INTEGER)).toEqual(is('destinationAgeMs', 'gt', String(Number.MAX_SAFE_INTEGER)));
    expect(one('value', 'lte', 0)).toEqual(is('value', 'lte', '0'));
  });

  it('with times in their zone, which is not told of UTC', () => {
    expect(one('hour', 'lt', 24)).toEqual(is('hour', 'lt', '24'));
    expect(one('hour', 'gte', 24)).toEqual(is('hour', 'gte', '24'));
    expect(one('dayOfMonth', 'gte', 32)).toEqual(is('dayOfMonth', 'gte', '32'));
    expect(one('date', 'between', ['2026-01-01', '2026-01-31'])).toEqual(is('date', 'between', ['20260101', '20260131']));
    expect(one('hour', 'eq', 5, { timeZone: 'Europe/Berlin' })).toEqual(is('hour', 'eq', '5', { timeZone: 'Europe/Berlin' }));
    expect(one('date', 'exists', true, { timeZone: 'Asia/Tokyo' })).toEqual(is('date', 'exists', true, { timeZone: 'Asia/Tokyo' }));
    expect(one('hour', 'eq', 5, { timeZone: 'UTC' })).toStrictEqual(is('hour', 'eq', '5'));
  });

  it('with ids of all that a name stands for', () => {
    const tokens = [...TOKENS, NATIVE, TWIN];
    expect(one('asset', 'eq', 'USDC', {}, tokens)).toEqual(is('asset', 'in', [USDC, TWIN.asset]));
    expect(one('asset', 'ne', 'USDC', {}, tokens)).toEqual(is('asset', 'not_in', [USDC, TWIN.asset]));
    expect(one('asset', 'in', ['USDC', 'USDC'])).toEqual(is('asset', 'eq', USDC));
    expect(one('destination', 'eq', BOB.slice(9).toUpperCase().replace('0X', '0x'))).toEqual(is('destination', 'eq', BOB));
    expect(one('chain', 'in', ['eip155:1', 'tvm:-239'])).toEqual(is('chain', 'in', [CHAIN, 'ton:-239']));
    expect(one('selector', 'eq', '0xAABBCCDD')).toEqual(is('selector', 'eq', 'aabbccdd'));
    expect(one('destinationCodeHash', 'eq', `0x${'AB'.repeat(32)}`)).toEqual(is('destinationCodeHash', 'eq', 'ab'.repeat(32)));
  });

  it('with words, sites and texts', () => {
    expect(one('capability', 'in', ['trading', 'staking'])).toEqual(is('capability', 'in', ['trading', 'staking']));
    expect(one('operation', 'eq', 'swap')).toEqual(is('operation', 'eq', 'swap'));
    for (const effect of ['outflow', 'allowance', 'call', 'unknown', 'operator', 'delegation', 'control', 'deploy', 'hazard', 'message'])
      expect(one('effect', 'eq', effect)).toEqual(is('effect', 'eq', effect));
    for (const capability of ['trading', 'transfers', 'staking', 'nft', 'governance', 'contracts', 'approvals'])
      expect(one('capability', 'eq', capability)).toEqual(is('capability', 'eq', capability));
    expect(one('hazard', 'eq', 'delegatecall')).toEqual(is('hazard', 'eq', 'delegatecall'));
    expect(one('trust', 'ne', 'owner')).toEqual(is('trust', 'ne', 'owner'));
    expect(one('site', 'matches', 'App.*')).toEqual(is('site', 'matches', 'app.*'));
    expect(one('method', 'contains', 'Swap')).toEqual(is('method', 'contains', 'Swap'));
    expect(one('listed', 'ne', true)).toEqual(is('listed', 'ne', true));
    expect(one('site', 'exists', false)).toEqual(is('site', 'exists', false));
  });

  it('with arguments as what they are', () => {
    expect(one('args.amount', 'gt', '-5')).toEqual(is('args.amount', 'gt', '-5'));
    expect(one('args.a.0.b_$', 'eq', 7)).toEqual(is('args.a.0.b_$', 'eq', '7'));
    expect(one('args.flag', 'eq', true)).toEqual(is('args.flag', 'eq', 'true'));
    expect(one('args.to', 'eq', BOB)).toEqual(is('args.to', 'eq', BOB));
    expect(one('args.to', 'eq', BOB.slice(9), {}, [...TOKENS, NATIVE])).toEqual(is('args.to', 'in', [BOB, BOB.replace(':1:', ':137:')]));
    expect(one('args.data', 'eq', '0xABCD')).toEqual(is('args.data', 'eq', '0xabcd'));
    expect(one('args.note', 'in', ['Hello', 'World'])).toEqual(is('args.note', 'in', ['Hello', 'World']));
    expect(one('args.note', 'matches', 'He*')).toEqual(is('args.note', 'matches', 'He*'));
    expect(one('args.note', 'exists', true)).toEqual(is('args.note', 'exists', true));
    expect(one('args.n', 'between', [1, 2])).toEqual(is('args.n', 'between', ['1', '2']));
  });

  it('joined as it is written', () => {
    const a = is('amount', 'gt', '1');
    expect(read([{ all: [a, { any: [a, { not: a }] }] }, a])).toEqual([{ all: [a, { any: [a, { not: a }] }] }, a]);
  });
});

describe('a condition that cannot be meant is refused', () => {
  it('by the field or operator that it names', () => {
    expect(one('colour', 'eq', 1)).toEqual([
      expect.stringMatching(/^rules\[0\]\.conditions\[0\]\.field: colour is none of type, agent, .*withinHours, args\.<name>$/),
    ]);
    for (const field of ['args', 'args.', 'args.a-b', `args.${'x'.repeat(65)}`, 'args.a.b.c.d.e.f.g.h.i', 'xargs.a', 'toString'])
      expect(one(field, 'eq', '1'), field).toEqual([expect.stringContaining('.field: ')]);
    expect(one('amount', 'like', 1)).toEqual(wrong('like is none of eq, ne, gt, gte, lt, lte, in, not_in, between, exists', 'operator'));
    expect(one('destination', 'gt', BOB)).toEqual(wrong('gt is none of eq, ne, in, not_in, exists', 'operator'));
    expect(one('method', 'gt', 'a')).toEqual(wrong('gt is none of eq, ne, in, not_in, exists, contains, matches', 'operator'));
    expect(one('listed', 'in', [true])).not.toMatchObject({ field: 'listed' });
    expect(one('listed', 'gt', true)).toEqual(wrong('gt is none of eq, ne, exists', 'operator'));
  });

  it('by the form of its value', () => {
    expect(one('amount', 'eq', [1])).toEqual(wrong('must not be a list'));
    for (const operator of ['in', 'not_in', 'between'])
      expect((one('amount', operator, 1) as readonly string[])[0]).toBe(wrong('must be a list')[0]);
    expect(one('amount', 'between', [1, 2, 3])).toEqual(wrong('must be the two ends'));
    expect(one('amount', 'between', [1])).toEqual(wrong('must be the two ends'));
    expect(one('amount', 'between', ['1.01', 1])).toEqual(wrong('the first end lies above the second'));
    expect(one('amount', 'between', [1, '1.01'])).toEqual(is('amount', 'between', ['1', '1.01']));
    expect(one('listed', 'eq', 1)).toEqual(wrong('must be true or false'));
    expect(one('method', 'exists', 'yes')).toEqual(wrong('must be true or false'));
    expect(one('method', 'eq', 5)).toEqual(wrong('must be text'));
    expect(one('method', 'eq', '')).toEqual(wrong('must be text'));
  });

  it('by the range of its field', () => {
    for (const value of [-1, '1e3', 1.5]) expect(one('amount', 'gt', value)).toEqual(wrong(NUMBER));
    for (const value of [101, '100.1', -1]) expect(one('riskScore', 'gt', value)).toEqual(wrong(NUMBER));
    for (const value of [0, 100, '0.5']) expect(one('riskScore', 'gt', value)).toMatchObject({ field: 'riskScore' });
    for (const value of ['0.5', '9007199254740992']) expect(one('destinationAgeMs', 'gt', value)).toEqual(wrong(NUMBER));
    for (const [field, least, most] of [
      ['hour', 0, 23],
      ['minute', 0, 59],
      ['weekday', 0, 6],
      ['dayOfMonth', 1, 31],
      ['month', 1, 12],
    ] as const) {
      const problem = wrong(`must be a whole number, ${least} to ${most}`);
      for (const value of [least, most]) expect(one(field, 'eq', value)).toEqual(is(field, 'eq', String(value)));
      for (const value of [least - 1, most + 1, '1.5', 'x']) expect(one(field, 'eq', value)).toEqual(problem);
      expect(one(field, 'lt', most + 2)).toEqual(problem);
      expect(one(field, 'gt', most + 1)).toEqual(problem);
      expect(one(field, 'lte', most + 1)).toEqual(problem);
    }
    for (const value of ['2025-02-29', 20_250_101, '20250101'])
      expect(one('date', 'eq', value)).toEqual(wrong('must be a day such as 2026-01-31'));
  });

  it('by a zone where there is none', () => {
    expect(one('hour', 'eq', 5, { timeZone: 'Mars/Olympus' })).toEqual(wrong('Mars/Olympus is no time zone', 'timeZone'));
    expect(one('hour', 'eq', 5, { timeZone: 'x'.repeat(90) })).toEqual(wrong(`${'x'.repeat(64)} is no time zone`, 'timeZone'));
    for (const field of ['amount', 'args.a', 'listed'])
      expect(one(field, 'exists', true, { timeZone: 'UTC' })).toEqual(wrong('only fields of time have one', 'timeZone'));
  });

  it('by words, bytes and names that are none', () => {
    expect(one('capability', 'eq', 'flying')).toEqual(wrong('flying is no capability'));
    expect(one('effect', 'in', ['call', 'dance'])).toEqual(wrong('dance is no effect'));
    expect(one('selector', 'eq', '0x1234')).toEqual(wrong('must be four bytes in hex'));
    expect(one('destinationCodeHash', 'eq', '0x1234')).toEqual(wrong('must be 32 bytes in hex'));
    expect(one('method', 'matches', '[')).toEqual(wrong('is no pattern of at most 256 characters'));
    expect(one('method', 'contains', '[')).toEqual(is('method', 'contains', '['));
    expect(one('asset', 'eq', 'NOPE')).toEqual(wrong('no token on the list is called NOPE'));
    expect(one('destination', 'eq', 'x')).toEqual(wrong('no account of a known chain'));
    expect(one('chain', 'eq', 'nowhere!')).toEqual([expect.stringMatching(/^rules\[0\]\.conditions\[0\]\.value: /)]);
  });

  it('by arguments that are of several kinds, or no whole numbers', () => {
    expect(one('args.a', 'in', [1, 'b'])).toEqual(wrong('numbers, addresses, bytes in hex and text cannot stand in one list'));
    expect(one('args.a', 'in', [BOB, 'b'])).toEqual(wrong('numbers, addresses, bytes in hex and text cannot stand in one list'));
    expect(one('args.a', 'gt', '1.5')).toEqual(wrong('must be exact whole numbers'));
    for (const operator of ['gt', 'gte', 'lt', 'lte']) expect(one('args.a', operator, 'b')).toEqual(wrong('must be exact whole numbers'));
    for (const value of ['1.5', 1.5]) expect(one('args.a', 'eq', value)).toEqual(wrong('must be whole numbers, addresses or text'));
    expect(one('args.a', 'contains', 5)).toEqual(wrong('must be text'));
  });

  it('by how conditions are joined', () => {
    const a = is('amount', 'gt', 1);
    const at = (path: string) => [expect.stringMatching(new RegExp(`^rules\\[0\\]\\.conditions${path.replace(/[[\].]/g, '\\$&')}`))];
    expect(read([a, { not: { any: [a, is('colour', 'eq', 1)] } }])).toEqual(at('[1].not.any[1].field: '));
    expect(read([{ all: [a, is('colour', 'eq', 1)] }])).toEqual(at('[0].all[1].field: '));
    const deep = (depth: number): object => (depth === 0 ? a : { not: deep(depth - 1) });
    expect(read([deep(8)])).toEqual([`rules[0].conditions[0]${'.not'.repeat(8)}: conditions nest deeper than 8`]);
    expect(read([{ any: Array.from({ length: 64 }, () => ({ any: Array.from({ length: 64 }, () => a) })) }])).toEqual([
      'rules[0].conditions: more than 256 conditions',
    ]);
    expect(read([{ not: null }])).toEqual([expect.stringContaining('must be a condition')]);
    expect(read([{ all: [5] }])).toEqual([expect.stringContaining('must be a condition')]);
  });
});
