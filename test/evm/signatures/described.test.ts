import { describe, expect, it } from 'vitest';
import { readDescriptor } from '../../../src/adapters/evm/descriptors/index.ts';
import { describedTypes } from '../../../src/adapters/evm/signatures/index.ts';
import { CHAIN, EVE, erc20, FACTS, ME, on, only, readTyped, SHOP, STRANGE, type TypedParts, USD } from './order-fixture.ts';

const TYPE = 'Withdraw(Part[] parts,address to,bytes call)Part(address token,uint256 amount)';
const ORDER: TypedParts = {
  types: {
    Withdraw: [
      ['parts', 'Part[]'],
      ['to', 'address'],
      ['call', 'bytes'],
    ],
    Part: [
      ['token', 'address'],
      ['amount', 'uint256'],
    ],
  },
  primaryType: 'Withdraw',
  message: {
    parts: [
      { token: USD, amount: 5n },
      { token: USD, amount: 6n },
    ],
    to: EVE,
    call: '0x',
  },
  contract: STRANGE,
};
const AMOUNT = { path: 'parts.[].amount', label: 'Send', format: 'tokenAmount', params: { tokenPath: 'parts.[].token' } };
const TO = { path: 'to', label: 'To', format: 'addressName', params: { types: ['eoa'] } };
const descriptor = (fields: readonly object[], context: object = {}, key = 'Withdraw') => ({
  context: { eip712: { deployments: [{ chainId: 1, address: STRANGE }], ...context } },
  display: { formats: { [key]: { intent: 'Withdraw', fields } } },
});
const read = (json: object, order: TypedParts = ORDER) =>
  readTyped(order, { ...FACTS, describe: describedTypes(CHAIN, [readDescriptor(json)]) });

describe('a type that a descriptor describes', () => {
  it('is a call of its contract by its own words, with what the descriptor tells of', () => {
    for (const key of ['Withdraw', TYPE]) {
      const reading = read(descriptor([AMOUNT, TO], {}, key));
      expect([reading.standard, reading.complete]).toEqual(['described', true]);
      expect(only(reading, 'call')[0]).toMatchObject({
        contract: on(STRANGE),
        method: 'Withdraw',
        args: { to: EVE, 'parts[1].amount': '6' },
      });
      expect(only(reading, 'outflow').map(({ account, asset, amount }) => [account, asset, amount])).toEqual([
        [on(ME), erc20(USD), 5n],
        [on(ME), erc20(USD), 6n],
        [on(STRANGE), 'eip155:1/slip44:60', 0n],
      ]);
      expect(only(reading, 'outflow')[2]?.counterparty).toBe(on(EVE));
    }
  });

  it('is unknown where the descriptor does not fit', () => {
    expect(read(descriptor([{ ...AMOUNT, path: 'parts.[].value' }])).complete).toBe(false);
    expect(read(descriptor([{ ...AMOUNT, params: {} }])).complete).toBe(false);
    for (const [json, order] of [
      [descriptor([AMOUNT], { deployments: [{ chainId: 1, address: SHOP }] }), ORDER],
      [descriptor([AMOUNT], { deployments: [{ chainId: 137, address: STRANGE }] }), ORDER],
      [descriptor([AMOUNT], { deployments: [] }), ORDER],
      [descriptor([AMOUNT], { domain: { name: 'Another' } }), ORDER],
      [descriptor([AMOUNT], {}, 'Deposit'), ORDER],
      [descriptor([AMOUNT], {}, TYPE.replace('uint256', 'uint128')), ORDER],
      [descriptor([AMOUNT]), { ...ORDER, contract: USD }],
    ] as const) {
      expect([read(json, order).standard, read(json, order).complete]).toEqual(['unknown', false]);
    }
    expect(read(descriptor([AMOUNT], { domain: { name: 'Test', version: '1' } })).standard).toBe('described');
  });

  it('follows the call inside it', () => {
    const call = { path: 'call', label: 'Call', format: 'calldata', params: { calleePath: 'parts.[0].token' } };
    const transfer = `0xa9059cbb${EVE.slice(2).padStart(64, '0')}${'5'.padStart(64, '0')}`;
    const reading = read(descriptor([call]), { ...ORDER, message: { ...(ORDER.message as object), call: transfer } });
    expect(only(reading, 'outflow')[0]).toMatchObject({ account: on(STRANGE), counterparty: on(EVE), asset: erc20(USD), amount: 5n });
  });

  it('never reads a known type in another way', () => {
    const single = {
      types: {
        Permit: [
          ['spender', 'address'],
          ['tokenId', 'uint256'],
          ['nonce', 'uint256'],
          ['deadline', 'uint256'],
        ],
      },
      ...{ primaryType: 'Permit', message: { spender: EVE, tokenId: 1, nonce: 0, deadline: 1 }, contract: STRANGE },
    } as const;
    expect(read(descriptor([], {}, 'Permit'), single).standard).toBe('erc721_permit');
  });
});

it('reads types that hold each other in every way, in no time', () => {
  const names = Array.from({ length: 40 }, (_, index) => `T${index}`);
  const types = Object.fromEntries(
    names.map((name, index) => [
      name,
      [
        ['a', `${names[(index + 1) % 40]}[]`],
        ['b', `${names[(index + 1) % 40]}[]`],
      ] as const,
    ]),
  );
  const order: TypedParts = { types, primaryType: 'T0', message: { a: [], b: [] }, contract: STRANGE };
  const startedAt = performance.now();
  expect(read(descriptor([{ ...AMOUNT, path: 'a.[].a.[].b' }], {}, 'T0'), order).standard).toBe('described');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

it('flags texts inside typed data that look like something else', () => {
  const order: TypedParts = {
    types: { Note: [['notes', 'string[]']] },
    primaryType: 'Note',
    message: { notes: ['fine', 'раypal'] },
    contract: STRANGE,
  };
  expect(only(readTyped(order), 'hazard').map(({ hazard }) => hazard)).toEqual(['misleading_text']);
  const domain = { name: 'USD\u200b Coin', chainId: 1, verifyingContract: STRANGE };
  expect(only(readTyped({ ...order, message: { notes: [] }, domain }), 'hazard').map(({ hazard }) => hazard)).toEqual(['misleading_text']);
});
