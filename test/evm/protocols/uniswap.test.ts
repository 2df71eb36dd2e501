import { encodeFunctionData, encodePacked, type Hex, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { codecOf, DAI, decodeCall, ETH, EVE, flows, into, on, outOf, token, USDC, USDT, WALLET, WETH } from './protocol-fixture.ts';

const codec = codecOf();
const V2 = '0x7a250d5630b4cf539739df2c5dacb4c659f2488d';
const ROUTER = '0xe592427a0aece92de3edee1f18e0157c05861564';
const ROUTER_02 = '0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45';
const ZERO = '0x0000000000000000000000000000000000000000';
const ONE = '0x0000000000000000000000000000000000000001';
const TWO = '0x0000000000000000000000000000000000000002';

const ABI = parseAbi([
  'function swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to,uint256 deadline)',
  'function swapTokensForExactTokens(uint256 amountOut,uint256 amountInMax,address[] path,address to,uint256 deadline)',
  'function swapExactETHForTokens(uint256 amountOutMin,address[] path,address to,uint256 deadline)',
  'function swapExactTokensForETHSupportingFeeOnTransferTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to,uint256 deadline)',
  'function addLiquidity(address tokenA,address tokenB,uint256 amountADesired,uint256 amountBDesired,uint256 amountAMin,uint256 amountBMin,address to,uint256 deadline)',
  'function removeLiquidity(address tokenA,address tokenB,uint256 liquidity,uint256 amountAMin,uint256 amountBMin,address to,uint256 deadline)',
  'function exactInputSingle((address tokenIn,address tokenOut,uint24 fee,address recipient,uint256 deadline,uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)',
  'function exactOutput((bytes path,address recipient,uint256 deadline,uint256 amountOut,uint256 amountInMaximum) params)',
  'function multicall(bytes[] data)',
  'function unwrapWETH9(uint256 amountMinimum,address recipient)',
  'function sweepToken(address token,uint256 amountMinimum,address recipient)',
  'function selfPermit(address token,uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s)',
]);
const ABI_02 = parseAbi([
  'function exactInput((bytes path,address recipient,uint256 amountIn,uint256 amountOutMinimum) params)',
  'function swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to)',
  'function multicall(uint256 deadline,bytes[] data)',
  'function sweepToken(address token,uint256 amountMinimum)',
]);
const data = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI, functionName, args } as never);
const data02 = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI_02, functionName, args } as never);
const path = (...hops: readonly string[]): Hex =>
  encodePacked(
    hops.flatMap((_, index) => (index === 0 ? ['address'] : ['uint24', 'address'])) as never,
    hops.flatMap((hop, index) => (index === 0 ? [hop] : [500, hop])) as never,
  );
const single = (over: object = {}) => ({
  tokenIn: USDC,
  tokenOut: DAI,
  fee: 500,
  recipient: WALLET,
  deadline: 1n,
  amountIn: 100n,
  amountOutMinimum: 90n,
  sqrtPriceLimitX96: 0n,
  ...over,
});

