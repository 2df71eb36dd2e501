import { describe, expect, it } from 'vitest';
import { EVE, FACTS, ME, on, readTyped, refusal, SHOP, typed, USD } from './order-fixture.ts';

const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
];
const DOMAIN = { name: 'USD', version: '1', chainId: 1, verifyingContract: USD };
const MESSAGE = { owner: ME, spender: SHOP, value: '5', nonce: 0, deadline: 1_800_000_000 };
const GOOD = { types: { Permit: PERMIT }, primaryType: 'Permit', domain: DOMAIN, message: MESSAGE };

const reasonOf = (json: unknown): string => refusal(() => readTyped(typeof json === 'string' ? json : JSON.stringify(json)));
const text = JSON.stringify(GOOD);
const withTypes = (types: object, primaryType = 'T', message: object = {}) => ({ types, primaryType, domain: DOMAIN, message });
const one = (type: string, value: unknown) => withTypes({ T: [{ name: 'a', type }] }, 'T', { a: value });

it('takes the order that the hostile ones below are made from', () => {
  expect(readTyped(text).standard).toBe('eip2612');
});

describe('JSON that two readers could understand differently', () => {
  it.each([
    ['no JSON', 'hello', 'json_malformed'],
    ['nothing', '', 'json_malformed'],
    ['something behind it', `${text} {}`, 'json_malformed'],
    ['a comma too many', text.replace('}]', '},]'), 'json_malformed'],
    ['a comment', `/* x */${text}`, 'json_malformed'],
    ['single quotes', text.replaceAll('"', "'"), 'json_malformed'],
    ['NaN', text.replace('"nonce":0', '"nonce":NaN'), 'json_malformed'],
    ['a byte order mark', `\ufeff${text}`, 'json_malformed'],
    ['a control character in a string', text.replace('USD', 'US\u0001D'), 'json_malformed'],
    ['a spender twice', text.replace('"spender":', `"spender":"${EVE}","spender":`), 'json_duplicate_member'],
    ['a spender twice, once escaped', text.replace('"spender":', `"\\u0073pender":"${EVE}","spender":`), 'json_duplicate_member'],
    ['a message twice', text.replace('"message"', '"message":{},"message"'), 'json_duplicate_member'],
    ['a lone surrogate', text.replace('USD', '\\ud800'), 'lone_surrogate'],
    ['a fraction', text.replace('"nonce":0', '"nonce":0.5'), 'number_not_an_integer'],
    ['a whole number as a fraction', text.replace('"nonce":0', '"nonce":1.0'), 'number_not_an_integer'],
    ['an exponent', text.replace('"nonce":0', '"nonce":1e3'), 'number_not_an_integer'],
    ['minus zero', text.replace('"nonce":0', '"nonce":-0'), 'number_not_an_integer'],
    ['a number that a double rounds', text.replace('"nonce":0', '"nonce":9007199254740993'), 'number_not_safe'],
    ['the first number that it might', text.replace('"nonce":0', '"nonce":9007199254740992'), 'number_not_safe'],
    ['a leading zero', text.replace('"nonce":0', '"nonce":00'), 'json_malformed'],
    ['more than 131,072 bytes', text.replace('USD', 'x'.repeat(131_072)), 'too_large'],
    ['more of them than characters', text.replace('USD', 'é'.repeat(66_000)), 'too_large'],
    ['a nest of lists', `${'['.repeat(40)}${']'.repeat(40)}`, 'too_deep'],
    ['a hundred thousand of them', '['.repeat(100_000), 'too_deep'],
    ['a list without end', `[${'1,'.repeat(20_000)}1]`, 'too_many_values'],
    [
      'two thousand texts',
      JSON.stringify(
        one(
          'string[]',
          Array.from({ length: 2_000 }, () => ''),
        ),
      ),
      'too_many_values',
    ],
    [
      'two thousand structs',
      JSON.stringify(withTypes({ T: [{ name: 'a', type: 'U[]' }], U: [] }, 'T', { a: Array.from({ length: 2_000 }, () => ({})) })),
      'too_many_values',
    ],
    ['a list', '[]', 'typed_data_invalid'],
    ['null', 'null', 'typed_data_invalid'],
  ])('%s', (_name, json, reason) => expect(reasonOf(json)).toBe(reason));
});

