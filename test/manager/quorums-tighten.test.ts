import { describe, expect, it } from 'vitest';
import type { Permissions } from '../../src/authz/index.ts';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { OPEN, policyOf } from '../authz/fixture.ts';

const rule = (id: string, amount: string) => ({
  id,
  conditions: [
    { field: 'asset', operator: 'eq', value: 'ETH' },
    { field: 'amount', operator: 'gt', value: amount },
  ],
  action: 'require_approval',
});
const policy = (approvalQuorums: readonly object[], rules: readonly object[] = [rule('big', '1')]) =>
  policyOf({ ...OPEN, rules, approvalQuorums } as Permissions);
const two = { need: { approver: 2 } };

describe('a change of quorums', () => {
  it.each<[string, readonly object[], readonly object[]]>([
    ['none for some', [], [two]],
    ['more of a role', [two], [{ need: { approver: 3 } }]],
    ['another role besides', [two], [{ need: { approver: 2, operator: 1 } }]],
    ['one reason for all', [{ ...two, reasons: ['risk_high'] }], [two]],
    ['one reason for two', [{ ...two, reasons: ['risk_high'] }], [{ ...two, reasons: ['anomaly_amount', 'risk_high'] }]],
    [
      'one of two for each',
      [{ ...two, reasons: ['risk_high', 'anomaly_amount'] }],
      [
        { ...two, reasons: ['risk_high'] },
        { ...two, reasons: ['anomaly_amount'] },
      ],
    ],
    ['a lower amount', [{ ...two, above: 5 }], [{ ...two, above: '4.5' }]],
    ['the same in another place', [{ ...two, above: 5 }, { need: { operator: 1 } }], [{ need: { operator: 1 } }, { ...two, above: 5 }]],
  ])('is a tightening: %s', (_, before, after) => {
    expect(isTightening(policy(before), policy(after))).toBe(true);
  });

  it.each<[string, readonly object[], readonly object[]]>([
    ['none at all', [two], []],
    ['fewer of a role', [two], [{ need: { approver: 1 } }]],
    ['another role instead', [two], [{ need: { operator: 2 } }]],
    ['all for one reason', [two], [{ ...two, reasons: ['risk_high'] }]],
    ['two reasons for one', [{ ...two, reasons: ['risk_high', 'anomaly_amount'] }], [{ ...two, reasons: ['risk_high'] }]],
    ['a higher amount', [{ ...two, above: 5 }], [{ ...two, above: 6 }]],
    ['an amount for a reason', [{ ...two, above: 5 }], [{ ...two, reasons: ['risk_high'] }]],
    ['fewer above the same amount', [{ ...two, above: 5 }], [{ need: { approver: 1 }, above: 5 }]],
  ])('is a loosening: %s', (_, before, after) => {
    expect(isTightening(policy(before), policy(after))).toBe(false);
  });

  it('is none where a rule is still there under another name, and one where another rule took its name', () => {
    const before = policy([{ ...two, rules: ['big'] }]);
    expect(isTightening(before, policy([{ ...two, rules: ['other'] }], [rule('other', '1')]))).toBe(true);
    expect(isTightening(before, policy([{ ...two, rules: ['big'] }], [rule('other', '1'), rule('big', '100')]))).toBe(false);
    expect(isTightening(before, policy([], [{ ...rule('big', '1'), action: 'deny' }]))).toBe(true);
  });
});
