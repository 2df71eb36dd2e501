import { encodeAbiParameters, encodeFunctionData, type Hex, parseAbi, parseAbiParameters } from 'viem';
import { describe, expect, it } from 'vitest';
import { codecOf, DAI, decodeCall, ETH, EVE, into, on, outOf, token, USDC, WALLET } from './protocol-fixture.ts';

const codec = codecOf();
const COIN = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
const ZERO = '0x0000000000000000000000000000000000000000';
const EXECUTOR = '0x00000000000000000000000000000000000000e1';
const V4 = '0x1111111254fb6c44bac0bed2854e76f90643097d';
const V5 = '0x1111111254eeb25477b68fb85ed929f73a960582';
const V6 = '0x111111125421ca6dc452d289314280a0f8842a65';
const AUGUSTUS = '0x6a000f20005980200259b80c5102003040001068';
const KYBER = '0x6131b5fae19ea4f9d964eac0408e4408b66337b5';
const OKX = '0x5e1f62dac767b0491e3ce72469c217365d5b48cc';
const PROXY = '0xdef1c0ded9bec7f1a1670819833240f027b25eff';
const HOLDER = '0x0000000000001ff3684f28c67538d4d072c22734';
const SETTLER = '0x00000000000000000000000000000000000000f0';
const JUNK: Hex = `0x${'ab'.repeat(40)}`;
const ONLY = { to: WALLET, sold: USDC, bought: DAI, amount: 100n, least: 90n, flags: 0n, permit: '0x' as Hex };
type Terms = typeof ONLY;

const ABI = parseAbi([
  'function swap(address executor,(address,address,address,address,uint256,uint256,uint256) desc,bytes permit,bytes data)',
  'function swap(address executor,(address,address,address,address,uint256,uint256,uint256) desc,bytes data)',
  'function swap((address,address,bytes,(address,address,address[],uint256[],address[],uint256[],address,uint256,uint256,uint256,bytes),bytes) execution)',
  'function swapExactAmountIn(address,(address,address,uint256,uint256,uint256,bytes32,address),uint256,bytes,bytes)',
  'function dagSwapTo(uint256,address,(uint256,address,uint256,uint256,uint256),(address[],address[],uint256[],bytes[],uint256)[])',
  'function transformERC20(address,address,uint256,uint256,(uint32,bytes)[])',
  'function unoswapTo(uint256 to,uint256 token,uint256 amount,uint256 minReturn,uint256 dex)',
  'function uniswapV3Swap(uint256 amount,uint256 minReturn,uint256[] pools)',
  'function fillOrder((uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256) order,bytes32 r,bytes32 vs,uint256 amount,uint256 takerTraits)',
  'function permitAndCall(bytes permit,bytes action)',
  'function exec(address operator,address token,uint256 amount,address target,bytes data)',
  'function execute((address recipient,address buyToken,uint256 minAmountOut) slippage,bytes[] actions,bytes32 zid)',
]);
/** Apart: it differs from a later version's in one member of its record. */
const ABI_V4 = parseAbi(['function swap(address caller,(address,address,address,address,uint256,uint256,uint256,bytes) desc,bytes data)']);
const callV4 = (args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI_V4, functionName: 'swap', args } as never);
const call = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI, functionName, args } as never);
const desc = ({ to, sold, bought, amount, least, flags }: Terms) => [sold, bought, EXECUTOR, to, amount, least, flags];
const ROW = `0x${'00'.repeat(32)}`;

const ROUTERS: readonly (readonly [name: string, address: string, encode: (terms: Terms) => Hex, keepsZero: boolean])[] = [
  ['1inch v4', V4, (terms) => callV4([EXECUTOR, [...desc(terms), terms.permit], JUNK]), true],
  ['1inch v5', V5, (terms) => call('swap', [EXECUTOR, desc(terms), terms.permit, JUNK]), true],
  ['1inch v6', V6, (terms) => call('swap', [EXECUTOR, desc(terms), JUNK]), true],
  [
    'ParaSwap',
    AUGUSTUS,
    ({ sold, bought, amount, least, to, permit }) =>
      call('swapExactAmountIn', [EXECUTOR, [sold, bought, amount, least, 0n, ROW, to], 0n, permit, JUNK]),
    true,
  ],
  [
    'KyberSwap',
    KYBER,
    ({ sold, bought, amount, least, to, flags, permit }) =>
      call('swap', [[EXECUTOR, EXECUTOR, JUNK, [sold, bought, [], [], [], [], to, amount, least, flags, permit], JUNK]]),
    true,
  ],
  ['OKX', OKX, ({ sold, bought, amount, least, to }) => call('dagSwapTo', [1n, to, [BigInt(sold), bought, amount, least, 1n], []]), false],
];

