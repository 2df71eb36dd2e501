import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { compileRates } from '../../../src/authz/policy/caps/compile-rates.ts';
import { type AssetId, isCastellanError, type Token } from '../../../src/core/index.ts';
import { BASE, ETH, ether, OPEN, TOKENS, USDC, WETH } from '../fixture.ts';

const NFT = `eip155:1/erc721:0x${'bc'.repeat(20)}/7` as AssetId;
const UNLISTED = `eip155:1/erc20:0x${'22'.repeat(20)}` as AssetId;
const compiled = (permissions: object, tokens: readonly Token[] = TOKENS, base = BASE) =>
  compilePolicy({ ...OPEN, ...permissions }, tokens, base);
const problemsOf = (...given: Parameters<typeof compiled>): unknown => {
  try {
    compiled(...given);
    return [];
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};
const NO_UNIT = { ...BASE, limits: { ...BASE.limits, unit: undefined } };
const TON: Token = { asset: 'ton:-239/slip44:607' as AssetId, symbol: 'TON', decimals: 9 };

describe('the unit of limits', () => {
  it('is what the permissions name, else the deployment, else the one native coin', () => {
    expect(compiled({ limits: { unit: 'USDC' } }).unit).toEqual({ id: USDC, decimals: 6 });
    expect(compiled({ limits: { unit: 'USD' } }).unit).toEqual({ id: 'USD', decimals: 6 });
    expect(compiled({ limits: {} }).unit).toEqual({ id: ETH, decimals: 18 });
    expect(compiled({ limits: {} }, TOKENS, NO_UNIT).unit).toEqual({ id: ETH, decimals: 18 });
    expect(compiled({ limits: {}, allowedChains: ['eip155:1'] }, [...TOKENS, TON], NO_UNIT).unit).toEqual({ id: ETH, decimals: 18 });
  });

  it('has to be told where there are two coins, or none', () => {
    const word = 'limits.unit: name an asset or USD, the native coin is not unambiguous';
    expect(problemsOf({ limits: {} }, [...TOKENS, TON], NO_UNIT)).toEqual([word]);
    expect(problemsOf({ limits: {} }, TOKENS.slice(1), NO_UNIT)).toEqual([word]);
    // A coin of its chain’s registry number, and of no chain that has another.
    const odd: Token = { asset: 'eip155:1/slip44:61' as AssetId, symbol: 'ODD', decimals: 18 };
    expect(compiled({ limits: {} }, [...TOKENS, odd], NO_UNIT).unit.id).toBe(ETH);
  });

  it('is an asset of the list', () => {
    expect(problemsOf({ limits: { unit: UNLISTED } })).toEqual(['limits.unit: the asset is on no token list']);
    expect(problemsOf({ limits: { unit: 'NOPE' } })).toEqual(['limits.unit: no token on the list is called NOPE']);
  });
});

describe('limits', () => {
  it('are inherited one by one, with the mark at which they warn', () => {
    const base = { ...BASE, limits: { ...BASE.limits, warningThresholdPct: 50, hourly: 7 } };
    const { unitCap } = compiled({ limits: { perTransaction: 1, daily: '0.000000000000000001', total: 0 } }, TOKENS, base);
    const warn = (at: bigint) => ({ at: at.toString(), percent: 50, crosses: false });
    const day = 86_400_000;
    expect(unitCap).toEqual({
      unit: ETH,
      windows: [
        { windowMs: 0, limit: ether('1').toString(), rule: 'perTransaction' },
        { windowMs: 3_600_000, limit: ether('7').toString(), rule: 'hourly', warn: warn(ether('3.5')) },
        // A mark is rounded up: the smallest unit warns when it is all gone.
        { windowMs: day, limit: '1', rule: 'daily', warn: warn(1n) },
        { windowMs: 7 * day, limit: ether('20000').toString(), rule: 'weekly', warn: warn(ether('10000')) },
        { windowMs: 30 * day, limit: ether('50000').toString(), rule: 'monthly', warn: warn(ether('25000')) },
        { windowMs: null, limit: '0', rule: 'total' },
      ],
    });
    expect(compiled({ limits: { warningThresholdPct: 1, daily: 1 } }, TOKENS, base).unitCap.windows[2]?.warn).toEqual({
      at: ether('0.01').toString(),
      percent: 1,
      crosses: false,
    });
    expect(compiled({ limits: {} }).unitCap.windows[1]?.warn).toMatchObject({ at: ether('4000').toString(), percent: 80 });
    expect(problemsOf({ limits: { unit: 'USDC', daily: '0.0000001' } })).toEqual(['limits.daily: more decimals than the unit has']);
    // 78 digits and the decimals behind them: 96 are what the ledger counts with.
    const fine: Token = { asset: UNLISTED, symbol: 'FINE', decimals: 19 };
    const most = (unit: string) => problemsOf({ limits: { unit, daily: '9'.repeat(78) } }, [...TOKENS, fine]);
    expect([most('ETH'), most('FINE')]).toEqual([[], ['limits.daily: more than the ledger can count']]);
  });

  it('of one asset need a day’s, which bounds one transaction too', () => {
    const caps = compiled({
      limits: { assets: { USDC: { daily: 5 }, [NFT]: { daily: 2, perTransaction: 1, total: 9 } }, warningThresholdPct: 10 },
    }).assetCaps;
    expect([...caps.keys()]).toEqual([USDC, NFT]);
    expect(caps.get(USDC)).toEqual({
      unit: USDC,
      windows: [
        { windowMs: 0, limit: '5000000', rule: 'perTransaction' },
        { windowMs: 86_400_000, limit: '5000000', rule: 'daily', warn: { at: '500000', percent: 10, crosses: false } },
      ],
    });
    expect(caps.get(NFT)?.windows.map(({ windowMs, limit, rule }) => [windowMs, limit, rule])).toEqual([
      [0, '1', 'perTransaction'],
      [86_400_000, '2', 'daily'],
      [null, '9', 'total'],
    ]);
    expect(problemsOf({ limits: { assets: { USDC: { weekly: 5 } } } })).toEqual([
      'limits.assets.USDC.daily: an asset with limits of its own needs this one',
    ]);
    expect(problemsOf({ limits: { assets: { USDC: { daily: 5 }, [USDC]: { daily: 6 } } } })).toEqual([
      `limits.assets.${USDC}: the asset is named twice`,
    ]);
    expect(problemsOf({ limits: { assets: { [UNLISTED]: { daily: 5 } } } })).toEqual([
      `limits.assets.${UNLISTED}: the asset is on no token list`,
    ]);
    expect(problemsOf({ limits: { assets: { USDC: { daily: '0.0000001' } } } })).toContain(
      'limits.assets.USDC.daily: more decimals than the unit has',
    );
  });
});

describe('a cap with a name', () => {
  const cap = { capId: 'c', scope: 'agent', window: 'day', max: 5 } as const;
  const capsOf = (...caps: readonly object[]) => compiled({ limits: { caps } }).caps;
  const wrong = (...caps: readonly object[]) => problemsOf({ limits: { caps } });

  it('counts an asset in its own amounts, or everything in a unit', () => {
    expect(capsOf({ ...cap, asset: 'USDC' })[0]).toMatchObject({ asset: USDC, spec: { unit: USDC, windows: [{ limit: '5000000' }] } });
    expect(capsOf({ ...cap, asset: NFT })[0]).toMatchObject({ asset: NFT, spec: { unit: NFT, windows: [{ limit: '5' }] } });
    expect(capsOf({ ...cap, unit: 'USD' })[0]).toMatchObject({ asset: null, spec: { unit: 'USD', windows: [{ limit: '5000000' }] } });
    expect(wrong({ ...cap, asset: UNLISTED })).toContain('limits.caps[0].asset: the asset is on no token list');
    expect(wrong({ ...cap, asset: 'NOPE' })).toEqual(['limits.caps[0].asset: no token on the list is called NOPE']);
    expect(wrong({ ...cap, unit: 'NOPE' })).toEqual(['limits.caps[0].unit: no token on the list is called NOPE']);
    expect(wrong(cap, { ...cap, window: 'week', max: '0.0000000000000000001' })).toEqual([
      'limits.caps[1].max: more decimals than the unit has',
    ]);
  });

  it('is called by its window, or its length', () => {
    expect(capsOf(cap, { ...cap, window: undefined, windowMs: 5_000 })[0]?.spec.windows.map(({ rule }) => rule)).toEqual([
      'c.day',
      'c.5000ms',
    ]);
  });

  it('is one account however many windows it has', () => {
    const other = (over: object) => wrong(cap, { ...cap, window: 'week', ...over });
    expect(other({})).toEqual([]);
    for (const over of [{ scope: 'fleet' }, { asset: 'ETH' }, { unit: 'USD' }, { scope: 'user' }])
      expect(other(over)).toEqual(['limits.caps[1]: another entry of c counts something else']);
    const byRecipient = { ...cap, scope: 'recipient' };
    expect(wrong(byRecipient, { ...byRecipient, window: 'week', of: 'user' })).toEqual([
      'limits.caps[1]: another entry of c counts something else',
    ]);
    expect(wrong(cap, cap)).toEqual(['limits.caps[1]: c has this window twice']);
    expect(wrong({ ...cap, of: 'fleet' })).toEqual(['limits.caps[0].of: the scope agent says whose it is']);
    expect(capsOf({ ...cap, of: 'agent' })[0]?.of).toBe('agent');
  });

  it('of the deployment is told by its place where it is wrong', () => {
    const base = (caps: readonly object[]) => ({ ...BASE, limits: { ...BASE.limits, caps: caps as never } });
    expect(problemsOf({}, TOKENS, base([cap, { ...cap, capId: 'd!' }]))).toEqual([
      'defaultLimits.caps[1]: capId: must be 1 to 64 of A-Z a-z 0-9 _ . -',
    ]);
  });
});

describe('limits that agents share', () => {
  const shared = (limits: object, base = BASE) => compiled({ limits, capLockMode: 'shared' }, TOKENS, base).caps;
  it('stand beside named caps, one window for each that there is', () => {
    const caps = shared({ daily: 5, hourly: 1, total: 100, caps: [{ capId: 'c', scope: 'agent', window: 'day', max: 5 }] });
    expect(caps.map(({ capId, scope, of }) => [capId, scope, of])).toEqual([
      ['c', 'agent', 'agent'],
      ['limits.shared', 'fleet', 'fleet'],
    ]);
    expect(caps[1]?.spec.windows.map(({ rule, limit }) => [rule, limit])).toEqual([
      ['limits.shared.hour', ether('1').toString()],
      ['limits.shared.day', ether('5').toString()],
      ['limits.shared.week', ether('20000').toString()],
      ['limits.shared.month', ether('50000').toString()],
      ['limits.shared.total', ether('100').toString()],
    ]);
    expect(compiled({ capLockMode: 'shared', limits: undefined }).caps).toHaveLength(1);
    expect(compiled({ limits: { daily: 5 } }).caps).toEqual([]);
    expect(problemsOf({ capLockMode: 'shared', limits: { assets: { USDC: { daily: 5 } } } })).toEqual([
      'capLockMode: limits of single assets are shared by limits.caps of scope fleet',
    ]);
  });
});

describe('rates', () => {
  const none = { maxPerMinute: null, maxPerDay: null, burst: null };
  it('are a policy’s own over the deployment’s, field by field', () => {
    const base = { maxPerHour: 10, cooldownSeconds: 60 };
    expect(compileRates({}, base)).toEqual({ ...none, maxPerHour: 10, cooldownMs: 60_000, perUser: null });
    expect(compileRates({ maxPerHour: undefined, burst: 3, cooldownSeconds: 0 }, base)).toEqual({
      ...none,
      maxPerHour: 10,
      burst: 3,
      cooldownMs: 0,
      perUser: null,
    });
    expect(compileRates({ maxPerHour: 5, maxPerMinute: 2, maxPerDay: 9 }, { ...base, burst: 4 })).toEqual({
      maxPerHour: 5,
      maxPerMinute: 2,
      maxPerDay: 9,
      burst: 4,
      cooldownMs: 60_000,
      perUser: null,
    });
  });

  it('of a user are bounded where either says so, by no default', () => {
    const base = { maxPerHour: 10, cooldownSeconds: 60 };
    expect(compileRates({ perUser: {} }, base).perUser).toEqual({ ...none, maxPerHour: null, cooldownMs: 0 });
    expect(compileRates({}, { ...base, perUser: { maxPerDay: 3 } }).perUser).toEqual({
      ...none,
      maxPerHour: null,
      maxPerDay: 3,
      cooldownMs: 0,
    });
    expect(compileRates({ perUser: { maxPerDay: undefined, burst: 2 } }, { ...base, perUser: { maxPerDay: 3 } }).perUser).toMatchObject({
      maxPerDay: 3,
      burst: 2,
    });
  });
});

describe('an amount of a token', () => {
  const threshold = (over: object) => ({ humanApprovalThreshold: { token: 'USDC', amount: 5, ...over } });
  const ruled = (over: object, tokens = TOKENS) =>
    compiled(threshold(over), tokens).rules.find(({ id }) => id === 'humanApprovalThreshold')?.when;
  it('is whole tokens, or the token’s own smallest units', () => {
    const when = (value: string) => [
      { field: 'asset', operator: 'in', value: [USDC] },
      { field: 'amount', operator: 'gt', value },
    ];
    expect(ruled({})).toEqual(when('5'));
    expect(ruled({ amount: '1.50' })).toEqual(when('1.5'));
    expect(ruled({ amount: 1_500_000n, decimals: 6 })).toEqual(when('1.5'));
    expect(ruled({ amount: 1_500_000n })).toEqual(when('1500000'));
    expect(problemsOf(threshold({ decimals: 5 }))).toEqual(['humanApprovalThreshold.decimals: the token has 6']);
    expect(problemsOf(threshold({ amount: 10n ** 78n }))).toEqual(['humanApprovalThreshold.amount: too many digits']);
    expect(problemsOf(threshold({ amount: 10n ** 77n }))).toEqual([]);
    expect(problemsOf(threshold({ token: 'NOPE' }))).toContain('humanApprovalThreshold.token: no token on the list is called NOPE');
    const other: Token = { asset: `eip155:10/erc20:0x${'33'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 18 };
    expect(problemsOf({ ...threshold({ decimals: 6 }), limits: { unit: WETH } }, [...TOKENS, other])).toEqual([
      'humanApprovalThreshold.decimals: the token has 6, 18',
    ]);
  });
});
