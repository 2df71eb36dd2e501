import { describe, expect, it } from 'vitest';
import { EVE, erc20, hazards, ME, on, only, readTyped, refusal, SHOP, STRANGE, type TypedParts, USD } from './order-fixture.ts';

const SOON = 1_800_000_000;
const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const MAX = 2n ** 256n - 1n;

describe('Permit2', () => {
  const DETAILS = [
    ['token', 'address'],
    ['amount', 'uint160'],
    ['expiration', 'uint48'],
    ['nonce', 'uint48'],
  ] as const;
  const detail = { token: USD, amount: 40n, expiration: SOON + 60, nonce: 9 };
  const single = (details: object, rest: object = {}, contract = PERMIT2): TypedParts => ({
    types: {
      PermitSingle: [
        ['details', 'PermitDetails'],
        ['spender', 'address'],
        ['sigDeadline', 'uint256'],
      ],
      PermitDetails: DETAILS,
    },
    primaryType: 'PermitSingle',
    message: { details: { ...detail, ...details }, spender: SHOP, sigDeadline: SOON, ...rest },
    domain: { name: 'Permit2', chainId: 1, verifyingContract: contract },
  });
  const batch = (details: readonly object[]): TypedParts => ({
    types: {
      PermitBatch: [
        ['details', 'PermitDetails[]'],
        ['spender', 'address'],
        ['sigDeadline', 'uint256'],
      ],
      PermitDetails: DETAILS,
    },
    primaryType: 'PermitBatch',
    message: { details, spender: EVE, sigDeadline: SOON },
    contract: PERMIT2,
  });
  const TRANSFER = [
    ['permitted', 'TokenPermissions'],
    ['spender', 'address'],
    ['nonce', 'uint256'],
    ['deadline', 'uint256'],
  ] as const;
  const PERMISSIONS = [
    ['token', 'address'],
    ['amount', 'uint256'],
  ] as const;

  it('single: an allowance with an end of its own, at Permit2, for the token', () => {
    const reading = readTyped(single({}));
    expect(reading).toMatchObject({ standard: 'permit2_single', complete: true, expiresAtMs: SOON * 1_000 });
    expect(only(reading, 'allowance')).toEqual([
      {
        kind: 'allowance',
        owner: on(ME),
        spender: on(SHOP),
        asset: erc20(USD),
        amount: 40n,
        expiresAtMs: (SOON + 60) * 1_000,
        leaf: '0',
        source: 'bytes',
      },
    ]);
    expect(only(reading, 'call')[0]).toMatchObject({ contract: on(PERMIT2), protocol: 'permit2' });
    expect(reading.mark).toEqual({ contract: on(PERMIT2), place: 'permit2_allowance', args: { token: USD, spender: SHOP, nonce: '9' } });
  });

  it('single: what has no bound says so', () => {
    expect(only(readTyped(single({ amount: 2n ** 160n - 1n })), 'allowance')[0]?.amount).toBe('unlimited');
    expect(hazards(readTyped(single({ expiration: 2n ** 48n - 1n })))).toEqual(['never_expires']);
    expect(hazards(readTyped(single({}, { sigDeadline: MAX })))).toEqual(['never_expires']);
    expect(only(readTyped(single({ expiration: 0 })), 'allowance')[0]?.expiresAtMs).toBe(SOON * 1_000);
  });

  it('at any other contract is unknown', () => {
    const reading = readTyped(single({}, {}, STRANGE));
    expect([reading.standard, reading.complete, only(reading, 'allowance')]).toEqual(['unknown', false, []]);
    expect(only(reading, 'unknown')[0]).toMatchObject({ contract: on(STRANGE), selector: expect.stringMatching(/^0x[0-9a-f]{8}$/) });
  });

  it('batch: each token, and none at all is unknown', () => {
    const reading = readTyped(batch([detail, { ...detail, token: STRANGE, amount: 2n ** 160n - 1n }]));
    expect(only(reading, 'allowance').map(({ asset, amount }) => [asset, amount])).toEqual([
      [erc20(USD), 40n],
      [erc20(STRANGE), 'unlimited'],
    ]);
    expect(readTyped(batch([])).complete).toBe(false);
    expect(refusal(() => readTyped(batch(Array.from({ length: 257 }, () => detail))))).toBe('too_many_items');
  });

  it('transfer: at most the amount, once, to whom the spender says', () => {
    const reading = readTyped({
      types: { PermitTransferFrom: TRANSFER, TokenPermissions: PERMISSIONS },
      primaryType: 'PermitTransferFrom',
      message: { permitted: { token: USD, amount: 11n }, spender: SHOP, nonce: 300n, deadline: SOON },
      contract: PERMIT2,
    });
    expect(only(reading, 'allowance')[0]).toMatchObject({ spender: on(SHOP), amount: 11n, expiresAtMs: SOON * 1_000 });
    expect(reading.mark).toEqual({ contract: on(PERMIT2), place: 'permit2_bitmap', args: { nonce: '300' } });
  });

  it('batch transfer: every token of it', () => {
    const reading = readTyped({
      types: { PermitBatchTransferFrom: [['permitted', 'TokenPermissions[]'], ...TRANSFER.slice(1)], TokenPermissions: PERMISSIONS },
      primaryType: 'PermitBatchTransferFrom',
      message: {
        permitted: [
          { token: USD, amount: 1n },
          { token: STRANGE, amount: 2n },
        ],
        spender: SHOP,
        nonce: 1n,
        deadline: SOON,
      },
      contract: PERMIT2,
    });
    expect(only(reading, 'allowance').map(({ amount }) => amount)).toEqual([1n, 2n]);
  });

  it('transfer with a witness nobody knows is bounded by the transfer all the same', () => {
    const reading = readTyped({
      types: {
        PermitWitnessTransferFrom: [...TRANSFER, ['witness', 'Intent']],
        TokenPermissions: PERMISSIONS,
        Intent: [['note', 'string']],
      },
      primaryType: 'PermitWitnessTransferFrom',
      message: { permitted: { token: USD, amount: 11n }, spender: SHOP, nonce: 1n, deadline: SOON, witness: { note: 'x' } },
      contract: PERMIT2,
    });
    expect(reading).toMatchObject({ standard: 'permit2_witness', complete: true });
    expect(only(reading, 'allowance')[0]?.amount).toBe(11n);
    expect(only(reading, 'call')[0]?.args).toMatchObject({ 'witness.note': 'x' });
  });

  const ORDER = {
    PermitWitnessTransferFrom: [...TRANSFER, ['witness', 'LimitOrder']],
    TokenPermissions: PERMISSIONS,
    LimitOrder: [
      ['info', 'OrderInfo'],
      ['inputToken', 'address'],
      ['inputAmount', 'uint256'],
      ['outputs', 'OutputToken[]'],
    ],
    OrderInfo: [
      ['reactor', 'address'],
      ['swapper', 'address'],
      ['nonce', 'uint256'],
      ['deadline', 'uint256'],
      ['additionalValidationContract', 'address'],
      ['additionalValidationData', 'bytes'],
    ],
    OutputToken: [
      ['token', 'address'],
      ['amount', 'uint256'],
      ['recipient', 'address'],
    ],
  } as const;
  const swap = (info: object, recipient: string): TypedParts => ({
    types: ORDER,
    primaryType: 'PermitWitnessTransferFrom',
    message: {
      ...{ permitted: { token: USD, amount: 11n }, spender: SHOP, nonce: 1n, deadline: SOON },
      witness: {
        info: {
          reactor: SHOP,
          swapper: ME,
          nonce: 1,
          deadline: SOON,
          additionalValidationContract: STRANGE,
          additionalValidationData: '0x',
          ...info,
        },
        ...{ inputToken: USD, inputAmount: 11n, outputs: [{ token: STRANGE, amount: 5n, recipient }] },
      },
    },
    contract: PERMIT2,
  });

  it('UniswapX: shows what comes in, and a payment where it comes in elsewhere', () => {
    const reading = readTyped(swap({}, ME));
    expect(reading).toMatchObject({ standard: 'uniswapx', complete: true });
    expect(only(reading, 'inflow')[0]).toMatchObject({ account: on(ME), asset: erc20(STRANGE), amount: 5n });
    expect(only(reading, 'outflow')).toEqual([]);
    expect(only(readTyped(swap({}, EVE)), 'outflow')[0]).toMatchObject({ counterparty: on(EVE), asset: erc20(USD), amount: 11n });
  });

  it('UniswapX: an order for another contract than the spender, or of another account, promises nothing', () => {
    for (const info of [{ reactor: EVE }, { swapper: EVE }]) {
      const reading = readTyped(swap(info, ME));
      expect([reading.complete, only(reading, 'inflow')]).toEqual([false, []]);
    }
  });
});

it('a witness beside another type of what may be taken is unknown, and nothing breaks', () => {
  for (const fields of [
    [['asset', 'address']],
    [
      ['token', 'address'],
      ['amount', 'uint128'],
    ],
  ] as const) {
    const permitted = fields.length === 1 ? { asset: USD } : { token: USD, amount: 1 };
    const reading = readTyped({
      types: {
        PermitWitnessTransferFrom: [
          ['permitted', 'TokenPermissions'],
          ['spender', 'address'],
          ['nonce', 'uint256'],
          ['deadline', 'uint256'],
          ['witness', 'bytes32'],
        ],
        TokenPermissions: fields,
      },
      primaryType: 'PermitWitnessTransferFrom',
      message: { permitted, spender: SHOP, nonce: 1, deadline: SOON, witness: `0x${'00'.repeat(32)}` },
      contract: PERMIT2,
    });
    expect([reading.standard, reading.complete]).toEqual(['unknown', false]);
  }
});
