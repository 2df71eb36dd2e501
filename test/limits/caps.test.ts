import { describe, expect, it } from 'vitest';
import type { CapInput } from '../../src/authz/index.ts';
import { type ActionRequest, type AssetId, bucketMs, createFixedPrices, type Effect } from '../../src/core/index.ts';
import { HOLD_MS } from '../../src/testing/store-conformance/scene.ts';
import { account, allow, BOB, call, ETH, EVE, ROUTER, send, WALLET, WETH } from '../authz/fixture.ts';
import { openRig, withCaps } from './rig.ts';

const SECOND = account('a2');
const OTHER = account('c5');
const PRICES = createFixedPrices(ETH, { [WETH]: { price: '1', decimals: 18 } }, { decimals: 18 });
const listed = { allowedContracts: [{ address: ROUTER }, { address: OTHER }] };
const to = (contract: typeof ROUTER, amount: bigint): readonly Effect[] => [call(contract), send(amount, contract)];

type Asked = Partial<ActionRequest>;
type Spending = (amount: bigint) => readonly [readonly Effect[], Asked];
/** For each scope: what counts on one account, in two ways where there are two, and what counts on another. */
const SCOPES: Readonly<Record<CapInput['scope'], { readonly same: Spending; readonly too: Spending; readonly other: Spending | null }>> = {
  agent: {
    same: (amount) => [[send(amount)], { agentId: 'a1' }],
    too: (amount) => [[send(amount, EVE, ETH, '0', SECOND)], { agentId: 'a1', wallet: SECOND }],
    other: (amount) => [[send(amount)], { agentId: 'a2' }],
  },
  user: {
    same: (amount) => [[send(amount)], { agentId: 'a1', userId: 'u1' }],
    too: (amount) => [[send(amount)], { agentId: 'a2', userId: 'u1' }],
    other: (amount) => [[send(amount)], { agentId: 'a3', userId: 'u2' }],
  },
  wallet: {
    same: (amount) => [[send(amount)], { wallet: WALLET }],
    too: (amount) => [[send(amount, EVE)], { wallet: WALLET }],
    other: (amount) => [[send(amount, BOB, ETH, '0', SECOND)], { wallet: SECOND }],
  },
  asset: {
    same: (amount) => [[send(amount)], {}],
    too: (amount) => [[send(amount, EVE)], { agentId: 'a2', userId: 'u2' }],
    other: (amount) => [[send(amount, BOB, WETH)], {}],
  },
  recipient: {
    same: (amount) => [[send(amount)], {}],
    too: (amount) => [[send(amount)], { agentId: 'a2', userId: 'u2' }],
    other: (amount) => [[send(amount, EVE)], {}],
  },
  contract: {
    same: (amount) => [to(ROUTER, amount), {}],
    too: (amount) => [[allow(amount, ROUTER, ETH)], { agentId: 'a2', userId: 'u2' }],
    other: (amount) => [to(OTHER, amount), {}],
  },
  fleet: {
    same: (amount) => [[send(amount)], {}],
    too: (amount) => [[send(amount, EVE, WETH)], { agentId: 'a2', userId: 'u2' }],
    other: null,
  },
};
const HOUR = 3_600_000;
const WINDOWS = [
  { name: 'transaction', given: { window: 'transaction' }, ms: 0 },
  { name: 'hour', given: { window: 'hour' }, ms: HOUR },
  { name: 'day', given: { window: 'day' }, ms: 24 * HOUR },
  { name: 'week', given: { window: 'week' }, ms: 7 * 24 * HOUR },
  { name: 'month', given: { window: 'month' }, ms: 30 * 24 * HOUR },
  { name: 'ten seconds', given: { windowMs: 10_000 }, ms: 10_000 },
  { name: 'total', given: { window: 'total' }, ms: null },
] as const;
const TABLE = Object.keys(SCOPES).flatMap((scope) => WINDOWS.map((window) => ({ scope: scope as CapInput['scope'], ...window })));
const refusalOf = (ms: number | null): string => (ms === 0 ? 'per_transaction_limit' : ms === null ? 'spend_exceeds_cap' : 'window_limit');

