import { encodeAbiParameters, encodeFunctionData, encodePacked, type Hex, parseAbi, parseAbiParameters } from 'viem';
import { describe, expect, it } from 'vitest';
import { codecOf, DAI, decodeCall, ETH, EVE, into, on, outOf, token, USDC, WALLET, WETH } from './protocol-fixture.ts';

const codec = codecOf();
const ROUTER = '0x66a9893cc07d91d95644aedd05d03f95e1dba8af';
const CALLER = '0x0000000000000000000000000000000000000001';
const SELF = '0x0000000000000000000000000000000000000002';
const COIN = '0x0000000000000000000000000000000000000000';
const WHOLE = 2n ** 255n;
const ABI = parseAbi([
  'function execute(bytes commands,bytes[] inputs,uint256 deadline)',
  'function execute(bytes commands,bytes[] inputs)',
]);
const SIG: Hex = `0x${'11'.repeat(65)}`;

const pack = (types: string, values: readonly unknown[]): Hex => encodeAbiParameters(parseAbiParameters(types) as never, values as never);
const v3Path = (from: string, to: string): Hex => encodePacked(['address', 'uint24', 'address'], [from as Hex, 500, to as Hex]);
const v3In = (to: string, amount: bigint, least: bigint, pulls = true) =>
  pack('address,uint256,uint256,bytes,bool', [to, amount, least, v3Path(USDC, DAI), pulls]);
const permit = (spender: string, amount: bigint, expiration = 2_000_000_000) =>
  pack('((address,uint160,uint48,uint48),address,uint256),bytes', [[[USDC, amount, expiration, 0], spender, 1n], SIG]);
const run = (steps: readonly (readonly [number, Hex])[], value = 0n) => {
  const commands: Hex = `0x${steps.map(([command]) => command.toString(16).padStart(2, '0')).join('')}`;
  const args = [commands, steps.map(([, input]) => input), 1n] as const;
  return decodeCall(codec, ROUTER, encodeFunctionData({ abi: ABI, functionName: 'execute', args }), value);
};

