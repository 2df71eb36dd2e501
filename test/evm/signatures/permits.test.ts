import { describe, expect, it } from 'vitest';
import { EVE, erc20, hazards, ME, on, only, readTyped, SHOP, STRANGE, type TypedParts, USD } from './order-fixture.ts';

const SOON = 1_800_000_000;
const MAX = 2n ** 256n - 1n;

const permit = (message: object, parts: Partial<TypedParts> = {}): TypedParts => ({
  types: {
    Permit: [
      ['owner', 'address'],
      ['spender', 'address'],
      ['value', 'uint256'],
      ['nonce', 'uint256'],
      ['deadline', 'uint256'],
    ],
  },
  primaryType: 'Permit',
  message: { owner: ME, spender: SHOP, value: 25n, nonce: 3, deadline: SOON, ...message },
  ...parts,
});

describe('EIP-2612', () => {
  it('is an allowance, void from its deadline on, whose nonce tells of it', () => {
    const reading = readTyped(permit({}));
    expect(reading).toMatchObject({ standard: 'eip2612', complete: true, expiresAtMs: SOON * 1_000 });
    expect(reading.effects).toEqual([
      {
        kind: 'allowance',
        owner: on(ME),
        spender: on(SHOP),
        asset: erc20(USD),
        amount: 25n,
        expiresAtMs: null,
        leaf: '0',
        source: 'bytes',
      },
    ]);
    expect(reading.mark).toEqual({ contract: on(USD), place: 'nonce', args: { nonce: '3' } });
  });

  it('at a token nobody listed is a call besides, which a rule has to allow', () => {
    const reading = readTyped(permit({}, { contract: STRANGE }));
    expect(only(reading, 'allowance')[0]?.asset).toBe(erc20(STRANGE));
    expect(only(reading, 'call')[0]).toMatchObject({
      contract: on(STRANGE),
      selector: '0x6e71edae',
      method: 'Permit',
      args: { spender: SHOP, value: '25' },
    });
  });

  it('without a bound says so: the amount, and the end', () => {
    expect(only(readTyped(permit({ value: MAX })), 'allowance')[0]?.amount).toBe('unlimited');
    for (const deadline of [MAX, 9_999_999_999n, 4_102_444_800n]) {
      const reading = readTyped(permit({ deadline }));
      expect([reading.expiresAtMs, hazards(reading)]).toEqual([null, ['never_expires']]);
    }
    expect(hazards(readTyped(permit({ deadline: 4_102_444_799n })))).toEqual([]);
  });

  it('for another owner is unknown: nothing tells whose wallet takes our signature', () => {
    const reading = readTyped(permit({ owner: EVE }));
    expect(reading.complete).toBe(false);
    expect(only(reading, 'allowance')[0]?.owner).toBe(on(EVE));
    expect(only(reading, 'unknown')[0]).toMatchObject({ contract: on(USD), selector: '0x6e71edae' });
  });

  it('by any other type of the same name is unknown', () => {
    const fields = [
      ['owner', 'address'],
      ['spender', 'address'],
      ['value', 'uint128'],
      ['nonce', 'uint256'],
      ['deadline', 'uint256'],
    ] as const;
    const reading = readTyped(permit({}, { types: { Permit: fields } }));
    expect([reading.standard, reading.complete, only(reading, 'allowance')]).toEqual(['unknown', false, []]);
  });

  it('is not fooled by a name of the domain: the token is the contract', () => {
    const reading = readTyped(permit({}, { domain: { name: 'USD Coin', version: '2', chainId: 1, verifyingContract: STRANGE } }));
    expect(only(reading, 'allowance')[0]?.asset).toBe(erc20(STRANGE));
  });
});

describe('DAI’s permit', () => {
  const dai = (message: object): TypedParts => ({
    types: {
      Permit: [
        ['holder', 'address'],
        ['spender', 'address'],
        ['nonce', 'uint256'],
        ['expiry', 'uint256'],
        ['allowed', 'bool'],
      ],
    },
    primaryType: 'Permit',
    message: { holder: ME, spender: SHOP, nonce: 0, expiry: SOON, allowed: true, ...message },
  });

  it('is all or nothing, and an expiry of 0 is none', () => {
    expect(readTyped(dai({}))).toMatchObject({ standard: 'dai_permit', expiresAtMs: SOON * 1_000 });
    expect(only(readTyped(dai({})), 'allowance')[0]?.amount).toBe('unlimited');
    expect(only(readTyped(dai({ allowed: false })), 'allowance')[0]?.amount).toBe(0n);
    expect([readTyped(dai({ expiry: 0 })).expiresAtMs, hazards(readTyped(dai({ expiry: 0 })))]).toEqual([null, ['never_expires']]);
  });
});

it('reads the permit of one collectible', () => {
  const reading = readTyped({
    types: {
      Permit: [
        ['spender', 'address'],
        ['tokenId', 'uint256'],
        ['nonce', 'uint256'],
        ['deadline', 'uint256'],
      ],
    },
    primaryType: 'Permit',
    message: { spender: SHOP, tokenId: 7, nonce: 0, deadline: SOON },
    contract: STRANGE,
  });
  expect(only(reading, 'allowance')[0]).toMatchObject({ asset: `eip155:1/erc721:${STRANGE}/7`, amount: 1n, spender: on(SHOP) });
});

describe('EIP-3009', () => {
  const FIELDS = [
    ['from', 'address'],
    ['to', 'address'],
    ['value', 'uint256'],
    ['validAfter', 'uint256'],
    ['validBefore', 'uint256'],
    ['nonce', 'bytes32'],
  ] as const;
  const NONCE = `0x${'ab'.repeat(32)}`;

  it.each(['TransferWithAuthorization', 'ReceiveWithAuthorization'])('%s is a payment', (primaryType) => {
    const message = { from: ME, to: SHOP, value: 12n, validAfter: 0, validBefore: SOON, nonce: NONCE };
    const reading = readTyped({ types: { [primaryType]: FIELDS }, primaryType, message });
    expect(only(reading, 'outflow')).toEqual([
      { kind: 'outflow', account: on(ME), counterparty: on(SHOP), asset: erc20(USD), amount: 12n, leaf: '0', source: 'bytes' },
    ]);
    expect(reading).toMatchObject({
      complete: true,
      expiresAtMs: SOON * 1_000,
      mark: { contract: on(USD), place: 'eip3009', args: { nonce: NONCE } },
    });
    expect(hazards(readTyped({ types: { [primaryType]: FIELDS }, primaryType, message: { ...message, validBefore: MAX } }))).toEqual([
      'never_expires',
    ]);
    expect(readTyped({ types: { [primaryType]: FIELDS }, primaryType, message: { ...message, from: EVE } }).complete).toBe(false);
  });

  it('taken back moves nothing', () => {
    const reading = readTyped({
      types: {
        CancelAuthorization: [
          ['authorizer', 'address'],
          ['nonce', 'bytes32'],
        ],
      },
      primaryType: 'CancelAuthorization',
      message: { authorizer: ME, nonce: NONCE },
    });
    expect(reading.effects.map(({ kind }) => kind)).toEqual(['message']);
  });
});
