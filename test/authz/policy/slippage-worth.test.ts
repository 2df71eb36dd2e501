import { describe, expect, it } from 'vitest';
import { slippageReason, type TradeWorth } from '../../../src/authz/policy/bounds/slippage.ts';
import { type AssetId, createFixedPrices, type Effect, type Operation } from '../../../src/core/index.ts';
import { account, BASE, BOB, call, ETH, fee, foreign, judgeOnce, policyOf, ROUTER, send, USDC, WALLET, WETH } from '../fixture.ts';
import { policyReasons } from './judged-policy.ts';

const ALL = { enabled: true } as const;
const LISTED = ['uniswap-v3', 'aave', 'governor'];
const SOLD = 2_000_000_000n;
const WHOLE = 10n ** 18n;
/** One ether is 2,000 USDC, and one WETH. */
const PRICES = createFixedPrices(ETH, { [USDC]: { price: '0.0005', decimals: 6 }, [WETH]: { price: '1', decimals: 18 } }, { decimals: 18 });
const POOL = account('d6');

const does = (operation: Operation, protocol: string, leaf = '0', contract = ROUTER, capability = 'trading'): Effect =>
  ({ ...call(contract, '0x12345678', 'm', leaf), protocol, capability, operation }) as Effect;
const swap = (leaf = '0') => does('swap', 'uniswap-v3', leaf);
const gets = (amount: bigint, leaf = '0', asset: AssetId = WETH, source: 'bytes' | 'simulation' = 'bytes', to = WALLET): Effect => ({
  kind: 'inflow',
  account: to,
  counterparty: ROUTER,
  asset,
  amount,
  leaf,
  source,
});

async function reasons(effects: readonly Effect[], request: object = {}, price = PRICES, more: object = {}) {
  const permissions = {
    limits: { unit: 'ETH', perTransaction: 100, daily: 200, weekly: 300, monthly: 400 },
    allowedProtocols: LISTED,
    capabilities: { trading: { ...ALL, maxSlippage: 0.01 }, staking: ALL, governance: ALL, transfers: ALL, contracts: ALL, approvals: ALL },
    ...more,
  };
  const scene = {
    effects: [fee(), ...effects],
    policy: policyOf(permissions, BASE),
    over: { price },
    request: foreign({ type: 'contract_call', ...request }),
  };
  return policyReasons(await judgeOnce(scene));
}
const slipped = async (...given: Parameters<typeof reasons>) =>
  (await reasons(...given)).filter(({ rule }) => rule === 'trading.maxSlippage');
const expecting = (over: object) => ({
  expect: {
    out: null,
    in: [{ asset: WETH, amount: WHOLE, bound: 'least' }],
    recipient: WALLET,
    spender: null,
    toleranceBps: 0,
    ...over,
  },
});

describe('what stands against the worth of trades', () => {
  const known = (given: bigint, promised: bigint): TradeWorth => ({ kind: 'known', given, promised });

  it('is nothing without trades, without a bound, and where nothing is given', () => {
    expect(slippageReason(null, 0n, 'r')).toBeNull();
    expect(slippageReason(known(100n, 1n), null, 'r')).toBeNull();
    expect(slippageReason(known(0n, 0n), 0n, 'r')).toBeNull();
    expect(slippageReason(known(0n, 1n), 0n, 'r')).toBeNull();
    expect(slippageReason(known(1_000n, 950n), 50_000n, 'r')).toBeNull();
  });

  it('tells the bound and what is lost in millionths, rounded up', () => {
    expect(slippageReason(known(1_000n, 900n), 50_000n, 'r')).toMatchObject({
      code: 'slippage_exceeded',
      rule: 'r',
      limit: '50000',
      requested: '100000',
      unit: 'millionths',
      retryable: false,
    });
    expect(slippageReason(known(3n, 2n), 10n, 'r')).toMatchObject({ requested: '333334' });
    expect(slippageReason(known(10n ** 12n, 10n ** 12n - 1n), 0n, 'r')).toMatchObject({ requested: '1' });
  });

  it('is that nothing is declared where no return is promised, or nobody can read the call', () => {
    expect(slippageReason(known(3n, 0n), 10n, 'r')).toMatchObject({ code: 'slippage_not_declared', rule: 'r' });
    expect(slippageReason({ kind: 'open' }, 10n, 'r')).toMatchObject({ code: 'slippage_not_declared', rule: 'r' });
  });

  it('is a price that is missing, worth another try only where somebody could have one', () => {
    const why = (of: 'no_source' | 'no_price' | 'stale') => slippageReason({ kind: 'unpriced', asset: WETH, why: of }, 10n, 'r');
    expect(why('no_source')).toMatchObject({ code: 'price_unavailable', rule: 'r', unit: WETH, retryable: false });
    expect(why('no_price')).toMatchObject({ code: 'price_unavailable', retryable: true });
    expect(why('stale')).toMatchObject({ code: 'price_unavailable', retryable: true });
  });
});

