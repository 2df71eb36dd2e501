import { describe, expect, it } from 'vitest';
import type { Exposure, OpaqueCall, Outflow } from '../../src/authz/exposure.ts';
import { capAccount, capPrefix } from '../../src/authz/limits/cap-accounts.ts';
import { capShares } from '../../src/authz/limits/cap-shares.ts';
import { accountsOf, isLimitsAccount } from '../../src/authz/limits/ledger-accounts.ts';
import { rateBounds, takeOf } from '../../src/authz/limits/rate-bounds.ts';
import type { CompiledCap } from '../../src/authz/policy/index.ts';
import { type AccountId, type AssetId, storeKey } from '../../src/core/index.ts';
import { BASE, BOB, ETH, EVE, policyOf, ROUTER, USDC, WALLET, WETH } from '../authz/fixture.ts';
import { WIDE } from './rig.ts';

const WHO = { agentId: 'a1', userId: 'u1', wallet: WALLET };
const DAY_MS = 86_400_000;
const NFTS = 'eip155:1/erc721:0x00000000000000000000000000000000000000aa' as AssetId;
const windows = [
  { windowMs: 0, limit: '5', rule: 'c.transaction' },
  { windowMs: DAY_MS, limit: '7', rule: 'c.day' },
  { windowMs: null, limit: '9', rule: 'c.total' },
];
const capOf = (scope: CompiledCap['scope'], over: Partial<CompiledCap> = {}): CompiledCap => ({
  capId: 'c',
  scope,
  of: ['agent', 'user', 'wallet', 'fleet'].includes(scope) ? (scope as 'agent') : 'fleet',
  asset: null,
  spec: { unit: 'USD', windows },
  ...over,
});

describe('the account of a cap', () => {
  it('is named after the cap, the holder, and what it is scoped by', () => {
    expect((['agent', 'user', 'wallet', 'fleet'] as const).map((scope) => capPrefix(capOf(scope), WHO))).toEqual([
      'cap:c:agent:a1',
      'cap:c:user:u1',
      `cap:c:wallet:${WALLET}`,
      'cap:c:fleet',
    ]);
    expect((['agent', 'user', 'wallet', 'fleet'] as const).map((of) => capPrefix(capOf('recipient', { of }), WHO))).toEqual([
      'cap:c:agent:a1:recipient:',
      'cap:c:user:u1:recipient:',
      `cap:c:wallet:${WALLET}:recipient:`,
      'cap:c:fleet:recipient:',
    ]);
  });

  it('has one row for each window that counts over time, and a fact of its own', () => {
    const account = `cap:c:fleet:recipient:${BOB}|USD`;
    expect(capAccount(capOf('recipient'), WHO, BOB)).toEqual({
      account,
      unit: 'USD',
      cap: { account, windows },
      limits: [5n, 7n, 9n],
      headKey: storeKey.ledger(account),
      windowKeys: [null, storeKey.ledgerWindow(account, DAY_MS), null],
      keys: [storeKey.ledger(account), storeKey.ledgerWindow(account, DAY_MS)],
      usedFact: `limits.used.cap.c.${BOB}.USD`,
      named: { capId: 'c', scope: 'recipient', subject: BOB },
    });
    expect(capAccount(capOf('fleet'), WHO, null)).toMatchObject({ account: 'cap:c:fleet|USD', usedFact: 'limits.used.cap.c.USD' });
  });

  it('is made once for each name, and told apart by holder, subject and cap', () => {
    const cap = capOf('recipient', { of: 'agent' });
    const first = capAccount(cap, WHO, BOB);
    expect(capAccount(cap, { ...WHO }, BOB)).toBe(first);
    expect(capAccount(cap, WHO, EVE)).not.toBe(first);
    expect(capAccount(cap, { ...WHO, agentId: 'a2' }, BOB).account).not.toBe(first.account);
    expect(capAccount(capOf('recipient', { of: 'agent' }), WHO, BOB)).not.toBe(first);
    for (let count = 3; count < 4_096; count += 1) capAccount(cap, WHO, `eip155:1:${count}` as AccountId);
    expect(capAccount(cap, WHO, BOB)).toBe(first);
    capAccount(cap, WHO, 'eip155:1:one-more' as AccountId);
    expect(capAccount(cap, WHO, BOB)).not.toBe(first);
  });
});

