import { describe, expect, it } from 'vitest';
import { compilePolicy, quorumOf } from '../../../src/authz/index.ts';
import { isCastellanError, type Reason } from '../../../src/core/index.ts';
import { BASE, OPEN, policyOf, TOKENS } from '../fixture.ts';

const told = (code: string, rule?: string): Reason =>
  ({ code, message: '', retryable: false, ...(rule === undefined ? {} : { rule }) }) as Reason;
const inheriting = (approvalQuorums: readonly unknown[], own: object = {}): unknown => {
  try {
    return compilePolicy({ ...OPEN, ...own }, TOKENS, { ...BASE, approvalQuorums: approvalQuorums as never }).approvalQuorums;
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};

describe('quorums of a deployment', () => {
  it('are read as strictly as those of an agent, and refused by their place', () => {
    expect(inheriting([])).toEqual([]);
    expect(inheriting([{ need: { owner: 1 } }, { need: {} }])).toEqual(['base.approvalQuorums[1]: must name a role']);
    expect(inheriting([{ rules: ['none'], need: { owner: 1 } }])).toEqual(['base.approvalQuorums[0].rules: no rule none asks a person']);
    expect(inheriting([], { approvalQuorums: [{ rules: ['none'], need: { owner: 1 } }] })).toEqual([
      'approvalQuorums[0].rules: no rule none asks a person',
    ]);
  });

  it('name the roles that they need, and no others', () => {
    const needOf = (quorum: object) => (inheriting([quorum]) as readonly { readonly need: object }[])[0]?.need;
    expect(needOf({ need: { owner: 1, operator: undefined } })).toStrictEqual({ owner: 1 });
    expect(inheriting([{ need: { owner: 1 } }])).toMatchObject([{ reasons: null, rules: null }]);
    expect(inheriting([{ need: { approver: 2 }, above: 1 }])).toMatchObject([
      { reasons: null, rules: new Set(['base.approvalQuorums[0]']), need: { approver: 2 } },
    ]);
  });

  it('add a rule only where they name an amount', () => {
    const rules = policyOf({ ...OPEN, approvalQuorums: [{ need: { owner: 1 } }, { above: '1.50', need: { owner: 1 } }] }).rules;
    expect(rules.filter(({ id }) => id.startsWith('approvalQuorums'))).toEqual([
      {
        id: 'approvalQuorums[1]',
        when: [{ field: 'value', operator: 'gt', value: '1.5' }],
        then: 'escalate',
        label: 'Above this value a quorum of its own decides.',
        priority: 0,
        code: 'approval_required',
      },
    ]);
  });
});

describe('who has to say yes', () => {
  const { approvalQuorums } = policyOf({
    ...OPEN,
    rules: [{ id: 'big', conditions: [], action: 'escalate' }],
    approvalQuorums: [{ rules: ['big'], need: { approver: 2 } }],
  });

  it('is nobody where nothing asks, whatever would hold for all that asks', () => {
    expect(quorumOf(policyOf({ ...OPEN, approvalQuorums: [{ need: { owner: 1 } }] }).approvalQuorums, [])).toBeUndefined();
    expect(quorumOf([], [told('risk_high')])).toBeUndefined();
  });

  it('goes by the rule of a reason, where it has one', () => {
    expect(quorumOf(approvalQuorums, [told('risk_high')])).toBeUndefined();
    expect(quorumOf(approvalQuorums, [told('policy_rule_escalated')])).toBeUndefined();
    expect(quorumOf(approvalQuorums, [told('risk_high'), told('policy_rule_escalated', 'big')])).toEqual({ approver: 2 });
  });
});
