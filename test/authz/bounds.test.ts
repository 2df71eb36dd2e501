import { describe, expect, it } from 'vitest';
import { type AssetId, createFixedPrices, type Effect, OPERATIONS, type Operation } from '../../src/core/index.ts';
import { BASE, BOB, call, ETH, fee, foreign, judgeOnce, policyOf, ROUTER, send, USDC, WALLET, WETH } from './fixture.ts';

const ALL = { enabled: true } as const;
const CAPABILITIES = { trading: ALL, staking: ALL, governance: ALL, nft: ALL, transfers: ALL, contracts: ALL };
const LIMITS = { unit: 'ETH', perTransaction: 10, daily: 20, weekly: 100, monthly: 200 };
const NAMES: Readonly<Record<string, string>> = { trading: 'uniswap-v3', staking: 'aave', governance: 'governor', nft: 'seaport' };

/** A call of a known protocol. */
const does = (operation: Operation | undefined, capability: string, leaf = '0'): Effect =>
  ({ ...call(ROUTER, '0x12345678', 'm', leaf), protocol: NAMES[capability], capability, ...(operation && { operation }) }) as Effect;
const gets = (amount: bigint, asset: AssetId = WETH, leaf = '0', account = WALLET): Effect => ({
  kind: 'inflow',
  account,
  counterparty: ROUTER,
  asset,
  amount,
  leaf,
  source: 'bytes',
});
/** One ether is 2,000 USDC, and one WETH. */
const PRICES = createFixedPrices(ETH, { [USDC]: { price: '0.0005', decimals: 6 }, [WETH]: { price: '1', decimals: 18 } }, { decimals: 18 });

async function codes(
  effects: readonly Effect[],
  permissions: object,
  { settings = {}, price = PRICES, request = {} }: { settings?: object; price?: typeof PRICES | undefined; request?: object } = {},
): Promise<readonly string[]> {
  const policy = policyOf({ limits: LIMITS, allowedProtocols: Object.values(NAMES), capabilities: CAPABILITIES, ...permissions }, BASE);
  const scene = { effects: [fee(), ...effects], policy, over: { price }, request: foreign({ type: 'contract_call', ...request }) };
  const { verdict, reports, unenforced } = await judgeOnce(scene, { settings });
  const reasons = reports.flatMap(({ reasons }) => reasons.map(({ code }) => code)).filter((code) => code !== 'skipped');
  return verdict === 'approved' ? ['approved', ...unenforced] : reasons;
}
const within = (name: string, bound: object) => ({ capabilities: { ...CAPABILITIES, [name]: { enabled: true, ...bound } } });

describe('a part of a capability', () => {
  const PARTS = [
    ['staking', { unstake: false }, ['stake']],
    ['nft', { create: false }, ['fill', 'buy', 'sell', 'move', 'withdraw_offer']],
    ['governance', { voteOnly: true }, ['vote']],
  ] as const;
  for (const [capability, bound, allowed] of PARTS) {
    const operations = (Object.keys(OPERATIONS) as Operation[]).filter((operation) => OPERATIONS[operation] === capability);
    it(`of ${capability} is what its calls are for, and nothing that nobody can name`, async () => {
      for (const operation of [...operations, undefined]) {
        const passes = operation !== undefined && (allowed as readonly string[]).includes(operation);
        const told = await codes([does(operation, capability)], within(capability, bound));
        expect(told.includes('capability_disabled'), String(operation)).toBe(!passes);
        expect(await codes([does(operation, capability)], within(capability, {}))).not.toContain('capability_disabled');
      }
    });
  }

  it('is denied for the whole transaction where one of its calls is of another part', async () => {
    const both = [does('stake', 'staking'), does('unstake', 'staking', '0.1')];
    expect(await codes(both, within('staking', { unstake: false }))).toContain('capability_disabled');
  });

  it('is what the owner lists the contract as, where no decoder knows it', async () => {
    const listed = (entry: object) => ({
      ...within('staking', { unstake: false }),
      allowedContracts: [{ address: ROUTER, capability: 'staking', ...entry }],
    });
    const unknown = [call(ROUTER, '0x12345678', 'm')];
    expect(await codes(unknown, listed({}))).toContain('capability_disabled');
    expect(await codes(unknown, listed({ operation: 'stake' }))).toEqual(['approved']);
    expect(await codes(unknown, listed({ operation: 'unstake' }))).toContain('capability_disabled');
    expect(() => policyOf({ ...listed({ operation: 'vote' }) } as never)).toThrow(/operation/);
  });

  it('is not what a decoder says of another capability than the owner does', async () => {
    const permissions = { ...within('staking', { unstake: false }), allowedContracts: [{ address: ROUTER, capability: 'staking' }] };
    expect(await codes([does('vote', 'governance')], permissions)).toContain('capability_disabled');
  });
});