describe('the accounts of an agent', () => {
  const policy = policyOf({
    ...WIDE,
    limits: { ...WIDE.limits, assets: { [USDC]: { perTransaction: 1, daily: 2 }, [NFTS]: { perTransaction: 1, daily: 1 } } },
    strategies: [{ id: 'dca', maxDailyVolume: 3 }, { id: 'free' }],
  } as never);

  it('are one for the unit, one for each asset with limits of its own, one for each strategy that bounds a day', () => {
    const accounts = accountsOf(policy, 'a1');
    expect(accounts.unit).toMatchObject({
      account: `agent:a1|${ETH}`,
      usedFact: `limits.used.${ETH}`,
      named: { capId: 'limits', scope: 'agent', subject: null },
    });
    expect(accounts.asset(USDC)).toMatchObject({
      account: `agent:a1|${USDC}`,
      named: { capId: 'limits.assets', scope: 'agent', subject: USDC },
    });
    expect(accounts.asset(WETH)).toBeUndefined();
    expect(accounts.asset(`${NFTS}/7` as AssetId)).toBe(accounts.asset(NFTS));
    expect(accounts.strategy('dca')).toMatchObject({
      account: `agent:a1:strategy:dca|${ETH}`,
      usedFact: `limits.used:strategy:dca.${ETH}`,
      named: { capId: 'strategy:dca', scope: 'agent', subject: null },
    });
    for (const none of ['free', 'nobody']) expect(accounts.strategy(none)).toBeUndefined();
    expect(accounts.rate).toEqual({ approved: 'agent:a1:approved', attempts: 'agent:a1:attempts' });
    expect(accounts.rateKeys).toEqual([storeKey.rate('agent:a1:approved'), storeKey.rate('agent:a1:attempts')]);
    expect(accounts.profileKey).toBe(storeKey.doc('profile/a1'));
  });

  it('are made once for each policy and agent', () => {
    expect(accountsOf(policy, 'a1')).toBe(accountsOf(policy, 'a1'));
    expect(accountsOf(policy, 'a2')).not.toBe(accountsOf(policy, 'a1'));
    expect(accountsOf(policyOf({ ...WIDE }), 'a1').asset(`${NFTS}/7` as AssetId)).toBeUndefined();
  });

  it('are told from those of caps and of other agents', () => {
    for (const mine of [`agent:a1|${ETH}`, `agent:a1:own|${ETH}`]) expect(isLimitsAccount(mine, 'a1')).toBe(true);
    for (const other of [`agent:a11|${ETH}`, 'agent:a1:strategy:dca|USD', 'cap:c:agent:a1|USD', `agent:a2:own|${ETH}`])
      expect(isLimitsAccount(other, 'a1')).toBe(false);
  });
});

