import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import type { AssetId, Token } from '../../../src/core/index.ts';
import { readAmount } from '../../../src/core/index.ts';
import { createFixedPrices, type Permissions } from '../../../src/index.ts';
import { BASE, TOKENS } from '../../authz/fixture.ts';
import { WIDE } from '../../limits/rig.ts';

/** A token without decimals: what is written is what is counted. */
const UNIT = 'eip155:1/erc20:0x0000000000000000000000000000000000000abc' as AssetId;
/** One with more decimals than any that is in use. */
const FINE = 'eip155:1/erc20:0x0000000000000000000000000000000000000def' as AssetId;
const LIST: readonly Token[] = [...TOKENS, { asset: UNIT, symbol: 'UNIT', decimals: 0 }, { asset: FINE, symbol: 'FINE', decimals: 30 }];
const LIMITS = { ...WIDE.limits, unit: 'UNIT' };

/** Every field of a policy that holds an amount, with the amount put there. */
const FIELDS: Readonly<Record<string, (amount: never) => Permissions>> = {
  'limits.perTransaction': (perTransaction) => ({ limits: { ...LIMITS, perTransaction } }),
  'limits.hourly': (hourly) => ({ limits: { ...LIMITS, hourly } }),
  'limits.daily': (daily) => ({ limits: { ...LIMITS, daily } }),
  'limits.weekly': (weekly) => ({ limits: { ...LIMITS, weekly } }),
  'limits.monthly': (monthly) => ({ limits: { ...LIMITS, monthly } }),
  'limits.total': (total) => ({ limits: { ...LIMITS, total } }),
  'limits.assets.daily': (daily) => ({ limits: { ...LIMITS, assets: { [UNIT]: { daily } } } }),
  'limits.assets.requireApprovalAbove': (amount) => ({
    limits: { ...LIMITS, assets: { [UNIT]: { daily: 5, requireApprovalAbove: amount } } },
  }),
  'limits.caps.max': (max) => ({ limits: { ...LIMITS, caps: [{ capId: 'c', scope: 'agent', window: 'day', max }] } }),
  requireApprovalAbove: (requireApprovalAbove) => ({ limits: LIMITS, requireApprovalAbove }),
  'approvalQuorums.above': (above) => ({ limits: LIMITS, approvalQuorums: [{ above, need: { approver: 1 } }] }),
  'maxSpendPerTx.amount': (amount) => ({ limits: LIMITS, maxSpendPerTx: { token: UNIT, amount } }),
  'humanApprovalThreshold.amount': (amount) => ({ limits: LIMITS, humanApprovalThreshold: { token: UNIT, amount } }),
  'strategies.maxAmountPerTrade': (maxAmountPerTrade) => ({ limits: LIMITS, strategies: [{ id: 's', maxAmountPerTrade }] }),
  'strategies.maxDailyVolume': (maxDailyVolume) => ({ limits: LIMITS, strategies: [{ id: 's', maxDailyVolume }] }),
  'rules.conditions.value': (value) => ({
    limits: LIMITS,
    rules: [{ id: 'r', conditions: [{ field: 'value', operator: 'gt', value }], action: 'deny' }],
  }),
  'temporalRules.maxAmount': (maxAmount) => ({
    limits: LIMITS,
    temporalRules: [{ predicate: { kind: 'spend_velocity', windowMs: 1_000, maxAmount, token: UNIT }, consequence: 'reject' }],
  }),
};
const NAMES = Object.keys(FIELDS);

/** Every number in a compiled policy, as text. */
function numbersIn(value: unknown, found: Set<string> = new Set(), seen: Set<object> = new Set()): Set<string> {
  if (typeof value === 'bigint' || typeof value === 'string') found.add(value.toString());
  if (typeof value !== 'object' || value === null || seen.has(value)) return found;
  seen.add(value);
  for (const part of value instanceof Map ? [...value].flat() : Object.values(value)) numbersIn(part, found, seen);
  return found;
}
/** The numbers that a policy comes to; its error's code where it is refused. */
function compiled(field: string, amount: unknown, list = LIST): Set<string> | string {
  const permissions = { ...WIDE, ...FIELDS[field]?.(amount as never) };
  try {
    return numbersIn(compilePolicy(permissions, list, BASE));
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const MOST = 2n ** 256n - 1n;
const EXACT = [1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n, 2n ** 128n - 1n, MOST - 1n, MOST];
const ODD_TEXTS = ['-1', '1e21', '0x10', ' 1', '1 ', '１', '١', '01', '+1', '1_0', '1,0', '', '.5', '5.', 'NaN', 'Infinity', '1n', '1\n'];
const ODD = [
  ...ODD_TEXTS,
  -1,
  1e21,
  2 ** 53,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  true,
  [],
  {},
  ['1'],
  Object(1n),
  Symbol('1'),
];

describe.each(NAMES)('%s', (field) => {
  it('takes every amount that a chain can hold, to the last unit', () => {
    for (const amount of EXACT)
      expect([amount, [...compiled(field, amount.toString())].includes(amount.toString())]).toEqual([amount, true]);
  });

  it('refuses whatever is no exact amount, with a typed error', () => {
    for (const odd of ODD) expect([odd, compiled(field, odd)]).toEqual([odd, 'POLICY_INVALID']);
    expect(compiled(field, '9'.repeat(79))).toBe('POLICY_INVALID');
  });
});

describe('a limit that the ledger cannot count', () => {
  it('is refused when it is read, not by every reservation', () => {
    const most = '9'.repeat(78);
    const limits = { ...WIDE.limits, unit: 'FINE', perTransaction: most };
    expect(readAmount(most + '0'.repeat(30))).toBe(undefined);
    expect(() => compilePolicy({ ...WIDE, limits }, LIST, BASE)).toThrowError(expect.objectContaining({ code: 'POLICY_INVALID' }));
    expect(() => compilePolicy({ ...WIDE, limits: { ...limits, perTransaction: '9'.repeat(66) } }, LIST, BASE)).not.toThrow();
  });
});

describe('a price', () => {
  it('is an exact amount above zero, as text', () => {
    for (const odd of [...ODD, '0', 1, '0.0'])
      expect(() => createFixedPrices('USD', { [UNIT]: { price: odd as string, decimals: 0 } })).toThrowError(
        expect.objectContaining({ code: 'AMOUNT_INVALID' }),
      );
  });
});
