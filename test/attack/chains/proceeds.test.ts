import { encodeFunctionData, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { type AccountId, type Effect, toHex } from '../../../src/core/index.ts';
import { codecOf, decodeCall as decodeOn, on as onMainnet, EVE as THIEF, USDC, WALLET } from '../../evm/protocols/protocol-fixture.ts';
import { EVE, ME, on, readTyped, STRANGE, type TypedParts, USD } from '../../evm/signatures/order-fixture.ts';

const SEAPORT = '0x0000000000000068f116a894984e2db1123eb395';
const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const NOBODY = `0x${'0'.repeat(40)}`;
const WORD = `0x${'0'.repeat(64)}`;
const SOON = 1_800_000_000;
const fields = (text: string) => text.split(',').map((field) => field.split(' ').reverse() as unknown as readonly [string, string]);

/** Whom money of an order or a call is paid to: what a list of destinations is held against. */
const paid = (effects: readonly Effect[]): readonly (AccountId | null)[] =>
  effects.flatMap((effect) => (effect.kind === 'outflow' ? [effect.counterparty] : []));

const ITEM = 'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount';
const coins = (amount: bigint, recipient: string, end = amount) => ({
  ...{ itemType: 0, token: NOBODY, identifierOrCriteria: 0, startAmount: amount, endAmount: end, recipient },
});

/** One collectible for what `consideration` says. */
const sale = (...consideration: readonly object[]): TypedParts => ({
  types: {
    OrderComponents: fields(
      'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter',
    ),
    OfferItem: fields(ITEM),
    ConsiderationItem: fields(`${ITEM},address recipient`),
  },
  primaryType: 'OrderComponents',
  contract: SEAPORT,
  message: {
    ...{ offerer: ME, zone: NOBODY, orderType: 0, startTime: 0, endTime: SOON, zoneHash: WORD, salt: 1, conduitKey: WORD, counter: 0 },
    offer: [{ itemType: 2, token: STRANGE, identifierOrCriteria: 7, startAmount: 1, endAmount: 1 }],
    consideration,
  },
});

describe('a sale whose price goes to somebody else', () => {
  it('is a payment to them, though a coin of it comes to the wallet', () => {
    for (const others of [[coins(999n, EVE)], [coins(500n, EVE), coins(499n, EVE)], [coins(0n, EVE, 999n)]])
      expect(paid(readTyped(sale(coins(1n, ME), ...others)).effects)).toContain(on(EVE));
    const elsewhere = { ...coins(999n, EVE), itemType: 1, token: USD };
    expect(paid(readTyped(sale(coins(1_000n, ME), elsewhere)).effects), 'in another asset').toContain(on(EVE));
    expect(paid(readTyped(sale(coins(1_000n, ME, 1n), coins(100n, EVE))).effects), 'when the price has fallen').toContain(on(EVE));
  });

  it('is none where they take what markets take', () => {
    expect(paid(readTyped(sale(coins(850n, ME), coins(150n, EVE))).effects)).toEqual([on(SEAPORT)]);
    expect(paid(readTyped(sale(coins(849n, ME), coins(151n, EVE))).effects)).toContain(on(EVE));
  });

  it('UniswapX: the same', () => {
    const swap = (...outputs: readonly (readonly [bigint, string])[]): TypedParts => ({
      types: {
        PermitWitnessTransferFrom: fields('TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,LimitOrder witness'),
        TokenPermissions: fields('address token,uint256 amount'),
        LimitOrder: fields('OrderInfo info,address inputToken,uint256 inputAmount,OutputToken[] outputs'),
        OrderInfo: fields(
          'address reactor,address swapper,uint256 nonce,uint256 deadline,address additionalValidationContract,bytes additionalValidationData',
        ),
        OutputToken: fields('address token,uint256 amount,address recipient'),
      },
      primaryType: 'PermitWitnessTransferFrom',
      contract: PERMIT2,
      message: {
        ...{ permitted: { token: USD, amount: 11 }, spender: STRANGE, nonce: 1, deadline: SOON },
        witness: {
          info: {
            reactor: STRANGE,
            swapper: ME,
            nonce: 1,
            deadline: SOON,
            additionalValidationContract: NOBODY,
            additionalValidationData: '0x',
          },
          ...{ inputToken: USD, inputAmount: 11, outputs: outputs.map(([amount, recipient]) => ({ token: USD, amount, recipient })) },
        },
      },
    });
    expect(paid(readTyped(swap([1n, ME], [999n, EVE])).effects)).toEqual([on(EVE)]);
    expect(paid(readTyped(swap([0n, ME], [999n, EVE])).effects)).toEqual([on(EVE), on(EVE)]);
    expect(paid(readTyped(swap([1n, STRANGE], [999n, EVE])).effects), 'behind one that is known').toContain(on(EVE));
    expect(paid(readTyped(swap([997n, ME], [3n, EVE])).effects)).toEqual([]);
  });
});

describe('a position that is paid out to somebody else', () => {
  const ALL = 2n ** 256n - 1n;
  const VAULT = '0x0000000000000000000000000000000000000fa1';
  const codec = codecOf();
  const call = (to: string, signature: string, args: readonly unknown[]) => {
    const data = encodeFunctionData({ abi: parseAbi([`function ${signature}`] as readonly string[]), args } as never);
    return decodeOn(codec, to, data);
  };

  it('is not understood where no argument says how much', () => {
    const aave = '0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2';
    const withdraw = (amount: bigint, to: string) => call(aave, 'withdraw(address,uint256,address)', [USDC, amount, to]);
    expect([withdraw(ALL, THIEF).complete, withdraw(ALL, WALLET).complete, withdraw(5n, THIEF).complete]).toEqual([false, true, true]);
    const claim = (to: string) =>
      call('0x889edc2edab5f40e902b864ad4d7ade8e412f9b1', 'claimWithdrawalsTo(uint256[],uint256[],address)', [[1n], [1n], to]);
    expect([claim(THIEF).complete, claim(WALLET).complete]).toEqual([false, true]);
  });

  it('shows them at a vault that the owner lists by its methods', () => {
    for (const [signature, args] of [
      ['redeem(uint256,address,address)', [5n, THIEF, WALLET]],
      ['withdraw(uint256,address,address)', [5n, THIEF, WALLET]],
      ['deposit(uint256,address)', [5n, THIEF]],
      ['mint(uint256,address)', [5n, THIEF]],
    ] as const)
      expect(paid(call(VAULT, signature, args).effects), signature).toContain(onMainnet(THIEF));
  });
});

it('a batch of Permit2 transfers through the router goes where it says: 1 is nobody’s address there, and not the caller', () => {
  const rows = `${'0'.repeat(62)}20${'0'.repeat(63)}1${WALLET.slice(2).padStart(64, '0')}${'0'.repeat(63)}1${'0'.repeat(63)}9${USDC.slice(2).padStart(64, '0')}`;
  const abi = parseAbi(['function execute(bytes commands,bytes[] inputs)']);
  const data = encodeFunctionData({ abi, args: [`0x${toHex(Uint8Array.of(0x0d))}`, [`0x${rows}`]] });
  const { effects, complete } = decodeOn(codecOf(), '0x66a9893cc07d91d95644aedd05d03f95e1dba8af', data);
  expect([complete, paid(effects)]).toEqual([true, [onMainnet(`0x${'0'.repeat(39)}1`)]]);
});