describe('the bounds of a rate', () => {
  const ruled = (rateLimiting: object) => policyOf({ ...WIDE, rateLimiting: { maxPerHour: 9, cooldownSeconds: 0, ...rateLimiting } });
  const bounds = (rateLimiting: object, who = WHO) => rateBounds(ruled(rateLimiting), who);
  const hour = { rule: 'maxPerHour', key: 'agent:a1:approved', windowMs: 3_600_000, max: 9, cooldownMs: 0 };

  it('are counted in windows of their own, the cooldown with the hour', () => {
    expect(bounds({ burst: 1, maxPerMinute: 2, maxPerHour: 3, maxPerDay: 4, cooldownSeconds: 5 })).toEqual([
      { rule: 'burst', key: 'agent:a1:approved:burst', windowMs: 10_000, max: 1, cooldownMs: 0 },
      { rule: 'maxPerMinute', key: 'agent:a1:approved:minute', windowMs: 60_000, max: 2, cooldownMs: 0 },
      { ...hour, max: 3, cooldownMs: 5_000 },
      { rule: 'maxPerDay', key: 'agent:a1:approved:day', windowMs: 86_400_000, max: 4, cooldownMs: 0 },
    ]);
    expect(bounds({})).toEqual([hour]);
  });

  it('of a user stand under the user’s name, counted though only a cooldown is set', () => {
    expect(bounds({ perUser: { cooldownSeconds: 7 } })).toEqual([
      hour,
      { rule: 'perUser.maxPerHour', key: 'user:u1:approved', windowMs: 3_600_000, max: 1_000_000, cooldownMs: 7_000 },
    ]);
    expect(bounds({ perUser: { burst: 2 } }, { ...WHO, userId: 'u2' })[1]).toEqual({
      rule: 'perUser.burst',
      key: 'user:u2:approved:burst',
      windowMs: 10_000,
      max: 2,
      cooldownMs: 0,
    });
  });

  it('are made once for an agent, and taken as they stand', () => {
    const policy = ruled({});
    expect(rateBounds(policy, WHO)).toBe(rateBounds(policy, WHO));
    expect(takeOf(hour)).toEqual({ kind: 'rate.take', key: hour.key, windowMs: 3_600_000, max: 9, cooldownMs: 0 });
  });
});

