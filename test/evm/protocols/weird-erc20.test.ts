import { encodeFunctionData, type Hex, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { describeVectors, vectorText } from '../../vectors.ts';
import { codecOf, DAI, decodeCall, EVE, on, outOf, token, USDC, WALLET } from './protocol-fixture.ts';

const ABI = parseAbi([
  'function transfer(address to,uint256 amount)',
  'function transferFrom(address from,address to,uint256 amount)',
  'function approve(address spender,uint256 amount)',
]);
const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const PERMIT2_ABI = parseAbi(['function approve(address token,address spender,uint160 amount,uint48 expiration)']);
const DAI_ABI = parseAbi([
  'function permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed,uint8 v,bytes32 r,bytes32 s)',
]);
const ROW: Hex = `0x${'11'.repeat(32)}`;
const codec = codecOf(['eip155:1'], {}, [USDC]);
const call = (functionName: string, args: readonly unknown[], to = USDC) =>
  decodeCall(codec, to, encodeFunctionData({ abi: ABI, functionName, args } as never));
const allowance = (amount: bigint) => call('approve', [EVE, amount]).effects.find(({ kind }) => kind === 'allowance');

describe('allowances', () => {
  it.each([
    [2n ** 256n - 1n, 'unlimited'],
    [2n ** 128n, 'unlimited'],
    [2n ** 96n - 1n, 'unlimited'],
    [2n ** 96n - 2n, 2n ** 96n - 2n],
    [0n, 0n],
  ])('of %s are %s: some tokens keep a uint96', (amount, meant) => {
    expect(allowance(amount)).toMatchObject({ kind: 'allowance', amount: meant });
  });

  it('through Permit2 are without end from a uint160 on', () => {
    const right = (amount: bigint): Hex => encodeFunctionData({ abi: PERMIT2_ABI, args: [USDC, EVE, amount, 2_000_000_000] });
    expect(decodeCall(codec, PERMIT2, right(2n ** 160n - 1n)).effects).toContainEqual(expect.objectContaining({ amount: 'unlimited' }));
    expect(decodeCall(codec, PERMIT2, right(2n ** 160n - 2n)).effects).toContainEqual(expect.objectContaining({ amount: 2n ** 160n - 2n }));
  });
});

/** What each misbehaviour can do to a reader of bytes, and that it does not. `measured`: only the chain can tell, so a simulation does. */
const MEANING: Readonly<Record<string, 'measured' | (() => void)>> = {
  'Reentrant Calls': 'measured',
  'Missing Return Values': 'measured',
  'Fee on Transfer': () =>
    expect(outOf(call('transfer', [EVE, 5n]).effects, WALLET)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 5n }]),
  'Balance Modifications Outside of Transfers (rebasing/airdrops)': 'measured',
  'Upgradable Tokens': 'measured',
  'Flash Mintable Tokens': () => expect(outOf(call('transfer', [EVE, 2n ** 256n - 1n]).effects, WALLET)[0]?.amount).toBe(2n ** 256n - 1n),
  'Tokens with Blocklists': 'measured',
  'Pausable Tokens': 'measured',
  'Approval Race Protections': () => expect(allowance(5n)).toMatchObject({ amount: 5n }),
  'Revert on Approval To Zero Address': 'measured',
  'Revert on Zero Value Approvals': () => expect(allowance(0n)).toMatchObject({ amount: 0n }),
  'Revert on Zero Value Transfers': () => expect(outOf(call('transfer', [EVE, 0n]).effects, WALLET)).toHaveLength(1),
  // A second address of a listed token is another asset to us, and of a contract that nobody listed.
  'Multiple Token Addresses': () => expect(outOf(call('transfer', [EVE, 5n], DAI).effects, WALLET)[0]?.asset).toBe(token(DAI)),
  'Low Decimals': () => expect(outOf(call('transfer', [EVE, 1n]).effects, WALLET)[0]?.amount).toBe(1n),
  'High Decimals': () => expect(outOf(call('transfer', [EVE, 10n ** 50n]).effects, WALLET)[0]?.amount).toBe(10n ** 50n),
  // Taking from oneself, and from others, counts alike whatever the token makes of allowances.
  '`transferFrom` with `src == msg.sender`': () => expect(outOf(call('transferFrom', [WALLET, EVE, 5n]).effects, WALLET)).toHaveLength(1),
  'Non `string` metadata': 'measured',
  'Revert on Transfer to the Zero Address': 'measured',
  'No Revert on Failure': 'measured',
  'Revert on Large Approvals & Transfers': () => expect(allowance(2n ** 96n)).toMatchObject({ amount: 'unlimited' }),
  'Code Injection Via Token Name': 'measured',
  'Unusual Permit Function': () => {
    const permit = encodeFunctionData({ abi: DAI_ABI, args: [WALLET, EVE, 0n, 0n, true, 27, ROW, ROW] });
    expect(decodeCall(codec, DAI, permit).effects).toContainEqual(
      expect.objectContaining({ kind: 'allowance', spender: on(EVE), amount: 'unlimited' }),
    );
  },
  'Transfer of less than `amount`': () =>
    expect(outOf(call('transfer', [EVE, 2n ** 256n - 1n]).effects, WALLET)[0]?.amount).toBe(2n ** 256n - 1n),
  'ERC-20 Representation of Native Currency': 'measured',
};

describeVectors('weird-erc20', 'weird tokens', (folder) => {
  const titles = [...vectorText(folder, 'readme.md').matchAll(/^## (.+)$/gm)].map(([, title = '']) => title.trim());
  it('each has its meaning here', () => {
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !Object.hasOwn(MEANING, title))).toEqual([]);
  });
});

describe('what the bytes say of a weird token', () => {
  it.each(Object.entries(MEANING).flatMap(([title, check]) => (check === 'measured' ? [] : [[title, check] as const])))(
    '%s',
    (_, check) => {
      check();
    },
  );
});
