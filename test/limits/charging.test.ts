import { describe, expect, it } from 'vitest';
import { chargeLines, roomShared } from '../../src/authz/limits/charges.ts';
import { accountsOf } from '../../src/authz/limits/ledger-accounts.ts';
import type { Effect, PriceSource } from '../../src/core/index.ts';
import { allow, BOB, call, ETH, EVE, NOW, policyOf, ROUTER, send, tx, USDC, WETH } from '../authz/fixture.ts';
import { contextOf, HUNDRED, limited, limitsSay, WEI } from './layer-scene.ts';
import { WIDE, withCaps } from './rig.ts';

const PAYING_NOTHING = tx({ fee: { asset: ETH, ceiling: 0n, params: {} } });

describe('charging', () => {
  it('takes what leaves and the highest fee on one line of the unit, the fee told apart', () => {
    const { verdict, lines, feeLines, caps } = limitsSay({ effects: [send(10n), send(5n, EVE)], fee: 3n });
    const account = `agent:a1|${ETH}`;
    expect([verdict, lines, feeLines]).toEqual(['pass', [{ account, amount: '18' }], [{ account, amount: '3' }]]);
    expect(caps.map((cap) => cap.account)).toEqual([account]);
  });

  it('takes the fee alone where nothing else leaves', () => {
    const line = { account: `agent:a1|${ETH}`, amount: '3' };
    expect(limitsSay({ effects: [call()], fee: 3n })).toMatchObject({ verdict: 'pass', lines: [line], feeLines: [line] });
  });

  it('names each price that a unit lacks, once for each unit', () => {
    const policy = withCaps([
      { capId: 'usd', scope: 'fleet', unit: 'USD', window: 'day', max: 1 },
      { capId: 'usd2', scope: 'agent', unit: 'USD', window: 'day', max: 1 },
      { capId: 'weth', scope: 'fleet', asset: WETH, window: 'day', max: 1 },
    ]);
    const found = limitsSay({ policy, effects: [send(1n), send(2n, BOB, WETH), send(3n, BOB, USDC)] });
    expect(found.reasons.map(({ unit, facts }) => [unit, facts?.['limitUnit']])).toEqual([
      [WETH, ETH],
      [USDC, ETH],
      [ETH, 'USD'],
      [WETH, 'USD'],
      [USDC, 'USD'],
    ]);
  });

  it('takes nothing for nothing', () => {
    const { verdict, lines, feeLines, caps } = limitsSay({ effects: [send(0n)] });
    expect([verdict, lines, feeLines, caps]).toEqual(['pass', [], [], []]);
  });

  it('takes an asset with limits of its own there, a limited allowance as if it were taken', () => {
    const policy = limited({ assets: { [USDC]: { perTransaction: 9, daily: 9 } } });
    const { lines } = limitsSay({ policy, effects: [send(10n), allow(7n, ROUTER)] });
    expect(lines).toEqual([
      { account: `agent:a1|${ETH}`, amount: '10' },
      { account: `agent:a1|${USDC}`, amount: '7' },
    ]);
  });

  it('denies an unlimited allowance where no policy allows them, and prices what it cannot count', () => {
    const policy = limited({});
    expect(limitsSay({ policy, effects: [allow('unlimited', ROUTER)] }).reasons).toEqual([
      {
        code: 'per_transaction_limit',
        message: expect.any(String),
        retryable: false,
        rule: 'perTransaction',
        requested: 'unlimited',
        unit: USDC,
      },
    ]);
    expect(limitsSay({ policy, effects: [allow(7n, ROUTER)] }).reasons).toEqual([
      { code: 'limit_missing', message: expect.any(String), retryable: false, requested: '7', unit: USDC, facts: { limitUnit: ETH } },
    ]);
  });

  it.each([
    ['no_price', 'price_unavailable'],
    ['stale', 'price_stale'],
    ['divergent', 'price_divergent'],
  ] as const)('denies where the price is %s, which another moment may mend', (found, code) => {
    expect(limitsSay({ effects: [send(7n, BOB, WETH)], price: () => (found === 'no_price' ? undefined : found) as never }).reasons).toEqual(
      [{ code, message: expect.any(String), retryable: true, requested: '7', unit: WETH, facts: { limitUnit: ETH } }],
    );
  });

  it('counts what a strategy may move in a day, by its value, and not the fee', () => {
    const policy = policyOf({ ...WIDE, strategies: [{ id: 'dca', maxDailyVolume: HUNDRED }] });
    const run = (amount: bigint) => limitsSay({ policy, effects: [send(amount)], fee: 5n, strategy: 'dca' });
    expect(run(100n).lines).toEqual([
      { account: `agent:a1|${ETH}`, amount: '105' },
      { account: `agent:a1:strategy:dca|${ETH}`, amount: '100' },
    ]);
    expect(run(100n).verdict).toBe('pass');
    expect(run(101n).codes).toEqual(['window_limit']);
  });

  it('denies a strategy’s volume that cannot be valued, and says so once', () => {
    const policy = limited({ assets: { [USDC]: { perTransaction: 9, daily: 9 } } }, { strategies: [{ id: 'dca', maxDailyVolume: 1 }] });
    expect(limitsSay({ policy, effects: [send(1n, BOB, USDC)], strategy: 'dca' }).reasons).toEqual([
      {
        code: 'price_unavailable',
        message: expect.any(String),
        retryable: false,
        rule: `agent:a1:strategy:dca|${ETH}`,
        unit: ETH,
      },
    ]);
    expect(limitsSay({ policy, effects: [send(1n, BOB, WETH)], strategy: 'dca' }).codes).toEqual(['limit_missing']);
  });

  it('counts each named cap on its own accounts, in its own unit', () => {
    const policy = withCaps([
      { capId: 'all', scope: 'fleet', window: 'day', max: HUNDRED },
      { capId: 'weth', scope: 'recipient', asset: WETH, window: 'day', max: HUNDRED },
    ]);
    const price: PriceSource['price'] = () => ({ numerator: 3n, denominator: 2n, atMs: NOW });
    const { lines, feeLines } = limitsSay({ policy, effects: [send(10n), send(5n, EVE, WETH)], fee: 1n, price });
    expect(lines).toEqual([
      { account: `agent:a1|${ETH}`, amount: '19' },
      { account: `cap:all:fleet|${ETH}`, amount: '19' },
      { account: `cap:weth:fleet:recipient:${EVE}|${WETH}`, amount: '5' },
    ]);
    expect(feeLines.map(({ amount }) => amount)).toEqual(['1', '1']);
  });

  it('denies what a cap cannot bound or tell, and each lacking price once', () => {
    const policy = withCaps(
      [
        { capId: 'to', scope: 'recipient', window: 'day', max: 1 },
        { capId: 'all', scope: 'fleet', window: 'day', max: 1 },
      ],
      { capabilities: { ...WIDE.capabilities, approvals: { enabled: true, spenders: [], unlimited: true } } },
    );
    const found = limitsSay({ policy, effects: [allow('unlimited', ROUTER), { ...send(1n), counterparty: null } as Effect] });
    const both = ['to', 'all'].map((rule) => ({ code: 'spend_exceeds_cap', rule, requested: 'unlimited', unit: USDC }));
    expect(found.reasons).toMatchObject([both[0], { code: 'cap_subject_unknown', rule: 'to', facts: { scope: 'recipient' } }, both[1]]);
    expect(limitsSay({ policy, effects: [send(1n, BOB, WETH), send(2n, EVE, WETH)] }).codes).toEqual(['limit_missing']);
  });

  it('holds 256 accounts at most in one step, and tells 32 reasons at most', () => {
    const recipients = Array.from({ length: 256 }, (_, at) => `eip155:1:0x${(at + 1).toString(16).padStart(40, '0')}` as typeof BOB);
    const policy = (max: string) => withCaps([{ capId: 'to', scope: 'recipient', window: 'day', max }]);
    const pay = (count: number) => recipients.slice(0, count).map((to, at) => send(2n, to, ETH, String(at)));
    expect(limitsSay({ policy: policy(HUNDRED), effects: pay(255) }).verdict).toBe('pass');
    expect(limitsSay({ policy: policy(HUNDRED), effects: pay(256) }).reasons).toMatchObject([
      { code: 'cap_lock_unavailable', limit: '256', requested: '257' },
    ]);
    expect(limitsSay({ policy: policy(WEI), effects: pay(40) }).codes).toEqual(Array.from({ length: 32 }, () => 'window_limit'));
  });
});