describe('what a cap counts', () => {
  const NONE: Exposure = {
    outflows: [],
    allowances: [],
    calls: [],
    powers: [],
    fee: { asset: ETH, amount: 0n },
    outTotals: [],
    spendTotals: [],
    parties: [],
  };
  const call = (contract: AccountId | null, leaf: string): OpaqueCall => ({
    contract,
    selector: null,
    decoded: false,
    leaf,
    protocol: null,
    capability: null,
    operation: null,
    method: null,
    args: null,
  });
  const flow = (amount: bigint, over: Partial<Outflow> = {}): Outflow => ({
    asset: ETH,
    amount,
    counterparty: BOB,
    leaf: '0',
    call: null,
    simulated: false,
    ...over,
  });
  const allowance = (amount: bigint | 'unlimited', spender = EVE, asset = USDC) => ({ spender, asset, amount }) as never;
  const shares = (cap: CompiledCap, exposure: Partial<Exposure>) => {
    const found = capShares(cap, WHO, { ...NONE, ...exposure });
    return {
      ...found,
      shares: found.shares.map(({ at, spent, fee }) => [at.named.subject, spent.map(({ amount }) => amount), fee?.amount ?? null]),
    };
  };

  it('by holder is everything, the fee included, on one account', () => {
    const exposure = {
      spendTotals: [
        { asset: ETH, amount: 3n },
        { asset: USDC, amount: 4n },
        { asset: WETH, amount: 0n },
      ],
      fee: { asset: ETH, amount: 1n },
    };
    for (const scope of ['agent', 'user', 'wallet', 'fleet'] as const)
      expect(shares(capOf(scope), exposure)).toEqual({ shares: [[null, [3n, 4n], 1n]], unlimited: null, isOpen: false });
    expect(shares(capOf('fleet'), {}).shares).toEqual([]);
    expect(shares(capOf('fleet'), { fee: { asset: ETH, amount: 1n } }).shares).toEqual([[null, [], 1n]]);
  });

  it('by asset is each on its own account, collectibles under their collection, the fee with its asset', () => {
    const spendTotals = [
      { asset: ETH, amount: 3n },
      { asset: `${NFTS}/1` as AssetId, amount: 1n },
      { asset: `${NFTS}/2` as AssetId, amount: 1n },
    ];
    expect(shares(capOf('asset'), { spendTotals, fee: { asset: ETH, amount: 2n } }).shares).toEqual([
      [ETH, [3n], 2n],
      [NFTS, [1n, 1n], null],
    ]);
  });

  it('of one asset or collection is that alone', () => {
    const exposure = {
      spendTotals: [
        { asset: ETH, amount: 3n },
        { asset: `${NFTS}/1` as AssetId, amount: 1n },
      ],
      fee: { asset: ETH, amount: 2n },
      allowances: [allowance('unlimited')],
    };
    expect(shares(capOf('fleet', { asset: NFTS }), exposure)).toEqual({ shares: [[null, [1n], null]], unlimited: null, isOpen: false });
    expect(shares(capOf('fleet', { asset: ETH }), exposure).shares).toEqual([[null, [3n], 2n]]);
    expect(shares(capOf('fleet', { asset: USDC }), exposure)).toEqual({ shares: [], unlimited: USDC, isOpen: false });
    expect(shares(capOf('fleet'), exposure).unlimited).toBe(USDC);
  });

  it('by recipient is what goes to each, allowances as if they were taken, and never the fee', () => {
    const exposure = {
      outflows: [flow(3n), flow(2n, { asset: USDC }), flow(4n, { counterparty: EVE }), flow(1n)],
      allowances: [allowance(5n), allowance('unlimited', ROUTER)],
      fee: { asset: ETH, amount: 9n },
    };
    expect(shares(capOf('recipient'), exposure)).toEqual({
      shares: [
        [BOB, [4n, 2n], null],
        [EVE, [4n, 5n], null],
      ],
      unlimited: USDC,
      isOpen: false,
    });
    expect(shares(capOf('recipient', { asset: USDC }), exposure).shares).toEqual([
      [BOB, [2n], null],
      [EVE, [5n], null],
    ]);
  });

  it('by recipient is open where something goes to nobody who could be told, and not where that is nothing', () => {
    expect(shares(capOf('recipient'), { outflows: [flow(1n, { counterparty: null }), flow(2n)] })).toMatchObject({
      shares: [[BOB, [2n], null]],
      isOpen: true,
    });
    expect(shares(capOf('recipient'), { outflows: [flow(0n, { counterparty: null })] })).toMatchObject({ shares: [], isOpen: false });
    expect(shares(capOf('recipient'), { outflows: [flow(1n, { counterparty: null }), flow(0n, { counterparty: null })] }).isOpen).toBe(
      true,
    );
  });

  it('by contract is what goes through each call at its leaf or around it, once for each contract', () => {
    const calls = [call(ROUTER, '0'), call(EVE, '0.1'), call(EVE, '0.1'), call(BOB, '0.10')];
    expect(shares(capOf('contract'), { calls, outflows: [flow(3n, { leaf: '0.1' })] }).shares).toEqual([
      [ROUTER, [3n], null],
      [EVE, [3n], null],
    ]);
    expect(shares(capOf('contract'), { calls, outflows: [flow(3n, { leaf: '0.10.2' })] }).shares).toEqual([
      [ROUTER, [3n], null],
      [BOB, [3n], null],
    ]);
    expect(shares(capOf('contract'), { calls, outflows: [flow(3n, { leaf: '1' })] }).shares).toEqual([]);
    expect(shares(capOf('contract'), { calls: [call(null, '0')], outflows: [flow(3n)] })).toMatchObject({ shares: [], isOpen: true });
  });

  it('by contract is against every one that is called where only a simulation shows it', () => {
    const calls = [call(ROUTER, '0'), call(ROUTER, '1'), call(EVE, '2')];
    expect(shares(capOf('contract'), { calls, outflows: [flow(3n, { simulated: true, leaf: '9' })] }).shares).toEqual([
      [ROUTER, [3n], null],
      [EVE, [3n], null],
    ]);
    expect(shares(capOf('contract'), { calls, outflows: [flow(3n, { simulated: true, call: call(EVE, '2') })] }).shares).toEqual([
      [EVE, [3n], null],
    ]);
    expect(shares(capOf('contract'), { allowances: [allowance(2n, ROUTER)] }).shares).toEqual([[ROUTER, [2n], null]]);
  });
});

it('a policy with limits of its own for its very unit counts them apart', () => {
  const policy = policyOf({ ...WIDE, limits: { ...WIDE.limits, assets: { [ETH]: { perTransaction: 1, daily: 2 } } } } as never, BASE);
  const accounts = accountsOf(policy, 'a1');
  expect(accounts.asset(ETH)?.account).toBe(`agent:a1:own|${ETH}`);
  expect(accounts.asset(ETH)?.usedFact).toBe(`limits.used:own.${ETH}`);
});