describe('slippage', () => {
  const SOLD = 2_000_000_000n;
  const swap = (back: bigint, more: readonly Effect[] = []) => [does('swap', 'trading'), send(SOLD, ROUTER, USDC), gets(back), ...more];
  const bounded = within('trading', { maxSlippage: 0.01 });
  const PERCENT = 10n ** 16n;

  it('is the worth of the least that comes against that of the most that leaves, to the base unit', async () => {
    expect(await codes(swap(99n * PERCENT), bounded)).toEqual(['approved']);
    expect(await codes(swap(99n * PERCENT - 1n), bounded)).toEqual(['slippage_exceeded']);
    expect(await codes(swap(2n), bounded)).toEqual(['slippage_exceeded']);
    expect(await codes(swap(2n), within('trading', {}))).toEqual(['approved']);
    // One base unit is no promise: whoever orders transactions may keep the rest.
    expect(await codes(swap(1n), within('trading', {}))).toEqual(['risk_high']);
    expect(await codes(swap(98n * PERCENT), within('trading', { maxSlippage: 0.02 }))).toEqual(['approved']);
    expect(await codes(swap(100n * PERCENT - 1n), within('trading', { maxSlippage: 0 }))).toEqual(['slippage_exceeded']);
  });

  it('counts all that leaves beside the trade', async () => {
    const tip = [send(21n * PERCENT, ROUTER, ETH, '0.1')];
    expect(await codes(swap(99n * PERCENT, tip), bounded)).toContain('slippage_exceeded');
  });

  it('believes in nothing that comes to others, in nothing unlisted, and in no other call’s return', async () => {
    const junk = 'eip155:1/erc20:0xbabababababababababababababababababababa' as AssetId;
    const paid = [does('swap', 'trading'), send(SOLD, ROUTER, USDC)];
    for (const back of [gets(10n ** 18n, WETH, '0', BOB), gets(10n ** 30n, junk), gets(10n ** 18n, WETH, '1')])
      expect(await codes([...paid, back], bounded)).toContain('slippage_not_declared');
  });

  it('without a price is a denial, and is told where the deployment says that it may be', async () => {
    const none = createFixedPrices(ETH, { [USDC]: { price: '0.0005', decimals: 6 } }, { decimals: 18 });
    expect(await codes(swap(10n ** 18n), bounded, { price: none })).toEqual(['price_unavailable']);
    const told = await codes(swap(10n ** 18n), bounded, { price: none, settings: { allowUnenforced: true } });
    expect(told).toEqual(['approved', 'trading.maxSlippage']);
    expect(await codes(swap(2n), bounded, { settings: { allowUnenforced: true } })).toEqual(['slippage_exceeded']);
  });

  it('of a call that nobody can read is what the request expects of it', async () => {
    const listed = { ...bounded, allowedContracts: [{ address: ROUTER, capability: 'trading' }] };
    const opaque = [call(ROUTER, '0x12345678', 'm'), send(SOLD, ROUTER, USDC)];
    const expecting = (back: bigint, out: object[] | null, bound = 'least') => ({
      request: { expect: { out, in: [{ asset: WETH, amount: back, bound }], recipient: WALLET, spender: null, toleranceBps: 0 } },
    });
    const most = [{ asset: USDC, amount: SOLD, bound: 'most' }];
    expect(await codes(opaque, listed)).toContain('slippage_not_declared');
    expect(await codes(opaque, listed, expecting(10n ** 18n, null))).toContain('slippage_not_declared');
    expect(await codes(opaque, listed, expecting(10n ** 18n, most, 'most'))).toContain('slippage_not_declared');
    expect(await codes(opaque, listed, expecting(98n * PERCENT, most))).toContain('slippage_exceeded');
    const fair = await codes(opaque, listed, expecting(99n * PERCENT, most));
    expect(fair.filter((code) => code.startsWith('slippage'))).toEqual([]);
  });

  it('takes nothing for a return that another call brings: what is taken out of a stake was the wallet’s own', async () => {
    const stake = [does('unstake', 'staking', '0.1'), gets(99n * PERCENT, WETH, '0.1')];
    const bad = [does('swap', 'trading', '0.0'), send(SOLD, ROUTER, USDC, '0.0'), gets(1n, WETH, '0.0')];
    expect(await codes([...bad, ...stake], bounded)).toContain('slippage_exceeded');
    const expected = {
      request: {
        expect: {
          out: [{ asset: USDC, amount: SOLD, bound: 'most' as const }],
          in: [{ asset: WETH, amount: 99n * PERCENT, bound: 'least' as const }],
          recipient: WALLET,
          spender: null,
          toleranceBps: 0,
        },
      },
    };
    expect(await codes([...bad, ...stake], bounded, expected)).toContain('slippage_exceeded');
    expect((await codes(bad, bounded, expected)).filter((code) => code.startsWith('slippage'))).toEqual([]);
  });

  it('bounds a strategy’s calls too, those that nobody names included', async () => {
    const strategy = (more: object = {}) => ({
      strategies: [{ id: 's1', maxSlippage: 0.01, ...more }],
      allowedContracts: [{ address: ROUTER }],
    });
    const under = { request: { context: { strategy: 's1' } } };
    expect(await codes([call(ROUTER, '0x12345678', 'm')], strategy(), under)).toContain('slippage_not_declared');
    expect(await codes(swap(99n * PERCENT), { strategies: [{ id: 's1', maxSlippage: 0.01 }] }, under)).toEqual(['approved']);
    expect(await codes(swap(98n * PERCENT), { strategies: [{ id: 's1', maxSlippage: 0.01 }] }, under)).toContain('slippage_exceeded');
  });
});

