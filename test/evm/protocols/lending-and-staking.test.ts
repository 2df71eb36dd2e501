import { encodeFunctionData, type Hex, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { codecOf, DAI, decodeCall, ETH, EVE, flows, into, on, outOf, token, USDC, WALLET } from './protocol-fixture.ts';

const AAVE = '0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2';
const GATEWAY = '0xd01607c3c5ecaba394d8be377a08590149325722';
const STETH = '0xae7ab96520de3a18e5e111b5eaab095312d7fe84';
const WSTETH = '0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0';
const QUEUE = '0x889edc2edab5f40e902b864ad4d7ade8e412f9b1';
const MORPHO = '0xbbbbbbbbbb9cc5e90e3b3af64bdaf62c37eeffcb';
const BEACON = '0x00000000219ab540356cbb839cbe05303d7705fa';
const COMET = '0xc3d688b66703497daa19211eedff47f25384cdc3';
const VAULT = '0x00000000000000000000000000000000000000f4';
const codec = codecOf(['eip155:1'], { protocols: [{ protocol: 'erc4626', address: VAULT, asset: USDC }] });
const ROW: Hex = `0x${'00'.repeat(32)}`;
const ALL = 2n ** 256n - 1n;

const ABI = parseAbi([
  'function supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)',
  'function withdraw(address asset,uint256 amount,address to)',
  'function borrow(address asset,uint256 amount,uint256 interestRateMode,uint16 referralCode,address onBehalfOf)',
  'function repay(address asset,uint256 amount,uint256 interestRateMode,address onBehalfOf)',
  'function flashLoanSimple(address receiver,address asset,uint256 amount,bytes params,uint16 referralCode)',
  'function depositETH(address pool,address onBehalfOf,uint16 referralCode)',
  'function submit(address referral)',
  'function wrap(uint256 amount)',
  'function unwrap(uint256 amount)',
  'function requestWithdrawals(uint256[] amounts,address owner)',
  'function claimWithdrawalsTo(uint256[] requestIds,uint256[] hints,address recipient)',
  'function deposit(bytes pubkey,bytes withdrawalCredentials,bytes signature,bytes32 root)',
  'function deposit(uint256 assets,address receiver)',
  'function redeem(uint256 shares,address receiver,address owner)',
  'function mint(uint256 shares,address receiver)',
  'function setAuthorization(address authorized,bool isAuthorized)',
  'function supplyTo(address dst,address asset,uint256 amount)',
]);
const MARKET = '(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv) market';
const MORPHO_ABI = parseAbi([
  `function supply(${MARKET},uint256 assets,uint256 shares,address onBehalf,bytes data)`,
  `function withdrawCollateral(${MARKET},uint256 assets,address onBehalf,address receiver)`,
]);
const call = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI, functionName, args } as never);
const read = (to: string, functionName: string, args: readonly unknown[], value = 0n) =>
  decodeCall(codec, to, call(functionName, args), value);
const capability = ({ effects }: ReturnType<typeof decodeCall>): unknown =>
  effects.flatMap((effect) => (effect.kind === 'call' ? [effect.capability] : []))[0];

describe('lending on Aave', () => {
  it('takes what is lent, and shows whose it becomes', () => {
    expect(outOf(read(AAVE, 'supply', [USDC, 5n, WALLET, 0]).effects, WALLET)).toEqual([{ to: on(AAVE), asset: token(USDC), amount: 5n }]);
    expect(outOf(read(AAVE, 'supply', [USDC, 5n, WALLET, 0]).effects, AAVE)).toEqual([]);
    expect(outOf(read(AAVE, 'supply', [USDC, 5n, EVE, 0]).effects, AAVE)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 5n }]);
  });

  it('pays what is withdrawn to whom the bytes say, and promises no amount where it is all there is', () => {
    expect(into(read(AAVE, 'withdraw', [USDC, 5n, WALLET]).effects, WALLET)).toEqual([{ asset: token(USDC), amount: 5n }]);
    expect(into(read(AAVE, 'withdraw', [USDC, ALL, WALLET]).effects, WALLET)).toEqual([{ asset: token(USDC), amount: 0n }]);
    expect(outOf(read(AAVE, 'withdraw', [USDC, ALL, EVE]).effects, AAVE)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 0n }]);
  });

  it('is staking where it lends and trading where it owes', () => {
    expect(capability(read(AAVE, 'supply', [USDC, 5n, WALLET, 0]))).toBe('staking');
    expect(capability(read(AAVE, 'borrow', [USDC, 5n, 2n, 0, WALLET]))).toBe('trading');
    expect(read(AAVE, 'borrow', [USDC, 5n, 2n, 0, EVE]).complete).toBe(false);
    expect(outOf(read(AAVE, 'repay', [USDC, ALL, 2n, WALLET]).effects, WALLET)).toEqual([
      { to: on(AAVE), asset: token(USDC), amount: ALL },
    ]);
  });

  it('reads no flash loan', () => {
    expect(read(AAVE, 'flashLoanSimple', [EVE, USDC, 1n, '0x', 0]).complete).toBe(false);
  });

  it('takes the coin through the gateway', () => {
    expect(outOf(read(GATEWAY, 'depositETH', [AAVE, WALLET, 0], 7n).effects, GATEWAY)).toEqual([]);
    expect(outOf(read(GATEWAY, 'depositETH', [AAVE, EVE, 0], 7n).effects, GATEWAY)).toEqual([{ to: on(EVE), asset: ETH, amount: 7n }]);
  });
});

