import { describe, expect, it } from 'vitest';
import { compilePolicy, ESCALATIONS, type Permissions, quorumOf } from '../../src/authz/index.ts';
import type { Reason, ReasonCode } from '../../src/core/index.ts';
import { BASE, ether, fee, foreign, judgeOnce, OPEN, policyOf, send, TOKENS } from './fixture.ts';

const withQuorums = (approvalQuorums: unknown, over: object = {}) => policyOf({ ...OPEN, ...over, approvalQuorums } as Permissions);
const told = (code: ReasonCode, rule?: string): Reason => ({
  code,
  message: '',
  retryable: false,
  ...(rule === undefined ? {} : { rule }),
});
const BIG = { id: 'big', conditions: [{ field: 'asset', operator: 'eq', value: 'ETH' }], action: 'require_approval' };

describe('a quorum of a policy', () => {
  it('holds for the reasons or rules that it names, or for all where it names none', () => {
    const { approvalQuorums } = withQuorums(
      [
        { reasons: ['risk_high'], need: { operator: 1 } },
        { rules: ['big'], need: { approver: 3 } },
      ],
      { rules: [BIG] },
    );
    expect(quorumOf(approvalQuorums, [])).toBeUndefined();
    expect(quorumOf(approvalQuorums, [told('approval_required')])).toBeUndefined();
    expect(quorumOf(approvalQuorums, [told('risk_high')])).toEqual({ operator: 1 });
    expect(quorumOf(approvalQuorums, [told('policy_rule_escalated', 'big')])).toEqual({ approver: 3 });
    expect(quorumOf(approvalQuorums, [told('policy_rule_escalated', 'big'), told('risk_high')])).toEqual({ operator: 1, approver: 3 });
    expect(quorumOf(withQuorums([{ need: { owner: 1 } }]).approvalQuorums, [told('anomaly_amount')])).toEqual({ owner: 1 });
  });

  it('takes of several the most of each role', () => {
    const { approvalQuorums } = withQuorums([{ need: { approver: 2 } }, { need: { approver: 3, operator: 1 } }, { need: { approver: 1 } }]);
    expect(quorumOf(approvalQuorums, [told('risk_high')])).toEqual({ approver: 3, operator: 1 });
  });

  it('holds whatever it names where more reasons may have been than were told', () => {
    const { approvalQuorums } = withQuorums([{ rules: ['big'], need: { approver: 2 } }], { rules: [BIG] });
    const many = (count: number) => Array.from({ length: count }, (_, n) => told('policy_rule_escalated', `other-${n}`));
    expect(quorumOf(approvalQuorums, many(15))).toBeUndefined();
    expect(quorumOf(approvalQuorums, many(16))).toEqual({ approver: 2 });
  });

  it('above an amount asks by itself, and the higher of two amounts for more people', async () => {
    const policy = withQuorums([
      { above: '0.5', need: { approver: 2 } },
      { above: '2', need: { approver: 2, operator: 1 } },
    ]);
    const asked = async (amount: string) => {
      const { verdict, quorum } = await judgeOnce({ effects: [fee(), send(ether(amount))], policy, request: foreign() });
      return [verdict, quorum];
    };
    expect(await asked('0.5')).toEqual(['approved', undefined]);
    expect(await asked('0.51')).toEqual(['escalated', { approver: 2 }]);
    expect(await asked('2.5')).toEqual(['escalated', { approver: 2, operator: 1 }]);
  });

  it('is told of escalations that a yes answers already, so that it can be counted again', async () => {
    const policy = withQuorums([{ above: '0.5', need: { approver: 2 } }]);
    const satisfied = new Set<ReasonCode>(['approval_required']);
    const { verdict, quorum } = await judgeOnce({ effects: [fee(), send(ether('1'))], policy, over: { satisfied } });
    expect([verdict, quorum]).toEqual(['approved', { approver: 2 }]);
  });

  it('of the deployment holds beside those of the agent', () => {
    const base = { ...BASE, approvalQuorums: [{ reasons: ['risk_high' as const], need: { owner: 1 } }] };
    const permissions = { ...OPEN, approvalQuorums: [{ need: { approver: 2 } }] };
    const policy = compilePolicy(permissions, TOKENS, base);
    expect(quorumOf(policy.approvalQuorums, [told('risk_high')])).toEqual({ owner: 1, approver: 2 });
    expect(policy.digest).not.toBe(compilePolicy(permissions, TOKENS, BASE).digest);
  });

  it.each([
    [[{ need: {} }]],
    [[{ need: { approver: 0 } }]],
    [[{ need: { approver: 17 } }]],
    [[{ need: { guardian: 1 } }]],
    [[{ need: { approver: 1 }, reasons: ['halted'] }]],
    [[{ need: { approver: 1 }, reasons: [] }]],
    [[{ need: { approver: 1 }, rules: ['nothing-of-this-name'] }]],
    [[{ need: { approver: 1 }, rules: ['capability.transfers'] }]],
    [[{ need: { approver: 1 }, above: 1.5 }]],
    [[{ need: { approver: 1 }, above: '1', reasons: ['risk_high'] }]],
    [[{ need: { approver: 1 }, when: 'always' }]],
    [Array.from({ length: 17 }, () => ({ need: { approver: 1 } }))],
  ])('that nobody could mean is refused by name: %j', (approvalQuorums) => {
    expect(() => withQuorums(approvalQuorums)).toThrow(expect.objectContaining({ code: 'POLICY_INVALID' }));
    expect(() => withQuorums(approvalQuorums)).toThrow(/approvalQuorums/);
  });

  it('names reasons that ask people', () => {
    expect(new Set(ESCALATIONS).size).toBe(ESCALATIONS.length);
    expect(ESCALATIONS).toContain('temporal_rule_triggered');
  });
});
