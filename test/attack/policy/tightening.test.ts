import { describe, expect, it } from 'vitest';
import type { Permissions } from '../../../src/authz/index.ts';
import { isTightening } from '../../../src/manager/policies/tightening.ts';
import { BOB, EVE, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, unknown } from '../../authz/fixture.ts';

const policy = (more: object) => policyOf({ ...OPEN, ...more } as Permissions);
const rule = (action: string, ...conditions: readonly object[]) => ({ id: 'own', action, conditions });
const is = (field: string, value: unknown, operator = 'eq') => ({ field, operator, value });

describe('a change that passes for a tightening', () => {
  it('does not rename a question so that a quorum of its reason no longer holds for it', () => {
    const approvalQuorums = [{ need: { owner: 2 }, reasons: ['approval_required'] }];
    const before = policy({ approvalQuorums, requireApproval: true });
    expect(isTightening(before, policy({ approvalQuorums, rules: [rule('require_approval')] }))).toBe(false);
    expect(isTightening(before, policy({ approvalQuorums, requireApproval: true, rules: [rule('require_approval')] }))).toBe(true);
    expect(isTightening(before, policy({ approvalQuorums, rules: [rule('deny')] }))).toBe(true);
  });

  it('takes nobody off a list whom a rule holds tighter for standing there', () => {
    const spenders = (...listed: readonly string[]) => ({
      ...OPEN.capabilities,
      approvals: { enabled: true, spenders: listed },
    });
    const with_ = (rules: readonly object[], ...listed: readonly string[]) => policy({ rules, capabilities: spenders(...listed) });
    for (const one of [
      rule('deny', is('isListedDestination', true)),
      rule('require_approval', is('isListedDestination', false, 'ne')),
      rule('deny', { not: is('isListedDestination', false) }),
      rule('deny', { any: [is('amount', 5, 'gt'), { not: { any: [is('isListedDestination', false), is('amount', 1, 'lt')] } }] }),
      rule('allow', is('isListedDestination', false)),
    ])
      expect(isTightening(with_([one], BOB, EVE), with_([one], BOB)), JSON.stringify(one)).toBe(false);
    for (const one of [
      rule('deny', is('isListedDestination', false)),
      rule('deny', { not: is('isListedDestination', true) }),
      rule('deny', is('isListedDestination', true, 'exists')),
      rule('allow', is('isListedDestination', true)),
    ])
      expect(isTightening(with_([one], BOB, EVE), with_([one], BOB)), JSON.stringify(one)).toBe(true);
  });

  it('names no method of a contract whose methods had to be understood: what is named passes without being understood', async () => {
    const before = policy({ allowedContracts: [{ address: ROUTER }] });
    const after = policy({ allowedContracts: [{ address: ROUTER, selectors: ['0x12345678'] }] });
    const opaque = { effects: [fee(), unknown(ROUTER, '0x12345678')], request: foreign() };
    expect((await judgeOnce({ ...opaque, policy: before })).verdict).toBe('denied');
    expect((await judgeOnce({ ...opaque, policy: after })).verdict).toBe('approved');
    expect(isTightening(before, after)).toBe(false);
    expect(isTightening(after, before)).toBe(false);
    expect(isTightening(after, policy({ allowedContracts: [{ address: ROUTER, selectors: [] }] }))).toBe(true);
  });
});