describe('lending elsewhere', () => {
  const market = [USDC, DAI, EVE, EVE, 1n];
  const morpho = (functionName: string, args: readonly unknown[]) =>
    decodeCall(codec, MORPHO, encodeFunctionData({ abi: MORPHO_ABI, functionName, args } as never));
  it('Morpho: by assets, never by shares, and without a call back', () => {
    expect(outOf(morpho('supply', [market, 5n, 0n, WALLET, '0x']).effects, WALLET)).toEqual([
      { to: on(MORPHO), asset: token(USDC), amount: 5n },
    ]);
    expect(morpho('supply', [market, 0n, 5n, WALLET, '0x']).complete).toBe(false);
    expect(morpho('supply', [market, 5n, 0n, WALLET, '0x01']).complete).toBe(false);
    expect(outOf(morpho('withdrawCollateral', [market, 5n, WALLET, EVE]).effects, MORPHO)).toEqual([
      { to: on(EVE), asset: token(DAI), amount: 5n },
    ]);
    expect(morpho('withdrawCollateral', [market, 5n, EVE, WALLET]).complete).toBe(false);
  });

  it('Morpho: an authorization is an operator', () => {
    expect(read(MORPHO, 'setAuthorization', [EVE, true]).effects).toContainEqual(
      expect.objectContaining({ kind: 'operator', operator: on(EVE), approved: true }),
    );
  });

  it('Compound: a deposit for somebody else is theirs', () => {
    expect(outOf(read(COMET, 'supplyTo', [EVE, USDC, 5n]).effects, COMET)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 5n }]);
  });

  it('a registered vault: what goes in by its asset, what is burnt by its shares', () => {
    expect(outOf(read(VAULT, 'deposit', [5n, WALLET]).effects, WALLET)).toEqual([{ to: on(VAULT), asset: token(USDC), amount: 5n }]);
    expect(outOf(read(VAULT, 'deposit', [5n, EVE]).effects, VAULT)).toEqual([{ to: on(EVE), asset: token(USDC), amount: 5n }]);
    expect(flows(read(VAULT, 'redeem', [5n, EVE, WALLET]).effects)).toContain(`outflow 00f4 → e0e0 erc20:${USDC} 0`);
    expect(outOf(read(VAULT, 'redeem', [5n, WALLET, WALLET]).effects, WALLET)).toEqual([
      { to: on(VAULT), asset: token(VAULT), amount: 5n },
    ]);
    expect(read(VAULT, 'mint', [5n, WALLET]).complete).toBe(false);
  });
});

describe('staking', () => {
  it('Lido: in, wrapped, and into the queue', () => {
    expect([read(STETH, 'submit', [EVE], 7n).complete, outOf(read(STETH, 'submit', [EVE], 7n).effects, WALLET)]).toEqual([
      true,
      [{ to: on(STETH), asset: ETH, amount: 7n }],
    ]);
    expect(outOf(read(WSTETH, 'wrap', [5n]).effects, WALLET)).toEqual([{ to: on(WSTETH), asset: token(STETH), amount: 5n }]);
    expect(outOf(read(WSTETH, 'unwrap', [5n]).effects, WALLET)).toEqual([{ to: on(WSTETH), asset: token(WSTETH), amount: 5n }]);
    expect(outOf(read(QUEUE, 'requestWithdrawals', [[2n, 3n], WALLET]).effects, WALLET)).toEqual([
      { to: on(QUEUE), asset: token(STETH), amount: 5n },
    ]);
    expect(outOf(read(QUEUE, 'requestWithdrawals', [[2n, 3n], EVE]).effects, QUEUE)).toEqual([
      { to: on(EVE), asset: token(STETH), amount: 5n },
    ]);
    expect(outOf(read(QUEUE, 'claimWithdrawalsTo', [[1n], [1n], EVE]).effects, QUEUE)).toEqual([{ to: on(EVE), asset: ETH, amount: 0n }]);
  });

  it('a validator belongs to whom its credentials name', () => {
    const stake = (credentials: Hex) => read(BEACON, 'deposit', [`0x${'11'.repeat(48)}`, credentials, `0x${'22'.repeat(96)}`, ROW], 32n);
    const of = (prefix: string, account: string): Hex => `0x${prefix}${'00'.repeat(11)}${account.slice(2)}`;
    expect([stake(of('01', WALLET)).complete, outOf(stake(of('01', WALLET)).effects, BEACON)]).toEqual([true, []]);
    expect(outOf(stake(of('02', EVE)).effects, BEACON)).toEqual([{ to: on(EVE), asset: ETH, amount: 32n }]);
    for (const credentials of [
      `0x00${'11'.repeat(31)}`,
      `0x03${'00'.repeat(11)}${EVE.slice(2)}`,
      `0x01${'01'.repeat(31)}`,
      '0x01',
    ] as const)
      expect(stake(credentials).complete, credentials).toBe(false);
  });
});
