import { describe, expect, it } from 'vitest';
import type { JudgeInput } from '../../src/authz/judge-input.ts';
import { limitsLayer } from '../../src/authz/layers/limits.ts';
import { accountsOf } from '../../src/authz/limits/ledger-accounts.ts';
import { roomOf } from '../../src/authz/limits/room-in-use.ts';
import type { Json } from '../../src/core/index.ts';
import { ETH, input, NOW, send, tx } from '../authz/fixture.ts';
import { contextOf, DAY_MS, HUNDRED, limited, limitsSay } from './layer-scene.ts';
import { withCaps } from './rig.ts';

const PAYING_NOTHING = tx({ fee: { asset: ETH, ceiling: 0n, params: {} } });

describe('room', () => {
  const policy = limited({ perTransaction: HUNDRED, daily: HUNDRED, weekly: '0.000000000000001', monthly: '0.000000000000001' });
  const { headKey, windowKeys, cap } = accountsOf(policy, 'a1').unit;
  const at = (windowMs: number | null) => windowKeys[cap.windows.findIndex((window) => window.windowMs === windowMs)] as string;
  const head = (more: object = {}): Json => ({ inFlight: '0', held: [], total: '0', windows: [DAY_MS, 7 * DAY_MS, 30 * DAY_MS], ...more });

  it('is the limit less what is booked, in flight and held: equal to it passes, one base unit more does not', () => {
    const rows = {
      [headKey]: head({
        inFlight: '20',
        held: [
          [NOW - 1, '900'],
          [NOW, '30'],
        ],
        total: '10',
      }),
      [at(DAY_MS)]: { buckets: [[1e9, '10']], sum: '10' },
    };
    expect(limitsSay({ policy, rows, effects: [send(40n)] }).verdict).toBe('pass');
    const { reasons } = limitsSay({ policy, rows, effects: [send(41n)] });
    expect(reasons).toMatchObject([
      {
        code: 'window_limit',
        rule: 'daily',
        limit: '100',
        remaining: '40',
        requested: '41',
        unit: ETH,
        retryable: true,
        facts: { account: `agent:a1|${ETH}` },
      },
    ]);
    expect(reasons[0]?.resetsAtMs).toBe(NOW + 1);
    expect(limitsSay({ policy, rows, effects: [send(100n)] })).toMatchObject({
      verdict: 'deny',
      reasons: [{ requested: '100', retryable: true }],
    });
  });

  it('says of what exceeds a limit by itself that no waiting helps', () => {
    const { reasons } = limitsSay({ policy, effects: [send(101n)] });
    expect(reasons.map(({ code, rule, retryable, remaining, resetsAtMs }) => [code, rule, retryable, remaining, resetsAtMs])).toEqual([
      ['per_transaction_limit', 'perTransaction', false, '100', undefined],
      ['window_limit', 'daily', false, '100', undefined],
    ]);
  });

  it('shows no less than nothing where more is used than a lower limit allows now', () => {
    const rows = { [headKey]: head({ inFlight: '500' }) };
    expect(limitsSay({ policy, rows, effects: [send(1n)] }).reasons[0]).toMatchObject({ remaining: '0', requested: '1' });
  });

  it('of a total is what was ever booked and what is under way', () => {
    const total = withCaps([{ capId: 't', scope: 'fleet', window: 'total', max: HUNDRED }]);
    const key = `cap:t:fleet|${ETH}`;
    const rows = (sum: string) => ({ [`ledger/${key}`]: head({ total: sum, inFlight: '5', windows: [] }) });
    const context = contextOf({ policy: total });
    expect(limitsLayer.judge(context)).toMatchObject({ verdict: 'pass' });
    const account = context.output.caps.find((one) => one.account === key);
    expect(account?.windows).toHaveLength(1);
    const wanted = Object.keys(rows('85'));
    expect(input({ policy: total }).rows.keys).toEqual(expect.arrayContaining(wanted));
    expect(limitsSay({ policy: total, rows: rows('85'), effects: [send(10n)] }).verdict).toBe('pass');
    expect(limitsSay({ policy: total, rows: rows('86'), effects: [send(10n)] }).reasons).toMatchObject([
      { code: 'spend_exceeds_cap', remaining: '9', retryable: true },
    ]);
  });

  it('is read once, marks windows that are not booked yet, and ignores rows that others keep', () => {
    const own = accountsOf(policy, 'a1').unit;
    const context = contextOf({
      policy,
      rows: { [headKey]: head({ total: '7', windows: [DAY_MS] }), [at(DAY_MS)]: { buckets: [[1e9, '7']], sum: '7' } },
    });
    const room = roomOf(context, own);
    expect(room.used).toEqual([0n, 7n, 0n, 0n]);
    expect(room.isNew).toEqual([false, false, true, true]);
    expect(roomOf(context, own)).toBe(room);
    expect(context.memo.room).toHaveLength(1);
    const fresh = roomOf(contextOf({ policy, rows: { [headKey]: head({ total: '0', windows: [] }) } }), own);
    expect(fresh.isNew).toEqual([false, false, false, false]);
    expect(roomOf(contextOf({ policy, rows: { [headKey]: { inFlight: '3', held: [], total: '7' } } }), own).isNew).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(roomOf(contextOf({ policy }), own).used).toEqual([0n, 0n, 0n, 0n]);
    const under = roomOf(contextOf({ policy, rows: { [headKey]: head({ inFlight: '12', total: '7', windows: [] }) } }), own);
    expect([under.used, under.isNew]).toEqual([
      [0n, 12n, 12n, 12n],
      [false, true, true, true],
    ]);
  });
});