describe('members that are not there, or that nobody asked for', () => {
  it.each([
    ['no types', { ...GOOD, types: undefined }, 'member_missing'],
    ['no domain', { ...GOOD, domain: undefined }, 'member_missing'],
    ['no message', { ...GOOD, message: undefined }, 'member_missing'],
    ['one more beside them', { ...GOOD, extra: 1 }, 'member_undeclared'],
    ['a message that is a list', { ...GOOD, message: [] }, 'struct_invalid'],
    ['no spender', { ...GOOD, message: { ...MESSAGE, spender: undefined } }, 'member_missing'],
    ['null for the spender', { ...GOOD, message: { ...MESSAGE, spender: null } }, 'address_invalid'],
    ['a member that is shown and not signed', { ...GOOD, message: { ...MESSAGE, note: 'harmless' } }, 'member_undeclared'],
    ['a prototype', text.replace('"owner":"', '"__proto__":{"spender":"x"},"owner":"'), 'member_undeclared'],
    ['a constructor', { ...GOOD, message: { ...MESSAGE, constructor: {} } }, 'member_undeclared'],
    ['a primary type that is a number', { ...GOOD, primaryType: 1 }, 'primary_type_invalid'],
    ['a primary type that nobody declared', { ...GOOD, primaryType: 'Permit2' }, 'primary_type_undeclared'],
    ['a primary type of every object', { ...GOOD, primaryType: 'toString' }, 'primary_type_undeclared'],
    ['a primary type that is the prototype', { ...GOOD, primaryType: '__proto__' }, 'primary_type_undeclared'],
    [
      'a message beside a domain alone',
      { ...GOOD, types: { EIP712Domain: [] }, domain: {}, primaryType: 'EIP712Domain', message: { a: 1 } },
      'member_undeclared',
    ],
  ])('%s', (_name, json, reason) => expect(reasonOf(json)).toBe(reason));
});

describe('types that would be hashed as something else', () => {
  it.each([
    ['a name with a comma', withTypes({ T: [{ name: 'a,uint256 b', type: 'uint256' }] }), 'type_member_invalid'],
    ['a name with a bracket', withTypes({ T: [{ name: 'a)Evil(uint256 b', type: 'uint256' }] }), 'type_member_invalid'],
    ['a name with a space', withTypes({ T: [{ name: 'a b', type: 'uint256' }] }), 'type_member_invalid'],
    ['an empty name', withTypes({ T: [{ name: '', type: 'uint256' }] }), 'type_member_invalid'],
    ['a name that is the prototype', text.replace('"name":"owner"', '"name":"__proto__"'), 'type_member_invalid'],
    ['a type with a member inside', withTypes({ T: [{ name: 'a', type: 'uint256 x,address' }] }), 'type_name_invalid'],
    ['a struct’s name with a whole type inside', withTypes({ 'T(uint256 a)U': [] }, 'T(uint256 a)U'), 'type_name_invalid'],
    ['a struct’s name in another alphabet', withTypes({ Рermit: [] }, 'Рermit'), 'type_name_invalid'],
    ['a struct called like a number', withTypes({ uint256: [{ name: 'a', type: 'string' }] }, 'uint256', { a: 'x' }), 'type_redefined'],
    ['a struct called like a number that is none', withTypes({ uint7: [] }, 'uint7'), 'type_redefined'],
    [
      'a member twice',
      withTypes({
        T: [
          { name: 'a', type: 'uint256' },
          { name: 'a', type: 'address' },
        ],
      }),
      'type_member_duplicate',
    ],
    ['a member with a third field', withTypes({ T: [{ name: 'a', type: 'uint256', indexed: true }] }), 'type_member_invalid'],
    ['a member that is no object', withTypes({ T: ['uint256 a'] }), 'type_member_invalid'],
    ['a type that nobody declared', one('Evil', {}), 'type_undeclared'],
    ['a domain inside the message', withTypes({ T: [{ name: 'a', type: 'EIP712Domain' }], EIP712Domain: [] }), 'type_undeclared'],
    ['uint for uint256', one('uint', 1), 'type_unknown'],
    ['int for int256', one('int', 1), 'type_unknown'],
    ['uint7', one('uint7', 1), 'type_unknown'],
    ['uint264', one('uint264', 1), 'type_unknown'],
    ['uint08', one('uint08', 1), 'type_unknown'],
    ['bytes33', one('bytes33', '0x'), 'type_unknown'],
    ['bytes0', one('bytes0', '0x'), 'type_unknown'],
    ['byte', one('byte', '0x00'), 'type_unknown'],
    ['function', one('function', '0x'), 'type_unknown'],
    ['a list of no items', one('uint8[0]', []), 'type_name_invalid'],
    ['a list of minus one item', one('uint8[-1]', []), 'type_name_invalid'],
    ['a list with a leading zero', one('uint8[01]', [1]), 'type_name_invalid'],
    ['a bracket that does not close', one('uint8[', []), 'type_name_invalid'],
    ['nine lists in each other', one(`uint8${'[]'.repeat(9)}`, []), 'type_name_invalid'],
    [
      'a hundred structs',
      withTypes(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`T${index}`, []])), 'T0'),
      'types_invalid',
    ],
    ['a struct that holds itself', withTypes({ T: [{ name: 'a', type: 'T' }] }, 'T', { a: { a: null } }), 'struct_invalid'],
  ])('%s', (_name, json, reason) => expect(reasonOf(json)).toBe(reason));

  it('follows a list of its own kind to its end, and structs that hold each other', () => {
    const tree = withTypes({ T: [{ name: 'a', type: 'U[]' }], U: [{ name: 'b', type: 'T[]' }] }, 'T', {
      a: [{ b: [] }, { b: [{ a: [] }] }],
    });
    expect(reasonOf(tree)).toBe('NOT REFUSED');
  });
});

