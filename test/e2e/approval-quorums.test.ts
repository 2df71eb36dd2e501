import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signApproval } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { askedFor, endOf } from '../attack/api/bench.ts';
import { ASKS, BOB, FREE, type Given, openBench, person, registered, sentBy } from './bench.ts';

const [ann, ben, cem, olga] = ['ann', 'ben', 'cem', 'olga'].map((id) => person(id)) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const registry = { keys: [registered(ann, 'approver'), registered(ben, 'approver'), registered(cem, 'operator')] };
const order = (id: string, amount: string) => ({ id, to: BOB, amount, asset: 'ETH' });

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('quorums by role', () => {
  it('of an agent’s permissions: more people above a second amount, asked for in what is signed', async () => {
    const a1 = { ...FREE, requireApprovalAbove: '0.05', approvalQuorums: [{ above: '0.2', need: { operator: 1, approver: 2 } }] };
    await using bench = await openBench(anvil, { agents: { a1 }, registry });
    const { security, wallet } = bench;
    const small = await askedFor(security, order('small', '0.1'));
    expect(small.quorum).toBeUndefined();
    await security.approvals.answer(signApproval(ann, small, 'approve'));
    expect((await security.agent('a1').execute(order('small', '0.1'))).status).toBe('success');
    const large = await askedFor(security, order('large', '0.3'));
    expect(large.quorum).toEqual({ operator: 1, approver: 2 });
    for (const key of [ann, ben]) {
      await security.approvals.answer(signApproval(key, large, 'approve'));
      expect((await security.agent('a1').execute(order('large', '0.3'))).status).toBe('approval_pending');
    }
    await security.approvals.answer(signApproval(cem, large, 'approve'));
    const done = await security.agent('a1').execute(order('large', '0.3'));
    expect([done.status, done.decision.quorum]).toEqual(['success', { operator: 1, approver: 2 }]);
    expect(await sentBy(anvil, wallet)).toBe(2);
  });

  it('of the deployment hold for every agent, whatever its permissions say', async () => {
    const quorums = [
      { reasons: ['approval_required' as const], need: { operator: 1 } },
      { above: '0.5', need: { owner: 1, approver: 2 } },
      { rules: ['small'], need: { approver: 2 } },
    ];
    const rules = [{ id: 'small', conditions: [{ field: 'amount', operator: 'lt', value: '0.01' }], action: 'require_approval' }] as never;
    const given: Given = { agents: { a1: { ...ASKS, rules } }, registry, approvals: { quorums } };
    await using bench = await openBench(anvil, given);
    const { security } = bench;
    const needs = async (id: string, amount: string) => (await askedFor(security, order(id, amount))).quorum;
    expect(await needs('plain', '0.1')).toEqual({ operator: 1 });
    expect(await needs('large', '0.6')).toEqual({ owner: 1, operator: 1, approver: 2 });
    expect(await needs('small', '0.001')).toMatchObject({ approver: 2 });
    // An agent may ask for more, and cannot ask for fewer.
    await security.policy.updateAgent('a1', { approvalQuorums: [{ need: { approver: 1 } }] });
    expect(await needs('less', '0.1')).toEqual({ operator: 1, approver: 1 });
  });

  it('that a policy change lowers do not lower what was asked for', async () => {
    const a1 = { ...FREE, requireApproval: true, approvalQuorums: [{ need: { approver: 2 } }] };
    await using bench = await openBench(anvil, { agents: { a1 }, registry });
    const { security, wallet } = bench;
    const request = await askedFor(security, order('one', '0.1'));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.policy.updateAgent('a1', { approvalQuorums: [{ need: { approver: 1 } }] });
    expect(endOf(await security.agent('a1').execute(order('one', '0.1')))).not.toBe('success');
    expect((await security.approvals.get(request.id))?.state).toBe('pending');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('of an owned deployment are its owners’ to lower, and anybody’s to raise', async () => {
    const owned = { keys: [...registry.keys, registered(olga, 'owner')] };
    const a1 = { ...FREE, requireApproval: true, approvalQuorums: [{ need: { approver: 2 } }] };
    await using bench = await openBench(anvil, { agents: { a1 }, registry: owned });
    const change = (approvalQuorums: object[]) => bench.security.policy.updateAgent('a1', { approvalQuorums } as never);
    await expect(change([{ need: { approver: 1 } }])).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(change([])).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await change([{ need: { approver: 2, operator: 1 } }]);
  });
});