describe('what trades give and get', () => {
  it('counts what is paid to the contract of another leaf and what leaves beside the trade, and nothing that leaves elsewhere', async () => {
    const sold = [swap('0.0'), send(SOLD, ROUTER, USDC, '0.0'), gets(WHOLE, '0.0')];
    expect(await slipped(sold)).toEqual([]);
    expect(await slipped([...sold, send(WHOLE, BOB, ETH, '1')])).toEqual([]);
    expect(await slipped([...sold, send(WHOLE, BOB, ETH, '0.7')])).toMatchObject([{ requested: '500000', limit: '10000' }]);
  });

  it('asks for no price of what is not there', async () => {
    const none = createFixedPrices(ETH, { [WETH]: { price: '1', decimals: 18 } }, { decimals: 18 });
    const trade = [swap(), send(WHOLE, ROUTER, ETH), gets(WHOLE)];
    expect(await reasons(trade, {}, none)).toEqual([]);
    expect(await reasons([...trade, gets(0n, '0', USDC)], {}, none)).toEqual([]);
    expect(await slipped([...trade, gets(1n, '0', USDC)], {}, none)).toMatchObject([{ code: 'price_unavailable', unit: USDC }]);
    expect(await slipped([...trade, send(1n, BOB, USDC)], {}, none)).toMatchObject([{ code: 'price_unavailable', unit: USDC }]);
  });

  it('believes the bytes, and of them what comes to the wallet itself', async () => {
    const sold = [swap(), send(SOLD, ROUTER, USDC)];
    expect(await slipped([...sold, gets(WHOLE, '0', WETH, 'simulation')])).toMatchObject([{ code: 'slippage_not_declared' }]);
    expect(await slipped([...sold, gets(1n), gets(WHOLE, '0', WETH, 'bytes', BOB)])).toMatchObject([{ code: 'slippage_exceeded' }]);
    expect(await slipped([...sold, gets(1n), gets(WHOLE, '0', WETH, 'simulation')])).toMatchObject([{ code: 'slippage_exceeded' }]);
  });

  it('rounds what is given up and what comes down', async () => {
    const odd = createFixedPrices(
      ETH,
      { [USDC]: { price: '0.0005', decimals: 6 }, [WETH]: { price: '1', decimals: 18 } },
      { decimals: 18 },
    );
    const strict = { capabilities: { trading: { ...ALL, maxSlippage: 0 }, transfers: ALL, contracts: ALL } };
    expect(await slipped([swap(), send(1n, ROUTER, USDC), gets(5n * 10n ** 8n)], {}, odd, strict)).toEqual([]);
    expect(await slipped([swap(), send(1n, ROUTER, USDC), gets(5n * 10n ** 8n - 1n)], {}, odd, strict)).toHaveLength(1);
  });

  it('is nobody’s guess where one of several calls cannot be read', async () => {
    const listed = { allowedContracts: [{ address: POOL, capability: 'trading' }] };
    const both = [swap(), send(SOLD, ROUTER, USDC), gets(WHOLE), call(POOL, '0x12345678', 'm', '1')];
    expect(await slipped(both.slice(0, 3), {}, PRICES, listed)).toEqual([]);
    expect(await slipped(both, {}, PRICES, listed)).toMatchObject([{ code: 'slippage_not_declared' }]);
  });
});

describe('what a request expects of its trades', () => {
  const sold = [swap(), send(SOLD, ROUTER, USDC)];

  it('stands for what the bytes promise, where it comes to the wallet', async () => {
    expect(await slipped(sold, expecting({}))).toEqual([]);
    expect(await slipped(sold, expecting({ recipient: BOB }))).toMatchObject([{ code: 'slippage_not_declared' }]);
    expect(await slipped(sold, expecting({ in: [{ asset: WETH, amount: WHOLE / 2n, bound: 'least' }] }))).toMatchObject([
      { code: 'slippage_exceeded', requested: '500000' },
    ]);
  });

  it('of nothing leaves the word to the bytes', async () => {
    expect(await slipped([...sold, gets(WHOLE)], expecting({ in: [] }))).toEqual([]);
  });

  it('bounds what is given only where each of it has an upper bound', async () => {
    const out = (...bounds: readonly string[]) => bounds.map((bound) => ({ asset: USDC, amount: SOLD, bound }));
    const twice = expecting({ out: out('most', 'exact') });
    expect(await slipped(sold, twice)).toMatchObject([{ code: 'slippage_exceeded', requested: '500000' }]);
    // One that may be more bounds nothing: then all counts that leaves.
    expect(await slipped(sold, expecting({ out: out('most', 'least') }))).toEqual([]);
    expect(await slipped(sold, expecting({ out: out('least') }))).toEqual([]);
    expect(await slipped(sold, expecting({ out: [] }))).toEqual([]);
  });

  it('holds beside grants of allowances, and beside no other call', async () => {
    const grant: Effect = { ...call(POOL, '0x095ea7b3', 'approve', '0.1'), protocol: 'uniswap-v3', capability: 'approvals' } as Effect;
    expect(await slipped([...sold, grant], expecting({}))).toEqual([]);
    const vote = does('vote', 'governor', '0.1', POOL, 'governance');
    expect(await slipped([...sold, vote], expecting({}))).toMatchObject([{ code: 'slippage_not_declared' }]);
  });
});