describe('a trade', () => {
  const SOLD = 2_000_000_000n;
  const open = within('trading', {});
  const swap = (leaf: string, back?: bigint): readonly Effect[] => [
    does('swap', 'trading', leaf),
    send(SOLD, ROUTER, USDC, leaf),
    ...(back === undefined ? [] : [gets(back, WETH, leaf)]),
  ];
  const expecting = (asset: AssetId, more: object = {}) => ({
    request: {
      expect: {
        out: null,
        in: [{ asset, amount: 1n, bound: 'least' as const }],
        recipient: WALLET,
        spender: null,
        toleranceBps: 0,
        ...more,
      },
    },
  });

  it('that promises nothing does not live on what another call of the same batch brings', async () => {
    expect(await codes(swap('0.0', 2n), open)).toEqual(['approved']);
    for (const beside of [
      [does('unstake', 'staking', '0.1'), gets(10n ** 18n, WETH, '0.1')],
      [does('sell', 'nft', '0.1'), gets(10n ** 18n, WETH, '0.1')],
      [...swap('0.1', 10n ** 18n)],
    ])
      expect(await codes([...swap('0.0'), ...beside], open)).toContain('slippage_not_declared');
  });

  it('is settled by the router’s own last step, and by what its calls within bring', async () => {
    expect(await codes([...swap('0.0'), does('swap', 'trading', '0.1'), gets(2n, WETH, '0.1')], open)).toEqual(['approved']);
    const within_ = [does('swap', 'trading', '0'), send(SOLD, ROUTER, USDC, '0'), ...swap('0.0', 2n)];
    expect(await codes(within_, open)).toEqual(['approved']);
  });

  it('is not vouched for by an expectation of a token that nobody lists, or beside a call that brings what is expected', async () => {
    const junk = 'eip155:1/erc20:0xbabababababababababababababababababababa' as AssetId;
    const told = async (...given: Parameters<typeof codes>) => (await codes(...given)).filter((code) => code.startsWith('slippage'));
    expect(await told(swap('0'), open, expecting(WETH))).toEqual([]);
    expect(await told(swap('0'), open, expecting(junk))).toEqual(['slippage_not_declared']);
    const stake = [does('unstake', 'staking', '0.1'), gets(10n ** 18n, WETH, '0.1')];
    expect(await told([...swap('0.0'), ...stake], open, expecting(WETH))).toEqual(['slippage_not_declared']);
  });
});
