import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecurityManager, signApproval } from '../../../src/index.ts';
import { answersAll } from '../../../src/manager/pipeline/satisfaction.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { balanceOf, FREE, openBench, person, registered, sentBy, stranger } from '../../e2e/bench.ts';

const ann = person('ann');
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const BIG = { id: 'big', conditions: [{ field: 'value', operator: 'gt', value: '0.05' }], action: 'require_approval' };
/** True once the destination has code: somebody else decides when. */
const CODE = {
  id: 'has-code',
  conditions: [{ field: 'destinationCodeHash', operator: 'exists', value: true }],
  action: 'require_approval',
};
const people = { registry: { keys: [registered(ann, 'approver')] } };
const asking = { ...people, agents: { a1: { ...FREE, rules: [BIG, CODE] } } };

const never = async (): Promise<never> => {
  throw new Error('not asked here');
};
async function asked(security: SecurityManager, order: { readonly id: string }) {
  const result = await security.agent('a1').execute(order as never);
  expect(result.status, JSON.stringify(result.reasons)).toBe('approval_pending');
  const record = await security.approvals.get(result.approvalId ?? '');
  if (record === undefined) throw new Error('nobody was asked');
  return record.request;
}

describe('a yes to what one rule asks', () => {
  it('names reason and rule, both, of every escalation; a denial it leaves as it is', () => {
    const yes = { approvalId: 'ap1', codes: new Set(['risk_high', 'approval_required'] as const), rules: new Set(['big']), confirm: never };
    const met = (verdict: string, ...escalated: readonly (readonly [string, string?])[]) =>
      answersAll(yes, {
        verdict,
        escalated: escalated.map(([code, rule]) => ({ code, ...(rule === undefined ? {} : { rule }) })),
      } as never);
    expect(met('approved')).toBe(true);
    expect(met('approved', ['approval_required', 'big'], ['risk_high'])).toBe(true);
    expect(met('approved', ['approval_required', 'night'])).toBe(false);
    expect(met('escalated', ['policy_rule_escalated', 'big'])).toBe(false);
    expect(met('escalated', ['policy_rule_escalated'])).toBe(false);
    expect(met('denied', ['policy_rule_escalated', 'night'])).toBe(true);
  });

  it('answers no other rule that asks since, though both ask by the same reason; the next question names both', async () => {
    await using bench = await openBench(anvil, asking);
    const { security, wallet } = bench;
    const to = stranger();
    const order = { id: 'order-1', to, amount: '0.1', asset: 'ETH' };
    const first = await asked(security, order);
    expect([first.satisfies, first.rules]).toEqual([['policy_rule_escalated'], ['big']]);
    await security.approvals.answer(signApproval(ann, first, 'approve'));
    await anvil.rpc('anvil_setCode', [to, '0x00']);
    const second = await asked(security, order);
    expect(await sentBy(anvil, wallet)).toBe(0);
    expect([second.satisfies, second.rules]).toEqual([['policy_rule_escalated'], ['big', 'has-code']]);
    expect((await security.approvals.get(first.id))?.state).toBe('expired');
    await security.approvals.answer(signApproval(ann, second, 'approve'));
    expect((await security.agent('a1').execute(order)).status).toBe('success');
    expect([await sentBy(anvil, wallet), await balanceOf(anvil, to)]).toEqual([1, 10n ** 17n]);
  });

  it('nor another reason; and what both ask about is put in one question, which ends it', async () => {
    await using bench = await openBench(anvil, { ...people, agents: { a1: { ...FREE, requireApprovalAbove: '0.05', rules: [CODE] } } });
    const { security, wallet } = bench;
    const to = stranger();
    const order = { id: 'order-2', to, amount: '0.1', asset: 'ETH' };
    const first = await asked(security, order);
    await security.approvals.answer(signApproval(ann, first, 'approve'));
    await anvil.rpc('anvil_setCode', [to, '0x00']);
    const second = await asked(security, order);
    expect([...second.satisfies].sort()).toEqual(['approval_required', 'policy_rule_escalated']);
    await security.approvals.answer(signApproval(ann, second, 'approve'));
    expect((await security.agent('a1').execute(order)).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('still holds where fewer rules ask than did', async () => {
    await using bench = await openBench(anvil, asking);
    const { security } = bench;
    const to = stranger();
    await anvil.rpc('anvil_setCode', [to, '0x00']);
    const order = { id: 'order-3', to, amount: '0.1', asset: 'ETH' };
    const question = await asked(security, order);
    await security.approvals.answer(signApproval(ann, question, 'approve'));
    await anvil.rpc('anvil_setCode', [to, '0x']);
    expect((await security.agent('a1').execute(order)).status).toBe('success');
  });
});