describe('commands of the universal router', () => {
  it('swap on v3 and v2, exact in and out', () => {
    const path = [USDC, WETH, DAI];
    for (const [command, input] of [
      [0x00, v3In(CALLER, 100n, 90n)],
      [0x01, pack('address,uint256,uint256,bytes,bool', [CALLER, 90n, 100n, v3Path(DAI, USDC), true])],
      [0x08, pack('address,uint256,uint256,address[],bool', [CALLER, 100n, 90n, path, true])],
      [0x09, pack('address,uint256,uint256,address[],bool', [CALLER, 90n, 100n, path, true])],
    ] as const) {
      const { effects, complete } = run([[command, input]]);
      expect(complete).toBe(true);
      expect(outOf(effects, WALLET)).toEqual([{ to: on(ROUTER), asset: token(USDC), amount: 100n }]);
      expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    }
  });

  it('wrap, swap what the router holds, pay a fee, and sweep home', () => {
    const { effects, complete } = run(
      [
        [0x0b, pack('address,uint256', [SELF, 50n])],
        [0x00, pack('address,uint256,uint256,bytes,bool', [SELF, WHOLE, 0n, v3Path(WETH, DAI), false])],
        [0x06, pack('address,address,uint256', [DAI, EVE, 25n])],
        [0x04, pack('address,address,uint256', [DAI, CALLER, 90n])],
      ],
      50n,
    );
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(ROUTER), asset: ETH, amount: 50n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    expect(outOf(effects, ROUTER)).toEqual([{ to: on(EVE), asset: token(DAI), amount: 0n }]);
  });

  it.each([
    ['a swap', [[0x00, v3In(EVE, 100n, 90n)]], { to: on(EVE), asset: token(DAI), amount: 90n }],
    ['a sweep', [[0x04, pack('address,address,uint256', [DAI, EVE, 1n])]], { to: on(EVE), asset: token(DAI), amount: 1n }],
    ['a transfer', [[0x05, pack('address,address,uint256', [COIN, EVE, 3n])]], { to: on(EVE), asset: ETH, amount: 3n }],
    ['an unwrapping', [[0x0c, pack('address,uint256', [EVE, 3n])]], { to: on(EVE), asset: ETH, amount: 3n }],
  ] as const)('show a stranger at the end of %s', (_, steps, flow) => {
    const { effects } = run(steps as never);
    expect(outOf(effects, ROUTER)).toContainEqual(flow);
    expect(into(effects, WALLET)).toEqual([]);
  });

  it('show rights through Permit2, to whomever they go', () => {
    const right = (amount: bigint, spender: string, expiration?: number) =>
      run([[0x0a, permit(spender, amount, expiration)]]).effects.find(({ kind }) => kind === 'allowance');
    expect(right(5n, ROUTER)).toMatchObject({
      owner: on(WALLET),
      spender: on(ROUTER),
      asset: token(USDC),
      amount: 5n,
      expiresAtMs: 2_000_000_000_000,
    });
    expect(right(2n ** 160n - 1n, EVE)).toMatchObject({ spender: on(EVE), amount: 'unlimited' });
    expect(right(5n, EVE, 2 ** 48 - 1)).toMatchObject({ expiresAtMs: null });
    const batch = pack('((address,uint160,uint48,uint48)[],address,uint256),bytes', [
      [
        [
          [USDC, 5n, 1, 0],
          [DAI, 6n, 1, 0],
        ],
        EVE,
        1n,
      ],
      SIG,
    ]);
    expect(run([[0x03, batch]]).effects.filter(({ kind }) => kind === 'allowance')).toHaveLength(2);
  });

  it('show transfers out of the wallet through Permit2', () => {
    expect(outOf(run([[0x02, pack('address,address,uint160', [USDC, EVE, 9n])]]).effects, WALLET)).toEqual([
      { to: on(EVE), asset: token(USDC), amount: 9n },
    ]);
    const batch = pack('(address,address,uint160,address)[]', [
      [
        [WALLET, EVE, 9n, USDC],
        [WALLET, SELF, 8n, DAI],
      ],
    ]);
    expect(outOf(run([[0x0d, batch]]).effects, WALLET)).toEqual([
      { to: on(EVE), asset: token(USDC), amount: 9n },
      // Rows go to Permit2 as they are: whatever goes to 2 is lost.
      { to: on(SELF), asset: token(DAI), amount: 8n },
    ]);
  });

  it('promise nothing where they may fail', () => {
    const { effects } = run([[0x80, v3In(CALLER, 100n, 90n)]]);
    expect(outOf(effects, WALLET)).toHaveLength(1);
    expect(into(effects, WALLET)).toEqual([]);
  });

  it('follow plans within plans, to their end', () => {
    const plan = (command: number, input: Hex) => pack('bytes,bytes[]', [`0x${command.toString(16).padStart(2, '0')}`, [input]]);
    const drain = plan(0x02, pack('address,address,uint160', [USDC, EVE, 9n]));
    expect(outOf(run([[0x21, drain]]).effects, WALLET)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 9n }]);
    let deep = drain;
    for (let depth = 0; depth < 6; depth += 1) deep = plan(0x21, deep);
    expect(run([[0x21, deep]]).complete).toBe(false);
    const mayFail = plan(0x00, v3In(CALLER, 1n, 1n));
    expect(into(run([[0xa1, mayFail]]).effects, WALLET)).toEqual([]);
  });

  it.each<[string, readonly (readonly [number, Hex])[]]>([
    ['a command that nobody knows', [[0x3f, '0x']]],
    ['a bit that some versions ignore', [[0x44, pack('address,address,uint256', [DAI, CALLER, 1n])]]],
    ['a call of the position manager', [[0x14, '0x00']]],
    ['bytes behind an input', [[0x00, `${v3In(CALLER, 100n, 90n)}00`]]],
    ['an amount that the router’s balance sets, pulled from the wallet', [[0x00, v3In(CALLER, WHOLE, 0n)]]],
    ['a path without an end', [[0x08, pack('address,uint256,uint256,address[],bool', [CALLER, 1n, 0n, [], true])]]],
    [
      'more commands than anybody needs',
      Array.from({ length: 200 }, () => [0x0e, pack('address,address,uint256', [WALLET, DAI, 0n])] as const),
    ],
  ])('are unknown: %s', (_, steps) => {
    expect(run(steps).complete).toBe(false);
  });

  it('are unknown where commands and inputs differ in number', () => {
    const data = encodeFunctionData({ abi: ABI, functionName: 'execute', args: ['0x0404', ['0x'], 1n] });
    expect(decodeCall(codec, ROUTER, data).complete).toBe(false);
  });
});

describe('swaps on v4', () => {
  const v4 = (actions: readonly (readonly [number, Hex])[]) =>
    run([
      [
        0x10,
        pack('bytes,bytes[]', [
          `0x${actions.map(([action]) => action.toString(16).padStart(2, '0')).join('')}`,
          actions.map(([, params]) => params),
        ]),
      ],
    ]);
  const SWAP = [0x06, '0x00'] as const;
  const settleAll = (amount: bigint) => [0x0c, pack('address,uint256', [USDC, amount])] as const;

  it('are bounded by what is settled and what is taken', () => {
    const { effects, complete } = v4([SWAP, settleAll(100n), [0x0f, pack('address,uint256', [COIN, 90n])]]);
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(ROUTER), asset: token(USDC), amount: 100n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: ETH, amount: 90n }]);
  });

  it('show who else takes', () => {
    expect(outOf(v4([SWAP, settleAll(1n), [0x0e, pack('address,address,uint256', [DAI, EVE, 0n])]]).effects, ROUTER)).toEqual([
      { to: on(EVE), asset: token(DAI), amount: 0n },
    ]);
    expect(outOf(v4([SWAP, [0x10, pack('address,address,uint256', [DAI, EVE, 50n])]]).effects, ROUTER)).toEqual([
      { to: on(EVE), asset: token(DAI), amount: 0n },
    ]);
  });

  it('are unknown where they settle whatever is owed, or do something else', () => {
    expect(v4([SWAP, [0x0b, pack('address,uint256,bool', [USDC, 0n, true])]]).complete).toBe(false);
    expect(v4([SWAP, [0x0b, pack('address,uint256,bool', [USDC, WHOLE, true])]]).complete).toBe(false);
    expect(v4([SWAP, [0x0b, pack('address,uint256,bool', [USDC, 0n, false])]]).complete).toBe(true);
    expect(v4([[0x02, '0x']]).complete).toBe(false);
  });
});