describe('a place in the sequence that another transaction holds', () => {
  const policy = limited({ perTransaction: HUNDRED, daily: HUNDRED });
  const account = `agent:a1|${ETH}`;
  const place = (...lines: { account: string; amount: string }[]) => ({
    over: { place: { lines, isCancel: false } as never, tx: PAYING_NOTHING },
  });
  const { headKey } = accountsOf(policy, 'a1').unit;
  const rows = { [headKey]: { inFlight: '100', held: [], total: '0' } };

  it('needs room only for what goes beyond it', () => {
    const shared = place({ account, amount: '60' }, { account: 'another', amount: '9' });
    const more = limitsSay({ policy, effects: [send(80n)], ...shared });
    expect([more.verdict, more.lines]).toEqual(['pass', [{ account, amount: '20' }]]);
    expect(limitsSay({ policy, effects: [send(60n)], ...shared }).lines).toEqual([]);
    expect(limitsSay({ policy, effects: [send(60n)], rows, ...shared }).verdict).toBe('pass');
    const over = { [headKey]: { inFlight: '110', held: [], total: '0' } };
    expect(limitsSay({ policy, effects: [send(60n)], rows: over, ...shared }).verdict).toBe('pass');
    expect(limitsSay({ policy, effects: [send(61n)], rows, ...shared }).reasons).toMatchObject([{ code: 'window_limit' }]);
    expect(limitsSay({ policy, effects: [send(61n)], rows, ...place() }).codes).toEqual(['window_limit']);
  });

  it('is bounded per transaction as any other', () => {
    expect(limitsSay({ policy, effects: [send(101n)], ...place({ account, amount: '101' }) }).codes).toEqual(['per_transaction_limit']);
    expect(limitsSay({ policy, effects: [send(100n)], ...place({ account, amount: '100' }) }).codes).toEqual([]);
  });

  it('is summed by account, and nothing where there is none', () => {
    const context = contextOf({ policy, ...place({ account, amount: '2' }, { account, amount: '3' }, { account: 'x', amount: '9' }) });
    expect([roomShared(context, account), roomShared(context, 'x'), roomShared(context, 'y')]).toEqual([5n, 9n, 0n]);
    expect(roomShared(contextOf({ policy }), account)).toBe(0n);
    expect(context.fact('limits.shared', () => null as never)).toEqual([
      [account, '2'],
      [account, '3'],
      ['x', '9'],
    ]);
    const unit = accountsOf(policy, 'a1').unit;
    expect(chargeLines(context, [{ at: unit, amount: 5n, fee: 0n }])).toEqual([]);
    expect(chargeLines(context, [{ at: unit, amount: 6n, fee: 0n }])).toEqual([{ account, amount: '1' }]);
  });
});
