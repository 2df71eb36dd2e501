import { describe, expect, it } from 'vitest';
import { compilePolicy, DEFAULT_TEMPLATES, type TemplateName } from '../../../src/authz/index.ts';
import {
  type AccountId,
  type AssetId,
  type ChainId,
  createFixedPrices,
  type Effect,
  OPERATIONS,
  type Operation,
} from '../../../src/core/index.ts';
import { call, ETH, EVE, fee, foreign, judgeOnce, policyOf, ROUTER, send, USDC, WALLET, WETH } from '../../authz/fixture.ts';
import { openRig } from '../../limits/rig.ts';

const NAMES = { trading: 'uniswap-v3', staking: 'aave', governance: 'governor', nft: 'seaport' } as const;
const PRICES = createFixedPrices(ETH, { [USDC]: { price: '0.0005', decimals: 6 }, [WETH]: { price: '1', decimals: 18 } }, { decimals: 18 });
const TEMPLATES: readonly TemplateName[] = ['conservative', 'balanced', 'aggressive'];
const LISTED = `eip155:1:0x${'d7'.repeat(20)}` as AccountId;
const unit = { limits: { unit: 'ETH' } };

/** The first reason against effects under a template, or `approved`, or `asked`. */
async function answer(template: TemplateName, effects: readonly Effect[], more: object = {}): Promise<string> {
  const { limits, ...rest } = DEFAULT_TEMPLATES[template];
  const written = { ...rest, limits: { ...limits, ...unit.limits }, allowedProtocols: Object.values(NAMES), ...more };
  const { verdict, reasons } = await judgeOnce(
    {
      effects: [fee(), ...effects],
      policy: policyOf(written as never),
      over: { price: PRICES },
      request: foreign({ type: 'transaction' }),
    },
    // What is new, and what is risky, is another layer's.
    { settings: { riskEnabled: false, allowUnenforced: true } },
  );
  return verdict === 'approved' ? 'approved' : verdict === 'escalated' ? 'asked' : (reasons[0]?.code ?? 'none');
}

const does = (operation: Operation): Effect =>
  ({ ...call(ROUTER, '0x12345678', 'm'), protocol: NAMES[OPERATIONS[operation]], capability: OPERATIONS[operation], operation }) as Effect;
const swap = (percent: bigint): readonly Effect[] => [
  does('swap'),
  send(2_000_000_000n, ROUTER, USDC),
  { kind: 'inflow', account: WALLET, counterparty: ROUTER, asset: WETH, amount: percent * 10n ** 16n, leaf: '0', source: 'bytes' },
];

describe('the table of templates', () => {
  const MAY: Readonly<Record<TemplateName, readonly Operation[]>> = {
    conservative: [],
    balanced: ['stake', 'fill', 'buy', 'sell', 'move', 'withdraw_offer', 'vote'],
    aggressive: Object.keys(OPERATIONS).filter((name) => name !== 'swap' && name !== 'borrow') as Operation[],
  };
  it.each(TEMPLATES)('%s: staking, collectibles and governance, each operation by itself', async (template) => {
    const code: Record<string, string> = {
      staking: 'capability_read_only',
      nft: 'capability_read_only',
      governance: 'capability_disabled',
    };
    for (const operation of Object.keys(OPERATIONS) as Operation[]) {
      const capability = OPERATIONS[operation];
      if (capability === 'trading') continue;
      const no = template === 'conservative' ? code[capability] : 'capability_disabled';
      expect(await answer(template, [does(operation)]), operation).toBe(MAY[template].includes(operation) ? 'approved' : no);
    }
  });

  it('trading: nothing, within a slippage of one per cent, at what the trade says', async () => {
    const ends = async (template: TemplateName) => [await answer(template, swap(99n)), await answer(template, swap(98n))];
    expect(await ends('conservative')).toEqual(['capability_read_only', 'capability_read_only']);
    expect(await ends('balanced')).toEqual(['approved', 'slippage_exceeded']);
    expect(await ends('aggressive')).toEqual(['approved', 'approved']);
  });

  it('transfers: none, to the list alone, to anybody', async () => {
    const ends = async (template: TemplateName) => {
      const listed = { allowedDestinations: [LISTED] };
      return [await answer(template, [send(1n, LISTED)], listed), await answer(template, [send(1n, EVE)])];
    };
    expect(await ends('conservative')).toEqual(['capability_disabled', 'capability_disabled']);
    expect(await ends('balanced')).toEqual(['approved', 'destination_not_allowed']);
    expect(await ends('aggressive')).toEqual(['approved', 'approved']);
  });

  const TON = 'ton:-239/slip44:607' as AssetId;
  const toncoin = { asset: TON, symbol: 'TON', decimals: 9 };
  const account = (digit: string): AccountId => `ton:-239:0:${digit.repeat(64)}` as AccountId;
  it.each([
    ['conservative', 10n, 50n],
    ['balanced', 100n, 500n],
    ['aggressive', 1_000n, 5_000n],
  ] as const)('%s: %s TON in one transaction and %s in a day, to the nanoton', async (template, each, daily) => {
    const rig = openRig();
    // The table's amounts, for somebody who may pay and is asked about nothing.
    const open = { capabilities: { transfers: { enabled: true } }, requireApproval: false, rateLimiting: { cooldownSeconds: 0 } };
    const base = {
      limits: { perTransaction: 9_999, daily: 9_999, weekly: 99_999, monthly: 99_999 },
      rateLimiting: { maxPerHour: 100, cooldownSeconds: 0 },
    };
    const policy = compilePolicy({ ...DEFAULT_TEMPLATES[template], ...open, allowedDestinations: [account('b')] }, [toncoin], base);
    const chain = 'ton:-239' as ChainId;
    const terms = { chain, fee: { asset: TON, ceiling: 0n, params: {} } };
    const pay = async (amount: bigint): Promise<string> =>
      (await rig.spend(policy, [send(amount, account('b'), TON, '0', account('a'))], { chain, wallet: account('a') }, terms)).code;
    const whole = 10n ** 9n;
    expect(await pay(each * whole + 1n)).toBe('per_transaction_limit');
    for (let paid = 0n; paid < daily; paid += each) expect(await pay(each * whole)).toBe('ok');
    expect(await pay(1n)).toBe('window_limit');
  });
});