describe('values that are not of their type', () => {
  it.each([
    ['256 in a uint8', one('uint8', 256), 'integer_out_of_range'],
    ['minus one in a uint8', one('uint8', -1), 'integer_out_of_range'],
    ['2²⁵⁶', one('uint256', (2n ** 256n).toString()), 'integer_out_of_range'],
    ['128 in an int8', one('int8', 128), 'integer_out_of_range'],
    ['minus 129 in an int8', one('int8', -129), 'integer_out_of_range'],
    ['text that is no number', one('uint256', '5 USD'), 'integer_invalid'],
    ['a leading zero', one('uint256', '05'), 'integer_invalid'],
    ['a plus', one('uint256', '+5'), 'integer_invalid'],
    ['an exponent in text', one('uint256', '1e18'), 'integer_invalid'],
    ['a fraction in text', one('uint256', '1.0'), 'integer_invalid'],
    ['an empty text', one('uint256', ''), 'integer_invalid'],
    ['0x alone', one('uint256', '0x'), 'integer_invalid'],
    ['a negative hex', one('int256', '-0x5'), 'integer_invalid'],
    ['spaces', one('uint256', ' 5'), 'integer_invalid'],
    ['digits of another alphabet', one('uint256', '٥'), 'integer_invalid'],
    ['true for a number', one('uint256', true), 'integer_invalid'],
    ['1 for true', one('bool', 1), 'bool_invalid'],
    ['"true" for true', one('bool', 'true'), 'bool_invalid'],
    ['a number for text', one('string', 5), 'string_invalid'],
    ['an address without 0x', one('address', ME.slice(2)), 'address_invalid'],
    ['an address of 19 bytes', one('address', ME.slice(0, 40)), 'address_invalid'],
    ['an address as a number', one('address', 5), 'address_invalid'],
    ['an address with a wrong checksum', one('address', '0xA0b86991c6218B36c1d19D4a2E9Eb0cE3606eB48'), 'address_checksum'],
    ['three bytes in bytes32', one('bytes32', '0xcb5a71'), 'bytes_length'],
    ['33 bytes in bytes32', one('bytes32', `0x${'00'.repeat(33)}`), 'bytes_length'],
    ['half a byte', one('bytes', '0x123'), 'bytes_invalid'],
    ['bytes without 0x', one('bytes', '1234'), 'bytes_invalid'],
    ['bytes as a list', one('bytes', [1, 2]), 'bytes_invalid'],
    ['bytes as text', one('bytes', 'hello'), 'bytes_invalid'],
    ['one item in a list of two', one('uint8[2]', [1]), 'list_length'],
    ['three items in a list of two', one('uint8[2]', [1, 2, 3]), 'list_length'],
    ['a wrong inner list', one('uint8[2][]', [[1, 2], [1]]), 'list_length'],
    ['an object for a list', one('uint8[]', { 0: 1, length: 1 }), 'list_invalid'],
    ['text for a list', one('uint8[]', 'abc'), 'list_invalid'],
    ['text for a struct', withTypes({ T: [{ name: 'a', type: 'U' }], U: [] }, 'T', { a: 'x' }), 'struct_invalid'],
  ])('%s', (_name, json, reason) => expect(reasonOf(json)).toBe(reason));
});