describe.each(ROUTERS)('%s', (_, router, encode, keepsZero) => {
  const swap = (over: Partial<Terms> = {}, value = 0n) => decodeCall(codec, router, encode({ ...ONLY, ...over }), value);

  it('is bounded by the description, whatever its executor is told', () => {
    const { effects, complete } = swap();
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(router), asset: token(USDC), amount: 100n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'call', capability: 'trading', contract: on(router) }));
  });

  it('shows a stranger who gets what is bought', () => {
    const { effects } = swap({ to: EVE });
    expect(outOf(effects, router)).toEqual([{ to: on(EVE), asset: token(DAI), amount: 90n }]);
    expect(into(effects, WALLET)).toEqual([]);
  });

  it('shows that nothing need come', () => {
    expect(into(swap({ least: 0n }).effects, WALLET)).toEqual([{ asset: token(DAI), amount: 0n }]);
  });

  it('takes the coin once, as the value, and brings it', () => {
    expect(outOf(swap({ sold: COIN }, 100n).effects, WALLET)).toEqual([{ to: on(router), asset: ETH, amount: 100n }]);
    expect(into(swap({ bought: COIN }).effects, WALLET)).toEqual([{ asset: ETH, amount: 90n }]);
  });

  it('reads no address as the caller where it does', () => {
    if (keepsZero) expect(into(swap({ to: ZERO }).effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    else expect(outOf(swap({ to: ZERO }).effects, router)).toEqual([{ to: on(ZERO), asset: token(DAI), amount: 90n }]);
  });

  it('is nothing special elsewhere', () => {
    expect(decodeCall(codec, EVE, encode(ONLY)).complete).toBe(false);
  });
});

describe('permits that travel in a swap', () => {
  const full = (spender: string): Hex =>
    encodeAbiParameters(parseAbiParameters('address,address,uint256,uint256,uint8,bytes32,bytes32'), [
      WALLET,
      spender as Hex,
      5n,
      1n,
      27,
      ROW as Hex,
      ROW as Hex,
    ]);
  it.each(ROUTERS.filter(([name]) => !['1inch v6', 'OKX'].includes(name)))('%s shows the right, or knows nothing', (_, router, encode) => {
    const right = (permit: Hex) => decodeCall(codec, router, encode({ ...ONLY, permit }));
    expect(right(full(EVE)).effects).toContainEqual(
      expect.objectContaining({ kind: 'allowance', spender: on(EVE), asset: token(USDC), amount: 5n }),
    );
    expect(right(`0x${'33'.repeat(100)}`).effects).toContainEqual(
      expect.objectContaining({ kind: 'allowance', spender: on(router), amount: 'unlimited' }),
    );
    expect(right('0x1234').complete).toBe(false);
  });

  it('and one that comes before a call is read with the call', () => {
    const action = call('swap', [EXECUTOR, desc({ ...ONLY, to: EVE }), JUNK]);
    const { effects, complete } = decodeCall(codec, V6, call('permitAndCall', [`${USDC}${full(V6).slice(2)}`, action]));
    expect(complete).toBe(true);
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'allowance', spender: on(V6), amount: 5n }));
    expect(outOf(effects, V6)).toEqual([{ to: on(EVE), asset: token(DAI), amount: 90n }]);
  });
});