describe('a cap', () => {
  it.each(TABLE)('per $scope in a window of $name: equal to it passes, one base unit more does not', async ({ scope, given, ms }) => {
    const rig = openRig({ price: PRICES });
    const policy = withCaps([{ capId: 'c', scope, max: '1', ...given }], listed);
    const { same, too, other } = SCOPES[scope];
    const spend = async ([effects, over]: ReturnType<Spending>) => (await rig.spend(policy, effects, over)).code;
    const whole = 10n ** 18n;
    expect(await spend(same(whole + 1n))).toBe(refusalOf(ms));
    if (ms === 0) {
      expect(await spend(same(whole))).toBe('ok');
      expect(await spend(too(whole))).toBe('ok');
      return;
    }
    const id = rig.nextId();
    expect(await spend(same(whole - 1n))).toBe('ok');
    expect(await spend(too(2n))).toBe(refusalOf(ms));
    const [, { agentId = 'a1' }] = too(1n);
    const second = rig.nextId();
    expect(await spend(too(1n))).toBe('ok');
    expect(await spend(same(1n))).toBe(refusalOf(ms));
    if (other !== null) expect(await spend(other(whole))).toBe('ok');
    for (const [request, agent] of [
      [id, same(1n)[1].agentId ?? 'a1'],
      [second, agentId],
    ] as const) {
      await rig.redeem(request, agent);
      await rig.settle(request, agent, 'signed', 'broadcast', 'final');
    }
    if (ms === null) {
      rig.clock.advance(400 * 24 * HOUR);
      expect(await spend(same(1n))).toBe('spend_exceeds_cap');
      return;
    }
    rig.clock.advance(ms - 1);
    expect(await spend(same(1n))).toBe('window_limit');
    rig.clock.advance(bucketMs(ms) + 1);
    expect(await spend(same(whole))).toBe('ok');
    expect(await spend(too(1n))).toBe('window_limit');
    rig.clock.advance(HOLD_MS * 2);
    expect(await spend(too(whole))).toBe('ok');
  });

  it('of a name that two policies share holds each to its own figure over the one account', async () => {
    const rig = openRig();
    const low = withCaps([{ capId: 'house', scope: 'fleet', window: 'day', max: '1' }]);
    const high = withCaps([{ capId: 'house', scope: 'fleet', window: 'day', max: '3' }]);
    const ether = 10n ** 18n;
    expect((await rig.spend(low, [send(ether)], { agentId: 'a1' })).code).toBe('ok');
    expect((await rig.spend(low, [send(1n)], { agentId: 'a1' })).code).toBe('window_limit');
    expect((await rig.spend(high, [send(2n * ether)], { agentId: 'a2' })).code).toBe('ok');
    expect((await rig.spend(high, [send(1n)], { agentId: 'a2' })).code).toBe('window_limit');
  });

  it('of several windows, and of one asset, counts what it says and takes all of it in one step', async () => {
    const rig = openRig();
    const caps: CapInput[] = [
      { capId: 'c', scope: 'recipient', of: 'agent', asset: 'ETH', window: 'hour', max: '1' },
      { capId: 'c', scope: 'recipient', of: 'agent', asset: 'ETH', window: 'total', max: '2' },
    ];
    const policy = withCaps(caps, { limits: { assets: { WETH: { daily: 1_000 } } } });
    const ether = 10n ** 18n;
    expect((await rig.spend(policy, [send(500n * ether, BOB, WETH)])).code).toBe('ok');
    expect((await rig.spend(policy, [send(ether), send(ether, EVE)])).code).toBe('ok');
    expect((await rig.spend(policy, [send(1n)], { agentId: 'a2' })).code).toBe('ok');
    rig.clock.advance(2 * HOUR);
    expect((await rig.spend(policy, [send(ether)])).code).toBe('ok');
    expect((await rig.spend(policy, [send(1n)])).judgement.reasons[0]).toMatchObject({
      code: 'window_limit',
      rule: 'c.hour',
      remaining: '0',
    });
  });

  it('by recipient denies what goes to nobody who can be told', async () => {
    const rig = openRig();
    const policy = withCaps([{ capId: 'c', scope: 'recipient', window: 'day', max: 5 }]);
    const nowhere = { ...send(1n), counterparty: null } as Effect;
    expect((await rig.spend(policy, [nowhere])).judgement.reasons.map(({ code }) => code)).toContain('cap_subject_unknown');
    expect((await rig.spend(policy, [{ ...nowhere, amount: 0n } as Effect, send(1n)])).code).toBe('ok');
  });

  it('does not bear an unlimited allowance, whatever else permits it', async () => {
    const rig = openRig();
    const free = { capabilities: { transfers: { enabled: true }, approvals: { enabled: true, unlimited: true, spenders: [BOB] } } };
    const capped = withCaps([{ capId: 'c', scope: 'recipient', asset: 'WETH', window: 'day', max: 5 }], free);
    expect((await rig.spend(withCaps([], free), [allow('unlimited', BOB, WETH)])).code).toBe('ok');
    expect((await rig.spend(capped, [allow('unlimited', BOB, WETH)])).code).toBe('spend_exceeds_cap');
    expect((await rig.spend(capped, [allow('unlimited', BOB, ETH)])).code).toBe('ok');
  });

  it('takes a line per recipient of a fan-out, up to what one step can hold', async () => {
    const rig = openRig();
    const policy = withCaps([{ capId: 'c', scope: 'recipient', window: 'day', max: 5 }]);
    const pay = (count: number): readonly Effect[] =>
      Array.from({ length: count }, (_, n) => send(1n, account(n.toString(16).padStart(3, '0').repeat(14)), ETH, String(n)));
    const many = await rig.spend(policy, pay(200));
    expect([many.code, many.judgement.lines.length]).toEqual(['ok', 201]);
    expect((await rig.spend(policy, pay(300))).code).toBe('cap_lock_unavailable');
  });

  it('counts the fee by holder and by asset, not at recipients', async () => {
    const rig = openRig();
    const feed = { fee: { asset: ETH as AssetId, ceiling: 7n, params: {} } };
    const caps = (['agent', 'asset', 'recipient', 'contract'] as const).map((scope) => ({
      capId: scope,
      scope,
      window: 'day' as const,
      max: 5,
    }));
    const { judgement } = await rig.spend(withCaps(caps), [send(10n)], {}, feed);
    const lines = Object.fromEntries(judgement.lines.map(({ account: name, amount }) => [name.split('|')[0], amount]));
    expect(lines).toEqual({
      'agent:a1': '17',
      'cap:agent:agent:a1': '17',
      [`cap:asset:fleet:asset:${ETH}`]: '17',
      [`cap:recipient:fleet:recipient:${BOB}`]: '10',
    });
    expect(judgement.feeLines.map(({ amount }) => amount)).toEqual(['7', '7', '7']);
  });
});