describe('domains', () => {
  const domain = (given: object) => ({ ...GOOD, domain: given });
  const declared = (fields: readonly object[], given: object) => ({
    ...GOOD,
    types: { ...GOOD.types, EIP712Domain: fields },
    domain: given,
  });
  const CHAIN_ID = { name: 'chainId', type: 'uint256' };

  it.each([
    ['another chain', domain({ ...DOMAIN, chainId: 137 }), 'chain_id_mismatch'],
    ['another chain as text', domain({ ...DOMAIN, chainId: '137' }), 'chain_id_mismatch'],
    ['another chain in hex', domain({ ...DOMAIN, chainId: '0x89' }), 'chain_id_mismatch'],
    ['no chain at all: 0', domain({ ...DOMAIN, chainId: 0 }), 'chain_id_mismatch'],
    ['a chain that wraps around to ours', domain({ ...DOMAIN, chainId: (2n ** 64n + 1n).toString() }), 'chain_id_mismatch'],
    ['a chain that wraps around the word', domain({ ...DOMAIN, chainId: (2n ** 256n + 1n).toString() }), 'integer_out_of_range'],
    ['a chain that is a list', domain({ ...DOMAIN, chainId: [1] }), 'integer_invalid'],
    ['a chain that is null', domain({ ...DOMAIN, chainId: null }), 'integer_invalid'],
    ['a member of its own', domain({ ...DOMAIN, chainID: 1 }), 'domain_member_unknown'],
    ['a salt of three bytes', domain({ ...DOMAIN, salt: '0x010203' }), 'bytes_length'],
    ['text for a domain', domain('USD' as never), 'domain_invalid'],
    ['a declared chain that is not given', declared([CHAIN_ID], {}), 'member_missing'],
    ['a given chain that is not declared', declared([{ name: 'name', type: 'string' }], { name: 'USD', chainId: 1 }), 'member_undeclared'],
    ['a chain of another type', declared([{ name: 'chainId', type: 'uint8' }], { chainId: 1 }), 'domain_type_invalid'],
    [
      'a contract that is text',
      declared([{ name: 'verifyingContract', type: 'string' }], { verifyingContract: 'x' }),
      'domain_type_invalid',
    ],
    ['a list of chains', declared([{ name: 'chainId', type: 'uint256[]' }], { chainId: [1, 137] }), 'domain_type_invalid'],
  ])('%s', (_name, json, reason) => expect(reasonOf(json)).toBe(reason));

  it('takes its own chain in each spelling, as one and the same order', () => {
    const payloads = [1, '1', '0x1', '0x01'].map((chainId) => readTyped(JSON.stringify(domain({ ...DOMAIN, chainId }))).payloadDigest);
    expect(new Set(payloads).size).toBe(1);
  });

  it('without a chain holds on every chain, also where a salt spells one', () => {
    const salted = { name: 'USD', version: '1', verifyingContract: USD, salt: `0x${'1'.padStart(64, '0')}` };
    for (const given of [{ verifyingContract: USD }, salted]) {
      const reading = readTyped(JSON.stringify(domain(given)));
      expect(reading.effects).toContainEqual(expect.objectContaining({ kind: 'hazard', hazard: 'valid_on_every_chain' }));
    }
  });

  it('signs for a domain alone as little as for a type nobody knows', () => {
    const reading = readTyped(
      typed({ types: {}, primaryType: 'EIP712Domain', message: {}, domain: DOMAIN }).replace(
        '"types":{}',
        '"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]}',
      ),
    );
    expect([reading.payload.length, reading.complete]).toEqual([34, false]);
  });
});

it('gives every mutation of good typed data either a refusal or a reading, in bounded time', () => {
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const pieces = [
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-1',
    'null',
    'true',
    '\\u0000',
    '\\ud800',
    '1e9',
    '"__proto__"',
    ME,
    '0x',
    'uint256',
    '[]',
    ' ',
  ];
  let readings = 0;
  for (let round = 0; round < 1_500; round += 1) {
    const at = next(text.length);
    const mutated = `${text.slice(0, at)}${pieces[next(pieces.length)]}${text.slice(at + next(4))}`;
    if (refusal(() => readTyped(mutated, FACTS, undefined, on(ME))) === 'NOT REFUSED') readings += 1;
  }
  expect(readings).toBeGreaterThan(3);
  expect(readings).toBeLessThan(500);
});