describe('the router of v2', () => {
  it('takes at most what goes in and brings at least what comes out', () => {
    const { effects, complete } = decodeCall(codec, V2, data('swapExactTokensForTokens', [100n, 90n, [USDC, WETH, DAI], WALLET, 1n]));
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(V2), asset: token(USDC), amount: 100n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'call', method: 'swapExactTokensForTokens', protocol: 'uniswap-v2', capability: 'trading' }),
    );
  });

  it('bounds an exact output by the most that goes in', () => {
    const { effects } = decodeCall(codec, V2, data('swapTokensForExactTokens', [90n, 110n, [USDC, DAI], WALLET, 1n]));
    expect(outOf(effects, WALLET)).toEqual([{ to: on(V2), asset: token(USDC), amount: 110n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
  });

  it('takes the coin once, as the value', () => {
    const { effects } = decodeCall(codec, V2, data('swapExactETHForTokens', [90n, [WETH, DAI], WALLET, 1n]), 7n);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(V2), asset: ETH, amount: 7n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
  });

  it('shows who else gets the output, and that nothing need come', () => {
    const { effects } = decodeCall(
      codec,
      V2,
      data('swapExactTokensForETHSupportingFeeOnTransferTokens', [100n, 0n, [USDC, WETH], EVE, 1n]),
    );
    expect(outOf(effects, V2)).toEqual([{ to: on(EVE), asset: ETH, amount: 0n }]);
    expect(into(effects, WALLET)).toEqual([]);
    const own = decodeCall(codec, V2, data('swapExactTokensForTokens', [100n, 0n, [USDC, DAI], WALLET, 1n]));
    expect(into(own.effects, WALLET)).toEqual([{ asset: token(DAI), amount: 0n }]);
  });

  it('shows whose the shares of a pool are', () => {
    const add = (to: string) => decodeCall(codec, V2, data('addLiquidity', [USDC, DAI, 5n, 6n, 0n, 0n, to, 1n])).effects;
    expect(outOf(add(WALLET), WALLET)).toHaveLength(2);
    expect(outOf(add(WALLET), V2)).toEqual([]);
    expect(outOf(add(EVE), V2)).toEqual([
      { to: on(EVE), asset: token(USDC), amount: 5n },
      { to: on(EVE), asset: token(DAI), amount: 6n },
    ]);
  });

  it.each([
    ['a path of one token', data('swapExactTokensForTokens', [100n, 90n, [USDC], WALLET, 1n])],
    ['shares that are burnt, which no argument names', data('removeLiquidity', [USDC, DAI, 1n, 0n, 0n, WALLET, 1n])],
    ['bytes behind the arguments', `${data('swapExactTokensForTokens', [100n, 90n, [USDC, DAI], WALLET, 1n])}00`],
  ])('does not claim to read %s', (_, calldata) => {
    expect(decodeCall(codec, V2, calldata).complete).toBe(false);
  });

  it('is believed where it is deployed and nowhere else', () => {
    const calldata = data('swapExactTokensForTokens', [100n, 90n, [USDC, DAI], WALLET, 1n]);
    const { effects, complete } = decodeCall(codec, EVE, calldata);
    expect(complete).toBe(false);
    expect(effects.some((effect) => effect.kind === 'call' && effect.protocol !== undefined)).toBe(false);
    expect(decodeCall(codecOf(['eip155:10']), V2, calldata, 0n, 'eip155:10' as never).complete).toBe(false);
    const registered = codecOf(['eip155:1'], { protocols: [{ protocol: 'uniswap-v2', address: EVE }] });
    expect(decodeCall(registered, EVE, calldata).complete).toBe(true);
  });
});

describe('the routers of v3', () => {
  it('read one hop and many, the way back too', () => {
    const one = decodeCall(codec, ROUTER, data('exactInputSingle', [single()]));
    expect(flows(one.effects)).toEqual(
      flows(
        decodeCall(
          codec,
          ROUTER_02,
          data02('exactInput', [{ path: path(USDC, WETH, DAI), recipient: ONE, amountIn: 100n, amountOutMinimum: 90n }]),
        ).effects,
      ).map((line) => line.replaceAll('fc45', '1564')),
    );
    const back = decodeCall(
      codec,
      ROUTER,
      data('exactOutput', [{ path: path(DAI, WETH, USDT), recipient: WALLET, deadline: 1n, amountOut: 90n, amountInMaximum: 110n }]),
    );
    expect(outOf(back.effects, WALLET)).toEqual([{ to: on(ROUTER), asset: token(USDT), amount: 110n }]);
    expect(into(back.effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
  });

  it('refuse a path that ends within a hop', () => {
    const cut = path(USDC, DAI).slice(0, -2) as Hex;
    expect(
      decodeCall(codec, ROUTER_02, data02('exactInput', [{ path: cut, recipient: ONE, amountIn: 1n, amountOutMinimum: 0n }])).complete,
    ).toBe(false);
  });

  it('spell the caller and themselves each in their own way', () => {
    const to = (recipient: string) => decodeCall(codec, ROUTER, data('exactInputSingle', [single({ recipient })])).effects;
    expect(into(to(ZERO), WALLET)).toEqual([]);
    expect(outOf(to(ZERO), ROUTER)).toEqual([]);
    expect(outOf(to(ONE), ROUTER)).toEqual([{ to: on(ONE), asset: token(DAI), amount: 90n }]);
    const to02 = (recipient: string) =>
      decodeCall(codec, ROUTER_02, data02('swapExactTokensForTokens', [100n, 90n, [USDC, DAI], recipient])).effects;
    expect(into(to02(ONE), WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    expect(outOf(to02(TWO), ROUTER_02)).toEqual([]);
    expect(outOf(to02(EVE), ROUTER_02)).toEqual([{ to: on(EVE), asset: token(DAI), amount: 90n }]);
  });

  it('show a sweep to a stranger behind a swap to the router', () => {
    const steal = data('multicall', [[data('exactInputSingle', [single({ recipient: ZERO })]), data('sweepToken', [DAI, 0n, EVE])]]);
    const { effects, complete } = decodeCall(codec, ROUTER, steal);
    expect(complete).toBe(true);
    expect(outOf(effects, ROUTER)).toEqual([{ to: on(EVE), asset: token(DAI), amount: 0n }]);
    expect(into(effects, WALLET)).toEqual([]);
    const unwrap = data('multicall', [
      [data('exactInputSingle', [single({ tokenOut: WETH, recipient: ZERO })]), data('unwrapWETH9', [90n, EVE])],
    ]);
    expect(outOf(decodeCall(codec, ROUTER, unwrap).effects, ROUTER)).toEqual([{ to: on(EVE), asset: ETH, amount: 90n }]);
  });

  it('bring home what is swept to the caller', () => {
    const home = data02('multicall', [
      1n,
      [
        data02('exactInput', [{ path: path(USDC, DAI), recipient: TWO, amountIn: 100n, amountOutMinimum: 0n }]),
        data02('sweepToken', [DAI, 90n]),
      ],
    ]);
    expect(into(decodeCall(codec, ROUTER_02, home).effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
  });

  it('take the coin in place of its wrapping where the value suffices', () => {
    const swap = data('exactInputSingle', [single({ tokenIn: WETH })]);
    expect(outOf(decodeCall(codec, ROUTER, swap, 100n).effects, WALLET)).toEqual([{ to: on(ROUTER), asset: ETH, amount: 100n }]);
    expect(outOf(decodeCall(codec, ROUTER, swap, 99n).effects, WALLET)).toContainEqual({
      to: on(ROUTER),
      asset: token(WETH),
      amount: 100n,
    });
    const twice = decodeCall(codec, ROUTER, data('multicall', [[swap, swap]]), 100n);
    expect(twice.complete).toBe(false);
  });

  it('show a right that is handed over in passing', () => {
    const permit = data('multicall', [
      [data('selfPermit', [USDC, 2n ** 256n - 1n, 1n, 27, `0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`])],
    ]);
    expect(decodeCall(codec, ROUTER, permit).effects).toContainEqual(
      expect.objectContaining({ kind: 'allowance', owner: on(WALLET), spender: on(ROUTER), amount: 'unlimited' }),
    );
  });

  it('carry their protocol on the batch as well', () => {
    const { effects } = decodeCall(codec, ROUTER, data('multicall', [[data('exactInputSingle', [single()])]]));
    const calls = effects.filter((effect) => effect.kind === 'call');
    expect(calls.map((call) => (call.kind === 'call' ? [call.method, call.protocol] : []))).toEqual([
      ['multicall', 'uniswap-v3'],
      ['exactInputSingle', 'uniswap-v3'],
    ]);
  });
});
