import { encodeFunctionData, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import type { AccountId, Effect } from '../../src/core/index.ts';
import { assetOf, BOB, bytes, CHAIN, codec, context, NATIVE, STRANGE, TOKEN, WALLET } from './codec-fixture.ts';

const raw = (account: AccountId): `0x${string}` => account.slice(CHAIN.length + 1) as `0x${string}`;
const MAX = 2n ** 256n - 1n;

const ABI = parseAbi([
  'function transfer(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
  'function increaseAllowance(address spender, uint256 added)',
  'function decreaseAllowance(address spender, uint256 removed)',
  'function transferFrom(address from, address to, uint256 amount)',
  'function permit(address owner,address spender,uint256 amount,uint256 deadline,uint8 v,bytes32 r,bytes32 s)',
  'function setApprovalForAll(address operator, bool approved)',
  'function safeTransferFrom(address from, address to, uint256 id)',
  'function transferOwnership(address newOwner)',
  'function multicall(bytes[] data)',
  'function multicall(uint256 deadline, bytes[] data)',
  'function aggregate3Value((address target,bool allowFailure,uint256 value,bytes data)[] calls) payable',
  'function aggregate3((address target,bool allowFailure,bytes data)[] calls) payable',
  'function executeBatch((address target,uint256 value,bytes data)[] calls)',
]);
const data = (functionName: string, args: readonly unknown[]): `0x${string}` =>
  encodeFunctionData({ abi: ABI, functionName, args } as never);

function decodeCall(to: AccountId, calldata: string, value = 0n) {
  return codec.decode(codec.build({ kind: 'calls', calls: [{ to, value, data: bytes(calldata) }] }, context));
}
/** Effects but the fee, without place and source. */
const told = (effects: readonly Effect[]): unknown[] =>
  effects.filter(({ kind }) => kind !== 'fee').map(({ leaf: _leaf, source: _source, ...rest }) => rest);
const kinds = (effects: readonly Effect[]): string[] => effects.map(({ kind, leaf }) => `${leaf}:${kind}`);
const moved = (from: AccountId, to: AccountId, asset: string, amount: bigint) => [
  { kind: 'outflow', account: from, counterparty: to, asset, amount },
  { kind: 'inflow', account: to, counterparty: from, asset, amount },
];

describe('what is built is what is decoded', () => {
  it('a native transfer', () => {
    const tx = codec.build({ kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB }, context);
    const decoded = codec.decode(tx);
    expect(decoded.complete).toBe(true);
    expect(decoded.effects[0]).toEqual({
      kind: 'fee',
      account: WALLET,
      asset: NATIVE,
      max: context.fee.ceiling,
      leaf: '0',
      source: 'bytes',
    });
    expect(told(decoded.effects)).toEqual(moved(WALLET, BOB, NATIVE, 5n));
    expect(codec.build({ kind: 'calls', calls: decoded.calls }, context)).toEqual(tx);
  });

  it('a token transfer, transferFrom of somebody else’s, an approval', () => {
    const asset = assetOf(TOKEN);
    const transfer = codec.decode(codec.build({ kind: 'transfer', asset, amount: 9n, to: BOB }, context));
    expect(told(transfer.effects)).toEqual(moved(WALLET, BOB, asset, 9n));
    const from = codec.decode(codec.build({ kind: 'transfer_from', asset, amount: 9n, from: STRANGE, to: BOB }, context));
    expect(told(from.effects)).toEqual(moved(STRANGE, BOB, asset, 9n));
    const approve = codec.decode(codec.build({ kind: 'approve', asset, amount: 9n, spender: BOB }, context));
    expect(told(approve.effects)).toEqual([{ kind: 'allowance', owner: WALLET, spender: BOB, asset, amount: 9n, expiresAtMs: null }]);
  });

  it.each([['unlimited' as const], [MAX], [2n ** 255n]])('approve %s is unlimited', (amount) => {
    const tx = codec.build({ kind: 'approve', asset: assetOf(TOKEN), amount, spender: BOB }, context);
    expect(told(codec.decode(tx).effects)).toMatchObject([{ kind: 'allowance', amount: 'unlimited' }]);
  });

  it('a foreign transaction: slot and fee become ours; adopted: they stay', () => {
    const foreign = codec.build({ kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB }, { ...context, slot: 99 });
    const ours = codec.build({ kind: 'transaction', bytes: foreign.payload }, context);
    expect(ours.slot).toBe(7);
    expect(codec.decode(ours).calls).toEqual(codec.decode(foreign).calls);
    expect(codec.adopt(foreign.payload, CHAIN, WALLET)).toEqual(foreign);
  });
});

describe('every kind of leaf', () => {
  it('an unknown token shows both the movement and the call', () => {
    const decoded = decodeCall(STRANGE, data('transfer', [raw(BOB), 3n]));
    expect(decoded.complete).toBe(true);
    expect(told(decoded.effects)).toEqual([
      {
        kind: 'call',
        contract: STRANGE,
        selector: '0xa9059cbb',
        method: 'transfer',
        args: { to: raw(BOB), amount: '3' },
        value: 0n,
        asset: NATIVE,
      },
      ...moved(WALLET, BOB, assetOf(STRANGE), 3n),
    ]);
  });

  it('value sent along with a token call moves too', () => {
    expect(told(decodeCall(TOKEN, data('transfer', [raw(BOB), 3n]), 8n).effects)).toEqual([
      ...moved(WALLET, TOKEN, NATIVE, 8n),
      ...moved(WALLET, BOB, assetOf(TOKEN), 3n),
    ]);
  });

  it('increase, decrease and a submitted permit are allowances and calls', () => {
    const asset = assetOf(TOKEN);
    const increase = decodeCall(TOKEN, data('increaseAllowance', [raw(BOB), 4n]));
    expect(told(increase.effects)).toMatchObject([{ kind: 'call' }, { kind: 'allowance', owner: WALLET, spender: BOB, asset, amount: 4n }]);
    const decrease = decodeCall(TOKEN, data('decreaseAllowance', [raw(BOB), 4n]));
    expect(told(decrease.effects)).toMatchObject([{ kind: 'call' }, { kind: 'allowance', amount: 0n }]);
    const zero = `0x${'00'.repeat(32)}`;
    const permit = decodeCall(TOKEN, data('permit', [raw(STRANGE), raw(BOB), MAX, 1n, 27, zero, zero]));
    expect(told(permit.effects)).toMatchObject([
      { kind: 'call' },
      { kind: 'allowance', owner: STRANGE, spender: BOB, amount: 'unlimited' },
    ]);
  });

  it('an operator, and a change of owner', () => {
    expect(told(decodeCall(STRANGE, data('setApprovalForAll', [raw(BOB), true])).effects)).toMatchObject([
      { kind: 'call' },
      { kind: 'operator', owner: WALLET, operator: BOB, collection: STRANGE, approved: true },
    ]);
    expect(told(decodeCall(STRANGE, data('transferOwnership', [raw(BOB)])).effects)).toMatchObject([
      { kind: 'call' },
      { kind: 'control', account: STRANGE, aspect: 'owner', to: BOB },
    ]);
  });

  it.each([
    ['an unknown method', '0xdeadbeef'],
    ['an NFT transfer', data('safeTransferFrom', [raw(WALLET), raw(BOB), 1n])],
    ['calldata shorter than a selector', '0xa905'],
    ['trailing bytes', `${data('transfer', [raw(BOB), 1n])}00`],
    ['missing bytes', data('transfer', [raw(BOB), 1n]).slice(0, -2)],
    ['dirty padding', `0xa9059cbb01${'00'.repeat(31)}${'00'.repeat(32)}`],
    ['a bool that is two', `0xa22cb465${'00'.repeat(63)}02`],
    ['a multicall with a false offset', `0xac9650d8${'00'.repeat(31)}40${'00'.repeat(64)}`],
    ['a multicall with trailing bytes', `${data('multicall', [[]])}00`],
    ['a multicall of endless length', `0xac9650d8${'00'.repeat(31)}20${'ff'.repeat(32)}`],
  ])('%s is unknown', (_name, calldata) => {
    const decoded = decodeCall(TOKEN, calldata);
    expect(decoded.complete).toBe(false);
    expect(kinds(decoded.effects)).toEqual(['0:fee', '0:call', '0:unknown']);
  });
});

describe('batches', () => {
  const inner = data('transfer', [raw(BOB), 3n]);

  it('a contract calling into itself keeps the sender and counts the value once', () => {
    const decoded = decodeCall(STRANGE, data('multicall', [[inner, data('approve', [raw(BOB), MAX])]]), 10n);
    expect(kinds(decoded.effects)).toEqual([
      '0:fee',
      '0:outflow',
      '0:inflow',
      '0:call',
      '0.0:call',
      '0.0:outflow',
      '0.0:inflow',
      '0.1:call',
      '0.1:allowance',
      '0.1:unknown',
    ]);
    expect(decoded.effects.filter(({ kind }) => kind === 'outflow')).toMatchObject([{ amount: 10n }, { account: WALLET, amount: 3n }]);
    expect(decoded.effects.find(({ leaf, kind }) => leaf === '0.1' && kind === 'call')).toMatchObject({ value: 0n });
  });

  it('what Multicall3 calls moves what is Multicall3’s', () => {
    const calls = [
      { target: raw(TOKEN), allowFailure: false, value: 0n, data: inner },
      { target: raw(BOB), allowFailure: false, value: 6n, data: '0x' },
    ];
    const decoded = decodeCall(STRANGE, data('aggregate3Value', [calls]), 6n);
    expect(decoded.effects.filter(({ kind }) => kind === 'outflow')).toEqual([
      { kind: 'outflow', account: WALLET, counterparty: STRANGE, asset: NATIVE, amount: 6n, leaf: '0', source: 'bytes' },
      { kind: 'outflow', account: STRANGE, counterparty: BOB, asset: assetOf(TOKEN), amount: 3n, leaf: '0.0', source: 'bytes' },
      { kind: 'outflow', account: STRANGE, counterparty: BOB, asset: NATIVE, amount: 6n, leaf: '0.1', source: 'bytes' },
    ]);
    expect(decoded.effects.find(({ kind }) => kind === 'call')).toMatchObject({
      method: 'aggregate3Value',
      args: { calls: '2', sender: STRANGE },
    });
  });

  it('an unknown leaf deep inside makes all of it incomplete', () => {
    const calls = [{ target: raw(TOKEN), value: 0n, data: data('multicall', [9n, ['0xdeadbeef']]) }];
    const decoded = decodeCall(STRANGE, data('executeBatch', [calls]));
    expect(decoded.complete).toBe(false);
    expect(decoded.effects.at(-1)).toMatchObject({ kind: 'unknown', leaf: '0.0.0', contract: TOKEN, selector: '0xdeadbeef' });
  });

  it('stops at depth 8 and at 256 leaves, and says so', () => {
    const nest = (depth: number): `0x${string}` => (depth === 0 ? inner : data('multicall', [[nest(depth - 1)]]));
    expect(decodeCall(STRANGE, nest(8)).complete).toBe(true);
    const deep = decodeCall(STRANGE, nest(9));
    expect(deep.complete).toBe(false);
    expect(deep.effects.at(-1)).toMatchObject({ kind: 'unknown', detail: 'calls nest deeper than 8' });
    expect(decodeCall(STRANGE, data('multicall', [Array(255).fill(inner)])).complete).toBe(true);
    const wide = decodeCall(STRANGE, data('multicall', [Array(256).fill(inner)]));
    expect(wide.complete).toBe(false);
    expect(wide.effects.at(-1)).toMatchObject({ kind: 'unknown', detail: 'more than 256 calls' });
  });
});