describe('1inch, further', () => {
  it('promises nothing where a part may be filled, and knows no flags beyond its own', () => {
    const flagged = (flags: bigint) => decodeCall(codec, V4, callV4([EXECUTOR, [...desc({ ...ONLY, flags }), '0x'], JUNK]));
    expect(into(flagged(1n).effects, WALLET)).toEqual([{ asset: token(DAI), amount: 0n }]);
    expect(flagged(8n).complete).toBe(false);
  });

  it('reads addresses below packed flags', () => {
    const { effects } = decodeCall(codec, V6, call('unoswapTo', [BigInt(EVE) + (1n << 200n), BigInt(USDC), 7n, 1n, 0n]));
    expect(outOf(effects, WALLET)).toEqual([{ to: on(V6), asset: token(USDC), amount: 7n }]);
    expect(outOf(effects, V6)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 7n }]);
  });

  it('cannot tell a token that only a pool names', () => {
    expect(decodeCall(codec, V5, call('uniswapV3Swap', [7n, 1n, [1n]])).complete).toBe(false);
    const { effects, complete } = decodeCall(codec, V5, call('uniswapV3Swap', [7n, 1n, [1n]]), 7n);
    expect([complete, outOf(effects, WALLET)]).toEqual([true, [{ to: on(V5), asset: ETH, amount: 7n }]]);
  });

  it('bounds a filled order by the amount or by the threshold, never by the maker’s word', () => {
    const order = [0n, BigInt(EVE), 0n, BigInt(DAI), BigInt(USDC), 90n, 100n, 0n];
    const fill = (amount: bigint, traits: bigint) => decodeCall(codec, V6, call('fillOrder', [order, ROW, ROW, amount, traits]));
    const byTaking = fill(100n, 80n);
    expect(outOf(byTaking.effects, WALLET)).toEqual([{ to: on(V6), asset: token(USDC), amount: 100n }]);
    expect(into(byTaking.effects, WALLET)).toEqual([{ asset: token(DAI), amount: 80n }]);
    expect(outOf(fill(90n, (1n << 255n) + 110n).effects, WALLET)).toEqual([{ to: on(V6), asset: token(USDC), amount: 110n }]);
    expect(fill(90n, 1n << 255n).complete).toBe(false);
  });
});

describe('KyberSwap, further', () => {
  const described = (sources: readonly bigint[], fees: readonly bigint[], flags: bigint) =>
    decodeCall(
      codec,
      KYBER,
      call('swap', [[EXECUTOR, EXECUTOR, JUNK, [USDC, DAI, [], sources, [], fees, WALLET, 100n, 90n, flags, '0x'], JUNK]]),
    );
  it('takes no less than what goes to pools and to fees together', () => {
    const most = (...given: Parameters<typeof described>) => outOf(described(...given).effects, WALLET)[0]?.amount;
    expect(most([60n, 40n], [], 0n)).toBe(100n);
    expect(most([100n], [5n], 0n)).toBe(105n);
    expect(most([100n], [150n], 0x80n)).toBe(102n);
    expect(most([100n], [5n], 0x40n)).toBe(100n);
  });

  it('promises nothing where fees come out of what is bought, and burns nothing further', () => {
    expect(into(described([100n], [5n], 0x40n).effects, WALLET)).toEqual([{ asset: token(DAI), amount: 0n }]);
    expect(described([100n], [], 0x08n).complete).toBe(false);
  });
});

describe('0x', () => {
  const execute = (to: string) => call('execute', [[to, DAI, 90n], [JUNK], ROW]);
  const held = (target: string, operator = target, to: string = WALLET) => call('exec', [operator, USDC, 100n, target, execute(to)]);
  const withSettler = codecOf(['eip155:1'], { protocols: [{ protocol: '0x-settler', address: SETTLER }] });

  it('the proxy checks both sides', () => {
    const { effects } = decodeCall(codec, PROXY, call('transformERC20', [USDC, DAI, 100n, 90n, []]));
    expect([outOf(effects, WALLET), into(effects, WALLET)]).toEqual([
      [{ to: on(PROXY), asset: token(USDC), amount: 100n }],
      [{ asset: token(DAI), amount: 90n }],
    ]);
  });

  it('the holder is believed as far as it calls a registered settler', () => {
    const { effects, complete } = decodeCall(withSettler, HOLDER, held(SETTLER));
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(HOLDER), asset: token(USDC), amount: 100n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(DAI), amount: 90n }]);
    expect(outOf(decodeCall(withSettler, HOLDER, held(SETTLER, SETTLER, EVE)).effects, SETTLER)).toEqual([
      { to: on(EVE), asset: token(DAI), amount: 90n },
    ]);
  });

  it('and not one that lets a stranger spend', () => {
    expect(decodeCall(withSettler, HOLDER, held(EVE)).complete).toBe(false);
    expect(decodeCall(withSettler, HOLDER, held(SETTLER, EVE)).complete).toBe(false);
    expect(decodeCall(codec, HOLDER, held(SETTLER)).complete).toBe(false);
  });
});