describe('a warning', () => {
  const policy = (percent?: number) =>
    limited({ perTransaction: HUNDRED, daily: HUNDRED, ...(percent === undefined ? {} : { warningThresholdPct: percent }) });
  const { headKey } = accountsOf(policy(), 'a1').unit;
  const used = (amount: string, more: object = {}) => ({ [headKey]: { inFlight: amount, held: [], total: '0', ...more } });
  const crossing = (amount: bigint, rows: Record<string, Json> = {}, over: Partial<JudgeInput> = {}) => {
    const { warnings, caps } = limitsSay({ policy: policy(50), effects: [send(amount)], rows, over: { tx: PAYING_NOTHING, ...over } });
    const daily = caps[0]?.windows.find(({ rule }) => rule === 'daily');
    return [warnings.map(({ details }) => [details['rule'], details['used'], details['warningThresholdPct']]), daily?.warn?.crosses];
  };

  it('is due where this very reservation takes use from below the mark to it or over it', () => {
    expect(crossing(49n)).toEqual([[], false]);
    expect(limitsSay({ policy: policy(50), effects: [send(50n)] }).warnings.map(({ type }) => type)).toEqual(['cap_warning']);
    expect(crossing(50n)).toEqual([[['daily', '50', 50]], true]);
    expect(crossing(60n, used('10'))).toEqual([[['daily', '70', 50]], true]);
    expect(crossing(10n, used('50'))).toEqual([[], false]);
    expect(crossing(1n, used('49'))).toEqual([[['daily', '50', 50]], true]);
  });

  it('counts only what goes beyond a shared place', () => {
    const place = { lines: [{ account: `agent:a1|${ETH}`, amount: '30' }], isCancel: false } as never;
    expect(crossing(60n, {}, { place })).toEqual([[], false]);
    expect(crossing(80n, {}, { place })).toEqual([[['daily', '50', 50]], true]);
    expect(crossing(30n, used('60'), { place })).toEqual([[], false]);
  });

  it('is nobody’s guess where a window is new to the store', () => {
    const { warnings, caps } = limitsSay({
      policy: policy(50),
      effects: [send(90n)],
      rows: used('0', { total: '5' }),
      over: { tx: PAYING_NOTHING },
    });
    expect(warnings).toEqual([]);
    expect(caps[0]?.windows.every((window) => !('warn' in window) || window.windowMs === 0)).toBe(true);
  });
});
